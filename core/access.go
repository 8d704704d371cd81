package core

import (
	"context"
	"errors"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// UserAccess is what gives a user access.
type UserAccess struct {
	User string
	// Policies are the user's own, those that are attached to it, those of its groups, and one for each bucket that it owns.
	Policies []UserPolicy
	// Further is what gives the user access that no policy of its own can give another: buckets that it owns, and rights in no bucket.
	Further []string
	// Buckets are what the policies of buckets say of the user, and of everybody.
	Buckets []UserPolicy
	// Disabled says that no key of the user may do anything until somebody enables the user again.
	Disabled bool
	// Boundary is the permissions boundary, without which the policies allow nothing; nil for none.
	Boundary *UserPolicy
	// Unknown is what may give or take away access and could not be read, and why.
	Unknown []string
	// principal is how the policies of buckets name the user, and arn how the system does.
	principal, arn string
	// context are the condition keys whose values are known of the user.
	context map[string][]string
}

// AccessOf reads everything that gives a user access. NotFound if there is no such user.
func (e *Engine) AccessOf(ctx context.Context, name string) (*UserAccess, error) {
	user, err := e.GetUser(ctx, driver.GetUserRequest{Name: name})
	if err != nil {
		return nil, err
	}
	reader := e.newAccessReader()
	access, err := reader.userAccess(ctx, user)
	if err != nil || !e.bucketPoliciesForKeys() {
		return access, err
	}
	buckets, err := reader.buckets(ctx, nil, driver.SettingPolicy)
	switch {
	case errors.Is(err, fault.PermissionDenied):
		access.unknown("the policies of buckets, which may not be listed")
	case err != nil:
		return nil, err
	}
	for _, b := range buckets {
		access.unknown(b.Unknown...)
		if document := b.policy.For(access.principal); len(document.Statement) > 0 {
			access.Buckets = append(access.Buckets, newUserPolicy(b.policyName(), document))
		}
	}
	return access, nil
}

// bucketPoliciesForKeys reports whether the policies of buckets give or take access of users.
func (e *Engine) bucketPoliciesForKeys() bool {
	return e.description.Has(driver.CapBucketPolicy) && !e.description.Dialect.AnonymousBucketPolicies
}

// newUserAccess is a user's access of which nothing is read yet.
func (e *Engine) newUserAccess(user driver.User) *UserAccess {
	a := &UserAccess{User: user.Name, Disabled: user.Disabled, principal: user.ARN, arn: user.ARN, context: map[string][]string{"aws:username": {user.Name}}}
	if a.principal == "" {
		a.principal = bucketGranter{e}.principal(user.Name)
	}
	if parts := strings.SplitN(user.ARN, ":", 6); len(parts) == 6 && parts[4] != "" {
		a.context["aws:PrincipalArn"], a.context["aws:PrincipalAccount"] = []string{user.ARN}, []string{parts[4]}
	}
	return a
}

func (a *UserAccess) unknown(what ...string) { a.Unknown = append(a.Unknown, what...) }

// Explain says what the user may do by what is known. ResourceExhausted where policies are too complex to be decided.
func (a *UserAccess) Explain() (policy.Explanation, error) {
	options := policy.ExplainOptions{Principal: a.principal, Context: a.context, Resource: documentsOf(a.Buckets)}
	if a.Boundary != nil {
		options.Boundary = &a.Boundary.Document
	}
	return policy.Explain(documentsOf(a.Policies), options)
}

func documentsOf(policies []UserPolicy) []policy.Document {
	var documents []policy.Document
	for _, p := range policies {
		documents = append(documents, p.Document)
	}
	return documents
}
