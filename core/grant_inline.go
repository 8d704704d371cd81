package core

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// inlineGranter gives access by inline policies: one for each bucket, named "s3.ACCESS.BUCKET".
type inlineGranter struct{ *Engine }

// policyName is the name of the user's policy for an access in a bucket.
func (g inlineGranter) policyName(access, bucket string) string {
	return derivedName(g.description.Names.Policy, "", access, []string{bucket})
}

func policyOf(owner driver.Principal, name string) Resource {
	return Resource{Kind: KindPolicy, Name: name, Owner: owner}
}

func (g inlineGranter) check(ctx context.Context, grants []grant) error {
	limits := g.description.Limits
	for _, gr := range grants {
		if err := g.checkPlain(gr); err != nil {
			return err
		}
		if err := g.description.Names.Policy.Check("policy", g.policyName(gr.access, gr.bucket)); err != nil {
			return err
		}
		if err := checkSize("policy for bucket "+gr.bucket, gr.document, limits.InlinePolicyBytes, limits.IgnoreWhitespace); err != nil {
			return err
		}
		if err := g.checkDocument(ctx, gr.document, false); err != nil {
			return err
		}
	}
	return nil
}

// checkPlain refuses what the policies of users cannot have, and says where a session can.
func (g inlineGranter) checkPlain(gr grant) error {
	err := g.description.Dialect.CheckUserPolicy(gr.document)
	var refused *fault.Error
	if errors.As(err, &refused) && g.description.Has(driver.CapSessions) {
		refused.Hint = fault.HintTemporary
	}
	return err
}

func (g inlineGranter) plan(ctx context.Context, _ *survey, plan *Plan, user *keyOwner, grants []grant) error {
	after, err := g.former(ctx, user)
	if err != nil {
		return err
	}
	owner, mark := driver.UserPrincipal(user.name), cmp.Or(user.mark, markIn(after))
	var removals []Step
	for _, gr := range grants {
		gr.document.ID = cmp.Or(gr.document.ID, mark)
		step := Step{
			Verb: Put, Resource: policyOf(owner, g.policyName(gr.access, gr.bucket)),
			After: &State{Document: gr.document.JSON()},
		}
		old, had := after[step.Resource.Name]
		if had {
			step.Before = &State{Document: old.JSON()}
		}
		switch {
		case had && !policy.Equal(old, gr.document):
			step.Verb = Replace
			user.noteChange(plan, NotePolicyChanged, step.Resource)
		case !had && user.inUse():
			user.noteChange(plan, NotePolicyAdded, step.Resource)
		}
		after[step.Resource.Name] = gr.document
		plan.add(step)
		for _, other := range policy.AccessNames() {
			superseded := policyOf(owner, g.policyName(other, gr.bucket))
			old, has := after[superseded.Name]
			if !has || superseded == step.Resource {
				continue
			}
			delete(after, superseded.Name)
			user.noteChange(plan, NotePolicyReplaced, superseded)
			removals = append(removals, Step{Verb: Delete, Resource: superseded, Before: &State{Document: old.JSON()}})
		}
	}
	// The new policies come first: a run that is cut off in between leaves the user what it had, not nothing.
	plan.add(removals...)
	for name := range after {
		if !slices.ContainsFunc(plan.Steps, func(s Step) bool { return s.Resource == policyOf(owner, name) }) {
			user.others, user.kept = append(user.others, name), append(user.kept, after[name])
		}
	}
	slices.Sort(user.others)
	return g.checkTotal(user.name, after)
}

// former returns the policies that an existing user has, by name.
func (g inlineGranter) former(ctx context.Context, user *keyOwner) (map[string]policy.Document, error) {
	former := map[string]policy.Document{}
	if !user.exists {
		return former, nil
	}
	for p, err := range g.list(ctx, user.name) {
		if err != nil {
			return nil, err
		}
		if former[p.Name], err = policy.Parse([]byte(p.Document)); err != nil {
			return nil, err
		}
	}
	return former, nil
}

// checkTotal refuses policies that are too large together, saying the limit and the actual size.
func (g inlineGranter) checkTotal(user string, after map[string]policy.Document) error {
	limits, total := g.description.Limits, 0
	for _, document := range after {
		total += policy.Size(document, limits.IgnoreWhitespace)
	}
	if limit := limits.InlinePolicyTotalBytes; limit > 0 && total > limit {
		return fault.New(fault.ResourceExhausted, "the policies of user '%s' would have %d bytes together, but at most %d are allowed; use fewer buckets for one user, or shorter prefixes and statements", user, total, limit)
	}
	return nil
}

// checkSize refuses a document over a limit; a limit of 0 is none.
func checkSize(what string, document policy.Document, limit int, ignoreWhitespace bool) error {
	if size := policy.Size(document, ignoreWhitespace); limit > 0 && size > limit {
		return fault.New(fault.ResourceExhausted, "the %s has %d bytes, but at most %d are allowed; use fewer buckets, or shorter prefixes and statements", what, size, limit)
	}
	return nil
}

func (g inlineGranter) list(ctx context.Context, user string) iter.Seq2[driver.PolicyDocument, error] {
	principal := driver.UserPrincipal(user)
	return func(yield func(driver.PolicyDocument, error) bool) {
		for name, err := range g.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: principal}) {
			var document driver.PolicyDocument
			if err == nil {
				document, err = g.GetPolicy(ctx, driver.GetPolicyRequest{Principal: principal, Name: name})
			}
			if !yield(document, err) || err != nil {
				return
			}
		}
	}
}

func (g inlineGranter) planRevoke(ctx context.Context, _ *survey, plan *Plan, user string) error {
	owner := driver.UserPrincipal(user)
	names, err := collect(g.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: owner}))
	slices.Sort(names)
	for _, name := range names {
		plan.add(Step{Verb: Delete, Resource: policyOf(owner, name)})
	}
	return err
}
