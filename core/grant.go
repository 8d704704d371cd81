package core

import (
	"context"
	"iter"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// granter is how a system gives a user access: by policies of the user's own, by bucket policies that name the user, or by rights in whole
// buckets.
type granter interface {
	// check refuses, without a request to the system, names and documents that are over its limits, or that it would take for others.
	check(ctx context.Context, grants []grant) error
	// plan adds the steps that give the user exactly the access of the grants in their buckets. What this tool gave the
	// same user in the same buckets before is replaced, so that no older, wider grant stays beside the new one. It fails
	// for a grant that is over the system's limits together with what is there. Each change of what an existing user may do
	// is noted; what the user has in other buckets or by other names stays, and goes into user.others.
	plan(ctx context.Context, system *survey, plan *Plan, user *keyOwner, grants []grant) error
	// list yields what the user was given.
	list(ctx context.Context, user string) iter.Seq2[driver.PolicyDocument, error]
	// planRevoke adds the steps that take away all that list yields.
	planRevoke(ctx context.Context, system *survey, plan *Plan, user string) error
}

// granter returns how this system grants access; Unsupported if there is no way that this engine knows.
func (e *Engine) granter() (granter, error) {
	switch {
	case e.description.Has(driver.CapPolicyInline):
		return inlineGranter{e}, nil
	case e.description.Has(driver.CapPolicyPrincipal) && e.description.Has(driver.CapBucketPolicy):
		return bucketGranter{e}, nil
	case e.description.Has(driver.CapPolicyGrant):
		return wholeGranter{e}, nil
	}
	return nil, e.description.Missing(driver.CapPolicyInline)
}

// ListUserPolicies yields what a user was given: its inline policies, or, on a system without them, what bucket
// policies grant it. NotFound if there is no such user.
func (e *Engine) ListUserPolicies(ctx context.Context, user string) iter.Seq2[driver.PolicyDocument, error] {
	granter, err := e.granter()
	if err != nil {
		return failing[driver.PolicyDocument](err)
	}
	return granter.list(ctx, user)
}

// grantName is the name of what gives an access in a bucket: of an inline policy, and of a grant in a listing.
func grantName(access, bucket string) string { return "s3." + access + "." + bucket }
