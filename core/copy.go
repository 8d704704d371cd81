package core

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// copyable refuses what no copy could be the same as.
func (a *UserAccess) copyable() error {
	switch {
	case len(a.Unknown) > 0:
		return uncopied(a.User, "what it may do is not known: %s", strings.Join(a.Unknown, "; "))
	case a.Disabled:
		return uncopied(a.User, "it is disabled, and the copy's key would work")
	case len(a.Further) > 0:
		return uncopied(a.User, "it has what the copy would not have: %s", strings.Join(a.Further, ", "))
	}
	return nil
}

// CopyOptions returns the options with which PlanCreate gives a user of another system the access that this system's user has: the same
// in meaning, whatever its policies are written like. It is proven equal, and it ends when that ends. NotFound if there is no such user;
// FailedPrecondition, saying why, for one that has no access, one whose access has ended or cannot be read whole, and one whose policies
// say what accesses to buckets and prefixes cannot, or whose keys may do less than the user.
func (e *Engine) CopyOptions(ctx context.Context, user string) (CreateOptions, error) {
	access, err := e.AccessOf(ctx, user)
	if err != nil {
		return CreateOptions{}, err
	}
	if err := access.copyable(); err != nil {
		return CreateOptions{}, err
	}
	documents, err := access.own()
	if err != nil {
		return CreateOptions{}, err
	}
	explained := policy.ExplainOptions{Principal: access.principal, Context: access.context}
	if access.Boundary != nil {
		explained.Boundary = &access.Boundary.Document
	}
	rows, err := policy.Explain(documents, explained)
	if err != nil {
		return CreateOptions{}, err
	}
	asked := policy.Asked{Partition: e.description.Partition, Dialect: e.description.Dialect}
	for _, r := range rows {
		if r.Access == 0 || strings.ContainsAny(r.Bucket, "*?$") {
			continue // the proof below tells
		}
		asked.Grants = append(asked.Grants, policy.Grant{Bucket: r.Bucket, Prefix: r.Prefix, Access: r.Access})
	}
	if len(rows) == 0 {
		return CreateOptions{}, uncopied(user, "it may do nothing")
	}
	whole := policy.Merge(documents...)
	asked.Until, _ = policy.End(whole)
	if len(asked.Grants) == 0 || e.sameMeaning(whole, asked) != nil {
		return CreateOptions{}, uncopied(user, "its policies say more than where it may list, read, write and delete, or less")
	}
	options := CreateOptions{Grants: asked.Grants, UserName: user, CreateBuckets: true}
	if options.Expires, err = e.AccessEnds(ctx, user); errors.Is(err, fault.Unsupported) {
		err = nil // nothing ends there
	}
	if until := asked.Until; !until.IsZero() && (options.Expires.IsZero() || until.Before(options.Expires)) {
		options.Expires = until // where keys end, too, policies may end before them
	}
	if err == nil && !options.Expires.IsZero() && !options.Expires.After(time.Now()) {
		err = uncopied(user, "it ended at %s", options.Expires.UTC().Format(time.RFC3339))
	}
	if err == nil {
		err = e.checkHolders(ctx, user)
	}
	return options, err
}

// checkHolders fails for a user whose keys may do less than the user: the copy's new key could do more than any that is there.
func (e *Engine) checkHolders(ctx context.Context, user string) error {
	if !e.description.Has(driver.CapAccessKeys) {
		return nil
	}
	keys, err := collect(e.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: user}))
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.Restricted {
			return uncopied(user, "its access key %s has a policy of its own", k.AccessKeyID)
		}
	}
	if len(keys) > 0 && !slices.ContainsFunc(holding(keys), heldKey.works) {
		return uncopied(user, "none of its access keys works: %s", listed(holding(keys)))
	}
	return nil
}

// own is what allows the user something by name: its policies, and the statements of buckets' policies for it alone.
func (a *UserAccess) own() ([]policy.Document, error) {
	documents := documentsOf(a.Policies)
	for _, p := range a.Buckets {
		if len(p.Document.For(a.principal).Denials().Statement) > 0 {
			return nil, uncopied(a.User, "a bucket's policy denies it something (%s)", p.Name)
		}
		if named := p.Document.WithoutPublic(a.principal).For(a.principal); named.Allows() {
			documents = append(documents, named)
		}
	}
	return documents, nil
}

// sameMeaning fails unless a document allows what is asked for, and nothing else.
func (e *Engine) sameMeaning(document policy.Document, asked policy.Asked) error {
	_, omitted, err := e.documentFor(asked, nil)
	if err != nil {
		return err
	}
	asked.Omitted = omitted
	return policy.Prove(document, asked)
}

func uncopied(user, why string, args ...any) error {
	return fault.New(fault.FailedPrecondition, "the access of the user %q cannot be copied: "+why, append([]any{user}, args...)...)
}
