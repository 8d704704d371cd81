package core

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// inlineGranter gives access by inline policies: one for each bucket, named "s3.PERMISSION.BUCKET".
type inlineGranter struct{ *Engine }

func (g inlineGranter) plan(ctx context.Context, plan *Plan, user string, exists bool, permission string, grants []grant) error {
	former, err := g.former(ctx, user, exists)
	if err != nil {
		return err
	}
	after := map[string]policy.Document{}
	for name, document := range former {
		after[name] = document
	}
	var removals []Step
	for _, gr := range grants {
		name := derivedName(g.description.Names.Policy, "", permission, []string{gr.bucket})
		if err := checkName("policy", name, g.description.Names.Policy); err != nil {
			return err
		}
		if old, had := former[name]; had && !policy.Equal(old, gr.document) {
			plan.Warnings = append(plan.Warnings, fmt.Sprintf("policy '%s' of user '%s' was another: the keys that the user has now get the new access too", name, user))
		}
		after[name] = gr.document
		plan.Steps = append(plan.Steps, g.putStep(user, name, gr.document, former))
		for _, old := range g.superseded(permission, gr.bucket, former) {
			delete(after, old)
			plan.Warnings = append(plan.Warnings, fmt.Sprintf("policy '%s' of user '%s' is replaced: the keys that the user has now get the new access too", old, user))
			removals = append(removals, g.removeStep(user, old, former[old]))
		}
	}
	// The new policies come first: a run that is cut off in between leaves the user what it had, not nothing.
	plan.Steps = append(plan.Steps, removals...)
	return g.checkSizes(user, grants, after)
}

// former returns the policies that an existing user has.
func (g inlineGranter) former(ctx context.Context, user string, exists bool) (map[string]policy.Document, error) {
	former := map[string]policy.Document{}
	if !exists {
		return former, nil
	}
	for p, err := range g.list(ctx, user) {
		if err != nil {
			return nil, err
		}
		document, err := policy.Parse([]byte(p.Document))
		if err != nil {
			return nil, err
		}
		former[p.Name] = document
	}
	return former, nil
}

// superseded returns the names of this tool's policies for the bucket with another permission.
func (g inlineGranter) superseded(permission, bucket string, former map[string]policy.Document) []string {
	var names []string
	for _, other := range permissions() {
		name := derivedName(g.description.Names.Policy, "", other, []string{bucket})
		if _, has := former[name]; has && other != permission {
			names = append(names, name)
		}
	}
	return names
}

// checkSizes refuses documents over the system's limits, saying the limit and the actual size.
func (g inlineGranter) checkSizes(user string, grants []grant, after map[string]policy.Document) error {
	limits := g.description.Limits
	for _, gr := range grants {
		if err := checkSize("policy for bucket "+gr.bucket, gr.document, limits.InlinePolicyBytes, limits.IgnoreWhitespace); err != nil {
			return err
		}
	}
	total := 0
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

// putStep gives the user one policy. Its undo puts back the one of that name that was there before.
func (g inlineGranter) putStep(user, name string, document policy.Document, former map[string]policy.Document) Step {
	request := driver.PutPolicyRequest{Principal: driver.UserPrincipal(user), Name: name, Document: document.JSON()}
	step := Step{
		Would: fmt.Sprintf("Would attach policy called '%s' to user '%s', details:\n%s", name, user, document.Indent()),
		Did:   fmt.Sprintf("Attached policy %s to user %s", name, user),
		Thing: fmt.Sprintf("policy '%s' of user '%s'", name, user),
		do:    func(ctx context.Context) error { return g.PutPolicy(ctx, request) },
		undo: func(ctx context.Context) error {
			return g.DeletePolicy(ctx, driver.DeletePolicyRequest{Principal: request.Principal, Name: name})
		},
	}
	if old, had := former[name]; had {
		if !policy.Equal(old, document) {
			step.Did = fmt.Sprintf("Replaced policy %s of user %s, which was another", name, user)
			step.Would += fmt.Sprintf("\n... in place of its policy of that name:\n%s", old.Indent())
		}
		step.undo = func(ctx context.Context) error {
			return g.PutPolicy(ctx, driver.PutPolicyRequest{Principal: request.Principal, Name: name, Document: old.JSON()})
		}
	}
	return step
}

// removeStep takes a policy of this tool away again. Its undo puts it back.
func (g inlineGranter) removeStep(user, name string, document policy.Document) Step {
	principal := driver.UserPrincipal(user)
	return Step{
		Would: fmt.Sprintf("Would delete policy called '%s' of user '%s', which the new one replaces", name, user),
		Did:   fmt.Sprintf("Deleted policy %s of user %s, which the new one replaces", name, user),
		Thing: fmt.Sprintf("removal of policy '%s' of user '%s'", name, user),
		do: func(ctx context.Context) error {
			return g.DeletePolicy(ctx, driver.DeletePolicyRequest{Principal: principal, Name: name})
		},
		undo: func(ctx context.Context) error {
			return g.PutPolicy(ctx, driver.PutPolicyRequest{Principal: principal, Name: name, Document: document.JSON()})
		},
	}
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

func (g inlineGranter) revoke(ctx context.Context, user string) ([]Step, error) {
	principal := driver.UserPrincipal(user)
	names, err := collect(g.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: principal}))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var steps []Step
	for _, name := range names {
		steps = append(steps, Step{
			Would: "  Would delete policy: " + name, Did: "  Deleted policy: " + name,
			Thing: fmt.Sprintf("policy '%s' of user '%s'", name, user),
			do: func(ctx context.Context) error {
				return g.DeletePolicy(ctx, driver.DeletePolicyRequest{Principal: principal, Name: name})
			},
		})
	}
	return steps, nil
}
