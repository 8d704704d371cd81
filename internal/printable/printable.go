// Package printable makes text of others (servers, plugins, object keys) safe to show: what a terminal would act on
// instead of showing it is escaped.
package printable

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns the text on one line, with Go's escapes for control characters (C0 and C1), line ends, bidirectional and
// other invisible controls, and \xNN for bytes that are not UTF-8. The joiner of emoji stays.
func Text(text string) string {
	if !strings.ContainsFunc(text, isControl) {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		if !isControl(r) {
			b.WriteRune(r)
			continue
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		b.WriteString(escaped(r, text[i:i+size]))
	}
	return b.String()
}

// escaped returns the escape for a control character, or for a byte that is not UTF-8.
func escaped(r rune, bytes string) string {
	if r == utf8.RuneError && len(bytes) == 1 {
		return fmt.Sprintf(`\x%02x`, bytes[0])
	}
	return strings.Trim(strconv.QuoteRuneToASCII(r), "'")
}

// isControl reports whether a terminal would act on a character instead of showing it.
func isControl(r rune) bool {
	const joiner = '\u200d'
	return r != joiner && (r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Cs))
}
