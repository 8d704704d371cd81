package printable

import (
	"io"
	"sync"
	"unicode/utf8"
)

// Writer passes text on as Text returns it, but keeps tabs and ends of lines (\n, \r\n). It is safe for concurrent use.
type Writer struct {
	mu sync.Mutex
	w  io.Writer
	// rest is the beginning of a character, or of an end of line, that the next Write completes.
	rest []byte
}

// NewWriter returns a Writer on w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Write implements io.Writer.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := append(w.rest, p...)
	shown := make([]byte, 0, len(text))
	for len(text) > 0 && isWhole(text) {
		r, size := utf8.DecodeRune(text)
		if isControl(r) && !isLayout(text) {
			shown = append(shown, escaped(r, string(text[:size]))...)
		} else {
			shown = append(shown, text[:size]...)
		}
		text = text[size:]
	}
	w.rest = append([]byte(nil), text...)
	if _, err := w.w.Write(shown); err != nil {
		return 0, err
	}
	return len(p), nil
}

// isWhole reports whether nothing that follows the text can change what its first character is.
func isWhole(text []byte) bool { return utf8.FullRune(text) && (text[0] != '\r' || len(text) > 1) }

// isLayout reports whether the text begins with a tab or an end of line.
func isLayout(text []byte) bool {
	return text[0] == '\n' || text[0] == '\t' || text[0] == '\r' && len(text) > 1 && text[1] == '\n'
}
