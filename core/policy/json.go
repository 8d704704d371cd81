package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// kind is the kind of a JSON value.
type kind int

const (
	// literal is a number, true, false or null, kept as it was written.
	literal kind = iota
	text
	array
	object
)

// node is a JSON value that remembers the order of its members, which encoding/json's maps do not.
type node struct {
	kind    kind
	text    string
	items   []node
	members []member
}

// member is one member of a JSON object.
type member struct {
	name  string
	value node
}

func textNode(s string) node { return node{kind: text, text: s} }

func listNode(values []string) node {
	n := node{kind: array}
	for _, v := range values {
		n.items = append(n.items, textNode(v))
	}
	return n
}

// get returns the member of that name.
func (n node) get(name string) (node, bool) {
	for _, m := range n.members {
		if m.name == name {
			return m.value, true
		}
	}
	return node{}, false
}

// parseJSON reads one JSON value. Names that stand twice in an object are refused: readers disagree on which one holds.
func parseJSON(data []byte) (node, error) {
	if !utf8.Valid(data) {
		return node{}, fault.New(fault.InvalidArgument, "the policy is not valid UTF-8 text")
	}
	var any json.RawMessage
	if err := json.Unmarshal(data, &any); err != nil {
		return node{}, fault.New(fault.InvalidArgument, "the policy is not valid JSON: %s", whereInvalid(data, err))
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	return readNode(decoder)
}

// whereInvalid says what encoding/json found wrong, and in which line and column.
func whereInvalid(data []byte, err error) string {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err.Error()
	}
	before := string(data[:min(int(syntax.Offset), len(data))])
	line := strings.Count(before, "\n") + 1
	column := len(before) - strings.LastIndex(before, "\n") - 1
	return fmt.Sprintf("%s, in line %d, column %d", syntax.Error(), line, column)
}

func readNode(decoder *json.Decoder) (node, error) {
	token, err := decoder.Token()
	if err != nil {
		return node{}, err
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return readObject(decoder)
		}
		return readArray(decoder)
	case string:
		return textNode(t), nil
	case nil:
		return node{text: "null"}, nil
	}
	return node{text: fmt.Sprint(token)}, nil
}

func readObject(decoder *json.Decoder) (node, error) {
	n := node{kind: object}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return n, err
		}
		value, err := readNode(decoder)
		if err != nil {
			return n, err
		}
		m := member{name: name.(string), value: value}
		if _, twice := n.get(m.name); twice {
			return n, fault.New(fault.InvalidArgument, "the policy has %q twice in the same object", m.name)
		}
		n.members = append(n.members, m)
	}
	_, err := decoder.Token()
	return n, err
}

func readArray(decoder *json.Decoder) (node, error) {
	n := node{kind: array}
	for decoder.More() {
		item, err := readNode(decoder)
		if err != nil {
			return n, err
		}
		n.items = append(n.items, item)
	}
	_, err := decoder.Token()
	return n, err
}

// compact is the value without white space.
func (n node) compact() string {
	var b strings.Builder
	n.write(&b, "", "")
	return b.String()
}

// indented is the value as Python's json.dumps(indent=4) prints it.
func (n node) indented() string {
	var b strings.Builder
	n.write(&b, "    ", "\n")
	return b.String()
}

// write prints the value; newline is a line break and the indentation of the current level, or empty for compact.
func (n node) write(b *strings.Builder, indent, newline string) {
	switch n.kind {
	case literal:
		b.WriteString(n.text)
	case text:
		writeText(b, n.text)
	case array:
		writeSequence(b, "[]", len(n.items), indent, newline, func(i int, inner string) {
			n.items[i].write(b, indent, inner)
		})
	case object:
		writeSequence(b, "{}", len(n.members), indent, newline, func(i int, inner string) {
			writeText(b, n.members[i].name)
			b.WriteString(":")
			if newline != "" {
				b.WriteString(" ")
			}
			n.members[i].value.write(b, indent, inner)
		})
	}
}

func writeSequence(b *strings.Builder, brackets string, count int, indent, newline string, item func(i int, inner string)) {
	b.WriteByte(brackets[0])
	inner := newline + indent
	for i := range count {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(inner)
		item(i, inner)
	}
	if count > 0 {
		b.WriteString(newline)
	}
	b.WriteByte(brackets[1])
}

// writeText prints a string as Python does: everything outside printable ASCII is escaped, as UTF-16.
func writeText(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r >= ' ' && r <= '~':
			b.WriteRune(r)
		default:
			b.WriteString(escapeRune(r))
		}
	}
	b.WriteByte('"')
}

func escapeRune(r rune) string {
	switch r {
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case '\t':
		return `\t`
	case '\b':
		return `\b`
	case '\f':
		return `\f`
	}
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		return fmt.Sprintf(`\u%04x\u%04x`, high, low)
	}
	return fmt.Sprintf(`\u%04x`, r)
}
