package awsmodel

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// signedFor finds the service in the credential scope of a signature.
var signedFor = regexp.MustCompile(`Credential=[^/]+/\d{8}/[^/]*/([a-z0-9]+)/aws4_request`)

// Check holds a request with its body against the model of the service that it is signed for. Buckets stand in the path.
// It returns the operation, such as "s3:PutObject", and what is wrong with the request, sorted.
func (m Models) Check(r *http.Request, body []byte) (operation string, wrong []string) {
	scope := signedFor.FindStringSubmatch(r.Header.Get("Authorization"))
	if scope == nil || m[scope[1]] == nil {
		return "", []string{fmt.Sprintf("%s %s is signed for no service that has a model", r.Method, r.URL)}
	}
	c := &check{service: m[scope[1]]}
	if scope[1] == "s3" {
		operation = c.rest(r, body)
	} else {
		operation = c.query(r, body)
	}
	slices.Sort(c.wrong)
	return scope[1] + ":" + operation, slices.Compact(c.wrong)
}

// check is the check of one request.
type check struct {
	service *service
	wrong   []string
}

func (c *check) errorf(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
}

// query checks a request of the query protocol, which IAM and STS speak: a form with the operation and its parameters.
func (c *check) query(r *http.Request, body []byte) string {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		c.errorf("the body is no form: %v", err)
	}
	name := form.Get("Action")
	operation := c.service.Operations[name]
	if operation == nil {
		c.errorf("there is no operation %q", name)
		return name
	}
	if v := form.Get("Version"); v != c.service.Metadata.APIVersion {
		c.errorf("%s: version %q is not %q", name, v, c.service.Metadata.APIVersion)
	}
	if r.Method != operation.HTTP.Method {
		c.errorf("%s: method %s", name, r.Method)
	}
	form.Del("Action")
	form.Del("Version")
	root := &node{}
	for key, values := range form {
		if len(values) != 1 {
			c.errorf("%s: %s stands there %d times", name, key, len(values))
		}
		root.set(strings.Split(key, "."), values[0])
	}
	c.value(name, c.service.input(operation), root, queryList)
	return name
}

// queryList returns the items of a list in a form: LIST.member.N.
func queryList(_ *shape, list *node) []*node { return list.child("member").all() }

// rest checks a request of S3.
func (c *check) rest(r *http.Request, body []byte) string {
	operation := c.operationOf(r)
	if operation == nil {
		c.errorf("%s %s is no operation", r.Method, r.URL)
		return ""
	}
	name, input := operation.Name, c.service.input(operation)
	query := r.URL.Query()
	if id := query.Get("x-id"); id != "" && id != name {
		c.errorf("%s: the client calls it %s", name, id)
	}
	_, fixed := split(operation.HTTP.RequestURI)
	parameters := input.at("querystring")
	for key, values := range query {
		member := parameters[key]
		switch {
		case key == "x-id" || slices.ContainsFunc(fixed, func(f string) bool { return strings.HasPrefix(f, key) }):
		case member == nil:
			c.errorf("%s has no parameter %q", name, key)
		default:
			c.value(name+" "+key, c.service.Shapes[member.Shape], &node{text: values[0]}, nil)
		}
	}
	c.headers(name, input, r.Header)
	if operation.HTTPChecksum.RequestChecksumRequired && !hasChecksum(r.Header) {
		c.errorf("%s: there is neither Content-MD5 nor a checksum", name)
	}
	c.body(name, input, body)
	return name
}

// operationOf finds the operation of S3 that a request means: of those whose fixed and required parts it has, the one
// with the most of them, and then the one that knows the most of its parameters.
func (c *check) operationOf(r *http.Request) *operation {
	depth := strings.Count(strings.TrimSuffix(r.URL.Path, "/"), "/")
	query := r.URL.Query()
	var best *operation
	most := -1
	for _, o := range c.service.Operations {
		path, fixed := split(o.HTTP.RequestURI)
		if o.HTTP.Method != r.Method || strings.Count(strings.TrimSuffix(path, "/"), "/") != min(depth, 2) {
			continue
		}
		parts := len(fixed)
		has := !slices.ContainsFunc(fixed, func(f string) bool {
			key, value, _ := strings.Cut(f, "=")
			return !query.Has(key) || query.Get(key) != value
		})
		input := c.service.input(o)
		for _, member := range input.Required {
			switch at := input.Members[member]; at.Location {
			case "querystring":
				parts, has = parts+1, has && query.Has(at.LocationName)
			case "header":
				parts, has = parts+1, has && r.Header.Get(at.LocationName) != ""
			}
		}
		known := 0
		for key := range input.at("querystring") {
			if query.Has(key) {
				known++
			}
		}
		// No operation has a hundred parameters.
		if rank := parts*100 + known; has && rank > most {
			best, most = o, rank
		}
	}
	return best
}

// ofProtocol are the headers of signatures, checksums and the client itself, which belong to no operation.
var ofProtocol = regexp.MustCompile(`^(X-Amz-(Date|Content-Sha256|Security-Token|Trailer|Decoded-Content-Length|Sdk-Checksum-Algorithm|Checksum-.*|User-Agent)|Amz-Sdk-.*)$`)

func (c *check) headers(name string, input *shape, header http.Header) {
	known := map[string]*reference{}
	for key, member := range input.at("header") {
		known[http.CanonicalHeaderKey(key)] = member
	}
	for key, values := range header {
		member := known[key]
		switch {
		case member != nil:
			c.value(name+" "+key, c.service.Shapes[member.Shape], &node{text: values[0]}, nil)
		case strings.HasPrefix(key, "X-Amz-Meta-") && len(input.at("headers")) > 0:
		case strings.HasPrefix(key, "X-Amz-") && !ofProtocol.MatchString(key):
			c.errorf("%s has no header %q", name, key)
		}
	}
}

func hasChecksum(header http.Header) bool {
	for key := range header {
		if key == "Content-Md5" || strings.HasPrefix(key, "X-Amz-Checksum-") || key == "X-Amz-Trailer" {
			return true
		}
	}
	return false
}
