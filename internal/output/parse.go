package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
)

// ParseJSON reads one JSON value, keeping the order of members. As in Python, the last of two members of one name counts.
func ParseJSON(data []byte) (Value, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	v, err := parseValue(decoder)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON value")
	}
	return v, nil
}

func parseValue(d *json.Decoder) (Value, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return parseObject(d)
		}
		return parseArray(d)
	case json.Number:
		return parseNumber(string(t))
	default:
		return t, nil // string, bool or nil
	}
}

func parseObject(d *json.Decoder) (Value, error) {
	object := Object{}
	at := map[string]int{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string)
		v, err := parseValue(d)
		if err != nil {
			return nil, err
		}
		if i, ok := at[name]; ok {
			object[i].Value = v
			continue
		}
		at[name] = len(object)
		object.Add(name, v)
	}
	_, err := d.Token()
	return object, err
}

func parseArray(d *json.Decoder) (Value, error) {
	array := []Value{}
	for d.More() {
		v, err := parseValue(d)
		if err != nil {
			return nil, err
		}
		array = append(array, v)
	}
	_, err := d.Token()
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
