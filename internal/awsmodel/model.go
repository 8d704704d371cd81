// Package awsmodel holds requests against AWS's own models of its services: the operations, members, patterns and lengths
// that botocore, AWS's client for Python, publishes as JSON. It is for tests: what a system that imitates AWS lets pass,
// AWS itself may refuse.
package awsmodel

import (
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Models are the models of IAM, STS and S3, by the names that signatures have for them: "iam", "sts" and "s3".
type Models map[string]*service

// service is one service's model.
type service struct {
	Metadata   struct{ APIVersion string }
	Operations map[string]*operation
	Shapes     map[string]*shape
}

type operation struct {
	Name string
	HTTP struct{ Method, RequestURI string }
	// Input is nil for an operation without parameters.
	Input        *reference
	HTTPChecksum struct{ RequestChecksumRequired bool }
	Errors       []reference
}

// reference is the use of a shape, as a member or an input.
type reference struct {
	Shape        string
	Location     string
	LocationName string
	XMLNamespace struct{ URI string }
	Flattened    bool
}

type shape struct {
	Type      string
	Required  []string
	Members   map[string]*reference
	Member    *reference
	Payload   string
	Enum      []string
	Min, Max  *float64
	Pattern   string
	Flattened bool
	// Error is the code of an error; where it is empty, the shape's name is the code.
	Error struct{ Code string }
}

// Load reads the models from botocore's folder "data".
func Load(dir string) (Models, error) {
	models := Models{}
	for _, name := range []string{"iam", "sts", "s3"} {
		found, err := filepath.Glob(filepath.Join(dir, name, "*", "service-2.json.gz"))
		if err != nil || len(found) == 0 {
			return nil, fmt.Errorf("there is no model of %s in %s", name, dir)
		}
		// The folders are named by the date of the API's version.
		slices.Sort(found)
		if models[name], err = load(found[len(found)-1]); err != nil {
			return nil, err
		}
	}
	return models, nil
}

func load(path string) (*service, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	s := &service{}
	if err := json.NewDecoder(content).Decode(s); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// input is the shape of an operation's parameters.
func (s *service) input(o *operation) *shape {
	if o.Input == nil {
		return &shape{Type: "structure"}
	}
	return s.Shapes[o.Input.Shape]
}

// unicode finds a character in a pattern as the models write it; Go writes it in braces.
var unicode = regexp.MustCompile(`\\u([0-9A-Fa-f]{4,6})`)

// pattern compiles a pattern, which holds for a whole value.
func pattern(p string) (*regexp.Regexp, error) {
	return regexp.Compile(`\A(?s:` + unicode.ReplaceAllString(p, `\x{$1}`) + `)\z`)
}

// at returns the members of a request that stand in one place, by their names there: "header", "headers" (all that begin
// with a prefix), "querystring", "uri", or empty for the body.
func (s *shape) at(location string) map[string]*reference {
	found := map[string]*reference{}
	for name, member := range s.Members {
		if member.Location == location {
			found[nameOf(name, member)] = member
		}
	}
	return found
}

// nameOf is the name that a member has in a request.
func nameOf(member string, r *reference) string {
	if r.LocationName != "" {
		return r.LocationName
	}
	return member
}

func (s *shape) requires(member string) bool { return slices.Contains(s.Required, member) }

// split returns the path of an operation's URI and the parameters that stand in it.
func split(requestURI string) (path string, parameters []string) {
	path, query, _ := strings.Cut(requestURI, "?")
	if query == "" {
		return path, nil
	}
	return path, strings.Split(query, "&")
}

// Errors returns the error codes that an operation is documented to answer with, sorted.
func (m Models) Errors(service, operation string) []string {
	s := m[service]
	var codes []string
	for _, e := range s.Operations[operation].Errors {
		codes = append(codes, cmp.Or(s.Shapes[e.Shape].Error.Code, e.Shape))
	}
	slices.Sort(codes)
	return codes
}

// Text is what a service's model says of a kind of text: how many characters it has (max is 0 without a limit) and the
// pattern of the whole, as package regexp writes it.
func (m Models) Text(service, shape string) (least, most int, pattern string, err error) {
	s := m[service].Shapes[shape]
	if s == nil || s.Type != "string" {
		return 0, 0, "", fmt.Errorf("%s has no text %q", service, shape)
	}
	if s.Min != nil {
		least = int(*s.Min)
	}
	if s.Max != nil {
		most = int(*s.Max)
	}
	return least, most, unicode.ReplaceAllString(s.Pattern, `\x{$1}`), nil
}
