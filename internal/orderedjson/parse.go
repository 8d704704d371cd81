package orderedjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
)

// Parse reads one JSON value as Python does: the last of two members of one name counts, and a number with a fraction is a
// float.
func Parse(data []byte) (Value, error) { return read(data, reader{}) }

// ParseExact reads one JSON value without losing anything: a number stays as it was written, and a name that stands twice
// in an object is a [*RepeatedNameError], because readers disagree on which one holds.
func ParseExact(data []byte) (Value, error) { return read(data, reader{exact: true}) }

// RepeatedNameError says that an object has two members of one name.
type RepeatedNameError struct{ Name string }

func (e *RepeatedNameError) Error() string {
	return strconv.Quote(e.Name) + " stands twice in the same object"
}

type reader struct {
	*json.Decoder
	exact bool
}

func read(data []byte, r reader) (Value, error) {
	r.Decoder = json.NewDecoder(bytes.NewReader(data))
	r.UseNumber()
	v, err := r.value()
	if err != nil {
		return nil, err
	}
	if _, err := r.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON value")
	}
	return v, nil
}

func (r reader) value() (Value, error) {
	token, err := r.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return r.object()
		}
		return r.array()
	case json.Number:
		if r.exact {
			return Number(t), nil
		}
		return parseNumber(string(t))
	default:
		return t, nil // string, bool or nil
	}
}

func (r reader) object() (Value, error) {
	object := Object{}
	at := map[string]int{}
	for r.More() {
		token, err := r.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string)
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		i, twice := at[name]
		switch {
		case twice && r.exact:
			return nil, &RepeatedNameError{Name: name}
		case twice:
			object[i].Value = v
			continue
		}
		at[name] = len(object)
		object.Add(name, v)
	}
	_, err := r.Token()
	return object, err
}

func (r reader) array() (Value, error) {
	array := []Value{}
	for r.More() {
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		array = append(array, v)
	}
	_, err := r.Token()
	return array, err
}

func parseNumber(s string) (Value, error) {
	if !strings.ContainsAny(s, ".eE") {
		if s == "-0" {
			s = "0"
		}
		return Number(s), nil
	}
	f, err := strconv.ParseFloat(s, 64)
	return Float(f), err
}
