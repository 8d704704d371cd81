package awsmodel

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// node is a value of a request: a text, or named children. XML gives a name several children.
type node struct {
	text      string
	namespace string
	children  map[string][]*node
}

// set puts a text at a path of names.
func (n *node) set(path []string, text string) {
	if len(path) == 0 {
		n.text = text
		return
	}
	if n.children[path[0]] == nil {
		n.add(path[0], &node{})
	}
	n.children[path[0]][0].set(path[1:], text)
}

func (n *node) add(name string, child *node) {
	if n.children == nil {
		n.children = map[string][]*node{}
	}
	n.children[name] = append(n.children[name], child)
}

func (n *node) child(name string) *node {
	if found := n.children[name]; len(found) > 0 {
		return found[0]
	}
	return &node{}
}

func (n *node) all() []*node {
	var all []*node
	for _, name := range slices.Sorted(maps.Keys(n.children)) {
		all = append(all, n.children[name]...)
	}
	return all
}

// lists returns the items of a list, as a protocol writes them.
type lists func(s *shape, list *node) []*node

// value checks a value against its shape. Where says what it is.
func (c *check) value(where string, s *shape, v *node, items lists) {
	switch s.Type {
	case "structure":
		c.structure(where, s, v, items)
	case "list":
		found := items(s, v)
		c.bounds(where, s, float64(len(found)))
		for _, item := range found {
			c.value(where+"[]", c.service.Shapes[s.Member.Shape], item, items)
		}
	case "string":
		c.bounds(where, s, float64(utf8.RuneCountInString(v.text)))
		if len(s.Enum) > 0 && !slices.Contains(s.Enum, v.text) {
			c.errorf("%s: %q is none of %v", where, v.text, s.Enum)
		}
		if s.Pattern != "" {
			if p, err := pattern(s.Pattern); err != nil {
				c.errorf("%s: %v", where, err)
			} else if !p.MatchString(v.text) {
				c.errorf("%s: %q does not match %s", where, v.text, s.Pattern)
			}
		}
	case "integer", "long":
		number, err := strconv.ParseInt(v.text, 10, 64)
		if err != nil {
			c.errorf("%s: %q is no number", where, v.text)
		}
		c.bounds(where, s, float64(number))
	case "boolean":
		if v.text != "true" && v.text != "false" {
			c.errorf("%s: %q is no truth value", where, v.text)
		}
	case "timestamp":
		if _, err := time.Parse(time.RFC3339, v.text); err != nil {
			if _, err := time.Parse(time.RFC1123, v.text); err != nil {
				c.errorf("%s: %q is no time", where, v.text)
			}
		}
	}
}

func (c *check) bounds(where string, s *shape, size float64) {
	if s.Min != nil && size < *s.Min {
		c.errorf("%s: %v is less than %v", where, size, *s.Min)
	}
	if s.Max != nil && size > *s.Max {
		c.errorf("%s: %v is more than %v", where, size, *s.Max)
	}
}

// structure checks the members that stand in the body.
func (c *check) structure(where string, s *shape, v *node, items lists) {
	members := s.at("")
	for name, found := range v.children {
		member := members[name]
		if member == nil {
			c.errorf("%s has no member %q", where, name)
			continue
		}
		of := c.service.Shapes[member.Shape]
		switch {
		case of.Type == "list" && (of.Flattened || member.Flattened):
			c.bounds(where+"."+name, of, float64(len(found)))
			for _, item := range found {
				c.value(where+"."+name, c.service.Shapes[of.Member.Shape], item, items)
			}
		case len(found) > 1:
			c.errorf("%s: %q stands there %d times", where, name, len(found))
		default:
			c.value(where+"."+name, of, found[0], items)
		}
	}
	for _, required := range s.Required {
		if member := s.Members[required]; member.Location == "" && v.children[nameOf(required, member)] == nil {
			c.errorf("%s: the member %s is missing", where, required)
		}
	}
}

// body checks the payload of a request of S3: a document, or the bytes of an object.
func (c *check) body(name string, input *shape, body []byte) {
	payload := input.Members[input.Payload]
	if payload == nil {
		if len(bytes.TrimSpace(body)) > 0 {
			c.errorf("%s has a body of %d bytes", name, len(body))
		}
		return
	}
	of := c.service.Shapes[payload.Shape]
	switch {
	case of.Type != "structure":
		return // bytes of an object, or a policy as text
	case len(body) == 0 && !input.requires(input.Payload):
		return
	}
	root, element, err := parse(body)
	if err != nil {
		c.errorf("%s: the body is no XML document: %v", name, err)
		return
	}
	if element != payload.LocationName || root.namespace != payload.XMLNamespace.URI {
		c.errorf("%s: the document is %s in %q, not %s in %q", name, element, root.namespace, payload.LocationName, payload.XMLNamespace.URI)
	}
	c.value(name, of, root, xmlList)
}

// xmlList returns the items of a list that is not flattened: elements with the name that the model gives them.
func xmlList(s *shape, list *node) []*node { return list.children[nameOf("member", s.Member)] }

// parse reads an XML document.
func parse(body []byte) (root *node, element string, err error) {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	stack := []*node{{}}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, "", err
		}
		top := stack[len(stack)-1]
		switch token := token.(type) {
		case xml.StartElement:
			child := &node{namespace: token.Name.Space}
			top.add(token.Name.Local, child)
			if len(stack) == 1 {
				root, element = child, token.Name.Local
			}
			stack = append(stack, child)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text += string(token)
		}
	}
	if root == nil {
		return nil, "", io.ErrUnexpectedEOF
	}
	return root, element, nil
}
