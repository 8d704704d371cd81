package core

import (
	"context"
	"iter"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// granter is how a system gives a user access: by policies of the user's own, or by bucket policies that name the user.
type granter interface {
	// plan adds the steps that give the user exactly the access of the grants in their buckets. What this tool gave the
	// same user in the same buckets before is replaced, so that no older, wider grant stays beside the new one. It
	// fails, before anything is made, for a grant that is over the system's limits.
	plan(ctx context.Context, plan *Plan, user string, exists bool, permission string, grants []grant) error
	// list yields what the user was given.
	list(ctx context.Context, user string) iter.Seq2[driver.PolicyDocument, error]
	// revoke returns the steps that take away all that list yields.
	revoke(ctx context.Context, user string) ([]Step, error)
}

// granter returns how this system grants access; Unsupported if there is no way that this engine knows.
func (e *Engine) granter() (granter, error) {
	switch {
	case e.description.Has(driver.CapPolicyInline):
		return inlineGranter{e}, nil
	case e.description.Has(driver.CapPolicyPrincipal) && e.description.Has(driver.CapBucketPolicy):
		return bucketGranter{e}, nil
	}
	return nil, e.unsupported(driver.CapPolicyInline)
}

// ListUserPolicies yields what a user was given: its inline policies, or, on a system without them, what bucket
// policies grant it. NotFound if there is no such user.
func (e *Engine) ListUserPolicies(ctx context.Context, user string) iter.Seq2[driver.PolicyDocument, error] {
	granter, err := e.granter()
	return guarded(err, func() iter.Seq2[driver.PolicyDocument, error] { return granter.list(ctx, user) })
}

// permissions are the words for access in the names of grants.
func permissions() []string { return []string{"read-write", "read-only", "write-only", "custom"} }
