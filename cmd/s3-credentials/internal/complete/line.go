package complete

import (
	"strings"
	"unicode/utf8"
)

// Line is a bash command line up to the cursor.
type Line struct {
	// Words are the unquoted words, from the program's name to the word at the cursor.
	Words []string
	// open is the unclosed quotation mark; 0 for none.
	open rune
	// last is the index of the last word in text.
	last int
	text string
}

// SplitLine splits a line into words as bash does.
func SplitLine(text string) Line {
	l := Line{text: text}
	var word strings.Builder
	inWord, escaped := false, false
	for i, r := range text {
		switch {
		case !escaped && l.open == 0 && (r == ' ' || r == '\t' || r == '\n'):
			if inWord {
				l.Words = append(l.Words, word.String())
				word.Reset()
			}
			inWord = false
			continue
		case !inWord:
			inWord, l.last = true, i
		}
		escaped = l.read(&word, r, escaped)
	}
	if !inWord {
		l.last = len(text)
	}
	l.Words = append(l.Words, word.String())
	return l
}

// read adds a character to a word, and reports whether the next character is escaped.
func (l *Line) read(word *strings.Builder, r rune, escaped bool) bool {
	switch {
	case escaped:
		if l.open == '"' && !strings.ContainsRune("\"\\$`", r) {
			word.WriteByte('\\')
		}
		word.WriteRune(r)
	case r == '\\' && l.open != '\'':
		return true
	case l.open == 0 && (r == '"' || r == '\''):
		l.open = r
	case l.open != 0 && r == l.open:
		l.open = 0
	default:
		word.WriteRune(r)
	}
	return false
}

// Replacing returns the text that completes the candidate when it replaces the last n characters of the line. Bash
// replaces only those: it treats --name=value as three words.
func (l Line) Replacing(candidate string, n int) string {
	cut := len(l.text)
	for ; n > 0 && cut > l.last; n-- {
		_, size := utf8.DecodeLastRuneInString(l.text[:cut])
		cut -= size
	}
	stays := SplitLine(l.text[l.last:cut]).Words
	candidate = strings.TrimPrefix(candidate, stays[0])
	if l.open != 0 {
		return candidate
	}
	return escapeForBash(candidate)
}

// escapeForBash escapes all characters that are special to bash.
func escapeForBash(text string) string {
	var b strings.Builder
	for i, r := range text {
		if r < utf8.RuneSelf && strings.ContainsRune(" \t\"'\\$`!&|;<>()[]{}*?#", r) || r == '~' && i == 0 {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
