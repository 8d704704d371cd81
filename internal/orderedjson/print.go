package orderedjson

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// Indented returns v as json.dumps(v, indent=indent, default=str) prints it.
func Indented(v Value, indent int) string {
	return encode(v, encoder{indent: indent, multiline: true, comma: ",", colon: ": "})
}

// Compact returns v as json.dumps(v, default=str) prints it: on one line.
func Compact(v Value) string { return encode(v, encoder{comma: ", ", colon: ": "}) }

// Minimal returns v without white space, as json.dumps(v, separators=(",", ":")) prints it.
func Minimal(v Value) string { return encode(v, encoder{comma: ",", colon: ":"}) }

func encode(v Value, e encoder) string {
	e.value(v, 0)
	return e.b.String()
}

type encoder struct {
	b            strings.Builder
	indent       int
	multiline    bool
	comma, colon string
}

func (e *encoder) value(v Value, depth int) {
	switch v := v.(type) {
	case nil:
		e.b.WriteString("null")
	case bool:
		e.b.WriteString(strconv.FormatBool(v))
	case int:
		e.b.WriteString(strconv.Itoa(v))
	case int64:
		e.b.WriteString(strconv.FormatInt(v, 10))
	case Number:
		e.b.WriteString(string(v))
	case Float:
		e.b.WriteString(formatFloat(float64(v)))
	case string:
		e.text(v)
	case time.Time:
		e.text(FormatTime(v))
	case []string:
		e.sequence('[', ']', len(v), depth, func(i int) { e.text(v[i]) })
	case []Value:
		e.sequence('[', ']', len(v), depth, func(i int) { e.value(v[i], depth+1) })
	case Object:
		e.sequence('{', '}', len(v), depth, func(i int) {
			e.text(v[i].Name)
			e.b.WriteString(e.colon)
			e.value(v[i].Value, depth+1)
		})
	default:
		panic(fmt.Sprintf("orderedjson: cannot print a %T", v))
	}
}

// sequence prints the n items of an array or object between its brackets.
func (e *encoder) sequence(open, end byte, n, depth int, item func(int)) {
	e.b.WriteByte(open)
	for i := range n {
		if i > 0 {
			e.b.WriteString(e.comma)
		}
		e.newline(depth + 1)
		item(i)
	}
	if n > 0 {
		e.newline(depth)
	}
	e.b.WriteByte(end)
}

func (e *encoder) newline(depth int) {
	if e.multiline {
		e.b.WriteByte('\n')
		for range depth * e.indent {
			e.b.WriteByte(' ')
		}
	}
}

// text prints a string with everything but printable ASCII escaped.
func (e *encoder) text(s string) {
	e.b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			e.b.WriteByte('\\')
			e.b.WriteByte(byte(r))
		case r >= ' ' && r <= '~':
			e.b.WriteByte(byte(r))
		case strings.ContainsRune(shortEscaped, r):
			e.b.WriteByte('\\')
			e.b.WriteByte(shortEscapes[strings.IndexRune(shortEscaped, r)])
		case r > math.MaxUint16:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&e.b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&e.b, `\u%04x`, r)
		}
	}
	e.b.WriteByte('"')
}

// The characters that have an escape of one letter, and those letters.
const (
	shortEscaped = "\n\r\t\b\f"
	shortEscapes = "nrtbf"
)

// formatFloat prints a number as Python's repr does: the shortest digits, an exponent from 1e16 on and below 1e-4.
func formatFloat(f float64) string {
	size := math.Abs(f)
	if size != 0 && (size < 1e-4 || size >= 1e16) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
