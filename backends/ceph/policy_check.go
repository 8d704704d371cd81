package ceph

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// CheckPolicy refuses a document that the gateway would take for more access than it reads (16.2.15).
func (b *backend) CheckPolicy(_ context.Context, req driver.CheckPolicyRequest) error {
	return checkDocument(req.Document)
}

func checkDocument(document string) error {
	parsed, err := policy.Parse([]byte(document))
	if err != nil {
		return fault.Wrap(fault.InvalidArgument, err, "the gateway would take the document, and it is no policy: %v", err)
	}
	for _, s := range parsed.Statement {
		if err := checkStatement(s); err != nil {
			return err
		}
	}
	return nil
}

func checkStatement(s policy.Statement) error {
	if len(s.NotAction) > 0 {
		return fault.New(fault.InvalidArgument, "for the gateway a statement with NotAction is about nothing; name the actions in Action")
	}
	for _, action := range s.Action {
		if strings.HasPrefix(action, "s3:") && !strings.ContainsAny(action, "*?") && !policy.IsAction(action) {
			return fault.New(fault.InvalidArgument, "S3 has no action %s, and the gateway refuses a policy with it; leave it out", action)
		}
	}
	for operator, keys := range s.Condition {
		for key, values := range keys {
			if err := newCondition(s.Effect, operator, key, values).check(); err != nil {
				return err
			}
		}
	}
	return nil
}

// condition is a condition of a statement.
type condition struct {
	effect policy.Effect
	// operator has no IfExists, and nothing before a colon.
	operator          string
	ifExists, negated bool
	key               string
	values            []string
}

func newCondition(effect policy.Effect, operator, key string, values []string) condition {
	c := condition{effect: effect, key: key, values: values}
	if _, after, found := strings.Cut(operator, ":"); found {
		operator = after
	}
	c.operator, c.ifExists = strings.CutSuffix(operator, "IfExists")
	c.negated = strings.Contains(c.operator, "Not")
	return c
}

const secureTransport = "aws:SecureTransport"

// always are the condition keys of every request, and sometimes those that some requests have.
var (
	always    = []string{"aws:CurrentTime", "aws:EpochTime", "aws:SourceIp", "aws:UserAgent", "aws:username"}
	sometimes = []string{secureTransport, "s3:prefix", "s3:delimiter", "s3:max-keys"}
)

// check refuses a condition that holds on the gateway where it should not, or the other way round, to the caller's advantage.
func (c condition) check() error {
	if !slices.Contains(always, c.key) && !slices.Contains(sometimes, c.key) {
		return fault.New(fault.InvalidArgument, "the gateway does not know the condition key %s (it knows %s, written so); leave the condition out", c.key, strings.Join(slices.Concat(always, sometimes), ", "))
	}
	switch {
	case c.operator == "Null":
		return c.checkNull()
	case c.operator == "Bool":
		return c.checkBool()
	case strings.HasPrefix(c.operator, "Numeric"):
		return c.checkNumber()
	case c.effect == policy.Deny && c.negated && !c.ifExists && slices.Contains(sometimes, c.key):
		return fault.New(fault.InvalidArgument, "for the gateway the operator %s does not hold for a request without %s, which the Deny would miss; write %sIfExists", c.operator, c.key, c.operator)
	case strings.HasPrefix(c.operator, "Date") && slices.ContainsFunc(c.values, hasOffset):
		return fault.New(fault.InvalidArgument, "the gateway does not understand a time with an offset; write it in UTC, with a Z at its end")
	case strings.HasSuffix(c.operator, "IpAddress") && slices.Contains(c.values, "::/0"):
		return fault.New(fault.InvalidArgument, "the gateway takes ::/0 for all addresses, those of IPv4 too; leave it out")
	}
	return nil
}

// checkNull: the gateway does not look at the value.
func (c condition) checkNull() error {
	if c.ifExists || c.key == secureTransport || slices.ContainsFunc(c.values, func(v string) bool { return !strings.EqualFold(v, "true") }) {
		return fault.New(fault.InvalidArgument, "for the gateway the operator Null means that a request does not have the key, whatever the value is, and none without TLS has %s; use another operator", secureTransport)
	}
	return nil
}

// checkBool: a request without TLS does not have the key, instead of having it with the value false.
func (c condition) checkBool() error {
	secure := slices.ContainsFunc(c.values, func(v string) bool { return strings.EqualFold(v, "true") })
	switch {
	case c.key != secureTransport:
		return fault.New(fault.InvalidArgument, "for the gateway the operator Bool holds for any text; use it with %s only", secureTransport)
	case c.effect == policy.Deny && !c.ifExists && !secure:
		return fault.New(fault.InvalidArgument, "for the gateway a request without TLS has no %s, which the Deny would miss; write BoolIfExists", secureTransport)
	case c.effect == policy.Allow && c.ifExists && secure:
		return fault.New(fault.InvalidArgument, "for the gateway a request without TLS has no %s, so that BoolIfExists holds for it; write Bool", secureTransport)
	}
	return nil
}

// checkNumber: a listing without a number of keys has the most that there can be, and comparisons of other keys do not hold.
func (c condition) checkNumber() error {
	greater := strings.HasPrefix(c.operator, "NumericGreaterThan")
	if c.key != "s3:max-keys" || c.negated || greater != (c.effect == policy.Deny) {
		return fault.New(fault.InvalidArgument, "the gateway decides the operator %s of %s otherwise than it reads; deny NumericGreaterThan of s3:max-keys, or allow NumericLessThanEquals", c.operator, c.key)
	}
	return nil
}

// hasOffset reports whether a time is not in UTC.
func hasOffset(text string) bool {
	_, err := time.Parse(time.RFC3339, text)
	return err == nil && !strings.HasSuffix(text, "Z")
}
