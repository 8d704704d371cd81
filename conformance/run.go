package conformance

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// defaultCheckTimeout is Harness.CheckTimeout where that is 0.
const defaultCheckTimeout = 90 * time.Second

// Suite runs checks against one open backend. It may run several at the same time.
type Suite struct {
	harness     Harness
	driver      driver.Driver
	description driver.Description
	run         string
	secrets     secrets
}

// NewSuite opens the backend with h.Config, and returns the error if that fails. The caller closes the suite when all checks
// have ended.
func NewSuite(ctx context.Context, h Harness) (*Suite, error) {
	d, err := h.Open(ctx, h.Config)
	if err != nil {
		return nil, err
	}
	description, err := d.Describe(ctx)
	if err != nil {
		_ = d.Close()
		return nil, err
	}
	if h.Prefix == "" {
		h.Prefix = "s3c"
	}
	if h.ConsistencyTimeout == 0 {
		h.ConsistencyTimeout = 30 * time.Second
	}
	if h.CheckTimeout == 0 {
		h.CheckTimeout = defaultCheckTimeout
	}
	s := &Suite{harness: h, driver: d, description: description, run: strings.ToLower(rand.Text()[:8])}
	s.secrets.addCredentials(h.Config.Credentials)
	return s, nil
}

// Description returns the description of the backend.
func (s *Suite) Description() driver.Description { return s.description }

// Close closes the backend, and returns what is wrong with that.
func (s *Suite) Close() error {
	f := &findings{}
	if err := s.driver.Close(); err != nil {
		f.add("%v", err)
	}
	s.watch(f)
	if len(f.all) == 0 {
		return nil
	}
	return errors.New(strings.Join(f.all, "; "))
}

// watch adds what is wrong with the backend's process, if it has one of its own.
func (s *Suite) watch(f *findings) {
	p := s.harness.Process
	if p == nil {
		return
	}
	for _, how := range p.Crashes() {
		f.add("the plugin's process ended by itself during the check: %s", how)
	}
	for _, what := range p.Breaches() {
		f.add("the contract is broken: %s", what)
	}
	if s.secrets.in(p.Log()) {
		f.add("the log contains a secret")
	}
}

// Run runs one check, and registers with t.Cleanup what removes everything that the check created and then reports what is
// wrong with any answer. The check may end its goroutine, as t.Fatalf does.
func (s *Suite) Run(t T, c Check) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), s.harness.CheckTimeout)
	e := &env{T: t, Description: s.description, Harness: s.harness, ctx: ctx, check: c, run: s.run, secrets: &s.secrets, findings: &findings{}}
	e.Driver = &observed{s.driver, e}
	t.Cleanup(func() {
		cancel()
		e.describesTheSame()
		s.watch(e.findings)
		e.findings.report(t)
	})
	for _, need := range c.Requires {
		if !s.description.Has(need) {
			e.mustBeUnsupported(need)
			e.Unsupported("%s is not declared", need)
		}
	}
	if c.Slow && s.harness.Quick {
		e.Unsupported("left out, because it takes long")
	}
	for _, rule := range c.Rules {
		if reason, not := s.harness.NotEnforced[rule]; not {
			e.Unsupported("the system does not enforce %s: %s", rule, reason)
		}
	}
	c.run(e)
}

// Run runs all checks under go test, each as a parallel subtest FAMILY/NAME. It fails t if the backend cannot be opened.
func Run(t *testing.T, h Harness) {
	t.Helper()
	s, err := NewSuite(t.Context(), h)
	if err != nil {
		t.Fatalf("the backend cannot be opened: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("the backend cannot be closed: %v", err)
		}
	})
	byFamily := map[string][]Check{}
	var families []string
	for _, c := range Checks() {
		if byFamily[c.Family] == nil {
			families = append(families, c.Family)
		}
		byFamily[c.Family] = append(byFamily[c.Family], c)
	}
	for _, family := range families {
		t.Run(family, func(t *testing.T) {
			for _, c := range byFamily[family] {
				t.Run(c.Name, func(t *testing.T) {
					t.Parallel()
					s.Run(underGoTest{t}, c)
				})
			}
		})
	}
}

// underGoTest adapts a testing.T to T.
type underGoTest struct{ *testing.T }

func (t underGoTest) Unsupported(format string, args ...any) {
	t.Helper()
	t.Skipf("unsupported: "+format, args...)
}

func (t underGoTest) Mismatch(format string, args ...any) {
	t.Helper()
	t.Fatalf("mismatch: "+format, args...)
}
