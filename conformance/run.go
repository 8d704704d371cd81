package conformance

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// checkWithin is how long one check may take if the harness does not say.
const checkWithin = 90 * time.Second

// Suite is the suite opened for one backend.
type Suite struct {
	harness     Harness
	driver      driver.Driver
	description driver.Description
	run         string
}

// NewSuite opens the backend. The caller closes the suite when all checks have ended.
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
	if h.Settle == 0 {
		h.Settle = 30 * time.Second
	}
	if h.Within == 0 {
		h.Within = checkWithin
	}
	return &Suite{harness: h, driver: d, description: description, run: strings.ToLower(rand.Text()[:8])}, nil
}

// Description is what the backend says of itself.
func (s *Suite) Description() driver.Description { return s.description }

// Close closes the backend.
func (s *Suite) Close() error { return s.driver.Close() }

// Run runs one check.
func (s *Suite) Run(t T, c Check) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), s.harness.Within)
	t.Cleanup(cancel)
	e := &Env{T: t, Driver: s.driver, Description: s.description, Harness: s.harness, ctx: ctx, check: c, run: s.run}
	for _, need := range c.Requires {
		if !s.description.Has(need) {
			e.mustBeUnsupported(need)
			e.Unsupported("%s is not declared", need)
		}
	}
	for _, rule := range c.Rules {
		if reason, not := s.harness.NotEnforced[rule]; not {
			e.Unsupported("the system does not enforce %s: %s", rule, reason)
		}
	}
	c.Run(e)
}

// Run runs the whole suite under go test.
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

// underGoTest makes a testing.T report as T demands.
type underGoTest struct{ *testing.T }

func (t underGoTest) Unsupported(format string, args ...any) {
	t.Helper()
	t.Skipf("unsupported: "+format, args...)
}

func (t underGoTest) Lied(format string, args ...any) {
	t.Helper()
	t.Fatalf("lied: "+format, args...)
}
