package core

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// bucketsProven is in how many of the buckets that a user's policies name its new key is tried.
const bucketsProven = 5

// VerifyUserWithin is VerifyWithin for a further key of a user. The key has to be the user's, which takes no permission, and to do what the
// user's access says: in buckets that the policies name. What else may give the user access is not known, so that Wider need not be
// the key's fault; and the verdict is Untold, without an error, for a key that is the user's and of which nothing else can be tried.
func (e *Engine) VerifyUserWithin(ctx context.Context, access *UserAccess, other string, patience time.Duration) (Verification, error) {
	wanted, err := e.probesForUser(access, other)
	if err != nil {
		return Verification{}, err
	}
	return e.verifyWithin(ctx, patience, func() (Verification, error) {
		if err := e.checkOwner(ctx, access); err != nil {
			return Verification{wanted}, err
		}
		return e.verify(ctx, wanted)
	})
}

// checkOwner fails unless the engine's credentials are the user's, where the system tells.
func (e *Engine) checkOwner(ctx context.Context, access *UserAccess) error {
	caller, err := e.WhoAmI(ctx)
	if err == nil && caller.ARN != "" && access.arn != "" && caller.ARN != access.arn {
		err = fault.New(fault.Unauthenticated, "the system takes it for a key of %s in place of %s", caller.ARN, access.arn)
	}
	return err
}

// probesForUser lists what to try with a key of a user; nothing where the backend cannot probe or the policies are too complex to be decided.
func (e *Engine) probesForUser(access *UserAccess, other string) ([]Probe, error) {
	if !e.description.Has(driver.CapPolicyProbe) {
		return nil, nil
	}
	rows, err := access.Explain()
	if err != nil {
		return nil, knowable(err)
	}
	x := expectation{principal: access.principal, context: access.context, documents: documentsOf(access.Policies), resource: documentsOf(access.Buckets)}
	if access.Boundary != nil {
		x.boundary = &access.Boundary.Document
	}
	x.buckets = namedIn(rows)
	x.buckets = x.buckets[:min(len(x.buckets), bucketsProven)]
	if slices.Contains(x.buckets, other) || slices.ContainsFunc(rows, func(r policy.Row) bool { return r.Bucket == other }) {
		other = ""
	}
	return e.probesOf(x, rows, other)
}

// NamedBuckets are those that the user's policies name, rather than describe by a pattern; none for policies that are too complex to be decided.
func (a *UserAccess) NamedBuckets() []string {
	rows, err := a.Explain()
	if err != nil {
		return nil
	}
	return namedIn(rows)
}

func namedIn(rows policy.Explanation) []string {
	var buckets []string
	for _, r := range rows {
		if r.Bucket != "" && !strings.ContainsAny(r.Bucket, "*?$") && !slices.Contains(buckets, r.Bucket) {
			buckets = append(buckets, r.Bucket)
		}
	}
	return buckets
}
