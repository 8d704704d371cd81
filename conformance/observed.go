package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

const (
	// longestMessage is the largest message of an error, in bytes.
	longestMessage = 8 << 10
	// shortestSecret is the length below which a secret may be part of other words.
	shortestSecret = 16
)

// observed is a driver that, whatever a check asks for, looks at every answer for what no answer may contain.
type observed struct {
	driver.Driver
	e *env
}

// findings are what is wrong with answers of the backend, besides what a check finds itself.
type findings struct {
	mu  sync.Mutex
	all []string
}

func (f *findings) add(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if finding := fmt.Sprintf(format, args...); !slices.Contains(f.all, finding) {
		f.all = append(f.all, finding)
	}
}

// report fails the check for each finding. It is called when the check has ended, because some calls outlive it.
func (f *findings) report(t T) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, finding := range f.all {
		t.Errorf("%s", finding)
	}
	f.all = nil
}

// secrets are all secrets of a run.
type secrets struct {
	mu  sync.Mutex
	all []string
}

func (s *secrets) add(values ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range values {
		if len(v) >= shortestSecret {
			s.all = append(s.all, v)
		}
	}
}

func (s *secrets) addCredentials(c *driver.Credentials) {
	if c != nil {
		s.add(c.SecretAccessKey, c.SessionToken)
	}
}

// in reports whether the text contains a secret, as it is or as in a URL.
func (s *secrets) in(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.all, func(secret string) bool {
		return strings.Contains(text, secret) || strings.Contains(text, url.QueryEscape(secret))
	})
}

// failed looks at an error.
func (e *env) failed(method string, err error) {
	var f *fault.Error
	switch {
	case err == nil:
		return
	case e.secrets.in(fmt.Sprintf("%v %+v", err, err)):
		e.findings.add("%s: the error contains a secret", method)
		return
	case !errors.As(err, &f):
		e.findings.add("%s: the error is no *fault.Error: %T: %v", method, err, err)
		return
	}
	if !slices.Contains(fault.Codes(), f.Code) {
		e.findings.add("%s: %q is no code: %v", method, f.Code, err)
	}
	if said := fault.ServiceOf(err); f.Code == fault.NotFound && said != nil && said.HTTPStatus == http.StatusForbidden {
		e.findings.add("%s: the system answered HTTP status 403, which is never NotFound: %v", method, err)
	}
	if f.Message == "" && f.Service == nil {
		e.findings.add("%s: the error says nothing but its code, %s", method, f.Code)
	}
	if strings.Contains(f.Message, "\n") {
		e.findings.add("%s: the error is more than one sentence: %.500q", method, f.Message)
	}
	if len(f.Message) > longestMessage {
		e.findings.add("%s: the error has %d bytes, but at most %d are allowed", method, len(f.Message), longestMessage)
	}
}

// answered looks at an answer that has no secrets.
func (e *env) answered(method string, answer any) {
	text, err := json.Marshal(answer)
	if err != nil {
		e.findings.add("%s: the answer is no text: %v", method, err)
	}
	if e.secrets.in(string(text)) {
		e.findings.add("%s: the answer contains a secret", method)
	}
}

// listed looks at a listing: each item comes once, and nothing after an error.
func listed[T any](o *observed, method string, items iter.Seq2[T, error], id func(T) string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		seen := map[string]bool{}
		ended := false
		for item, err := range items {
			if ended {
				o.e.findings.add("%s: the listing goes on after an error", method)
			}
			if ended = ended || err != nil; err != nil {
				o.e.failed(method, err)
			} else {
				o.e.answered(method, item)
				if seen[id(item)] {
					o.e.findings.add("%s: %q is listed twice", method, id(item))
				}
				seen[id(item)] = true
			}
			if !yield(item, err) {
				return
			}
		}
	}
}
