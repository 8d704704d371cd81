package core

import (
	"context"
	"iter"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// wholeGranter gives access by rights in whole buckets, on systems where nothing narrower can be said. To write there is to delete, too.
type wholeGranter struct{ *Engine }

// check refuses what no rights give: they would be wider than asked for. Nobody is made an owner.
func (g wholeGranter) check(ctx context.Context, grants []grant) error {
	for _, gr := range grants {
		if found, ok := driver.GrantOf(gr.bucket, gr.document, g.description.Partition); !ok || found.Owner {
			return fault.New(fault.Unsupported, "the %s backend gives rights in whole buckets only: to read, to write and delete, or both; "+
				"what is asked for in bucket %s is another access", g.description.Name, gr.bucket).WithHint(fault.HintWholeBucket)
		}
	}
	return nil
}

func (g wholeGranter) plan(ctx context.Context, _ *survey, plan *Plan, user *keyOwner, grants []grant) error {
	former, err := g.former(ctx, user)
	if err != nil {
		return err
	}
	for _, gr := range grants {
		of := Resource{Kind: KindRights, Name: grantName(gr.access, gr.bucket), Owner: driver.UserPrincipal(user.name), Bucket: gr.bucket}
		step := Step{Verb: Put, Resource: of, After: &State{Document: gr.document.JSON()}}
		i := slices.IndexFunc(former, func(f driver.BucketGrant) bool { return f.Bucket == gr.bucket })
		if i >= 0 {
			document, err := former[i].Document(g.description.Partition)
			if err != nil {
				return err
			}
			step.Before = &State{Document: document.JSON()}
			if !policy.Equal(document, gr.document) {
				user.noteChange(plan, NotePolicyChanged, step.Resource)
			}
			former = slices.Delete(former, i, i+1)
		} else if user.inUse() {
			user.noteChange(plan, NotePolicyAdded, step.Resource)
		}
		plan.add(step)
	}
	for _, f := range former {
		document, err := f.Document(g.description.Partition)
		if err != nil {
			return err
		}
		user.others, user.kept = append(user.others, grantName(f.AccessName(), f.Bucket)), append(user.kept, document)
	}
	return nil
}

// former are the rights that an existing user has.
func (g wholeGranter) former(ctx context.Context, user *keyOwner) ([]driver.BucketGrant, error) {
	if !user.exists {
		return nil, nil
	}
	return collect(g.ListGrants(ctx, driver.ListGrantsRequest{UserName: user.name}))
}

func (g wholeGranter) list(ctx context.Context, user string) iter.Seq2[driver.PolicyDocument, error] {
	return func(yield func(driver.PolicyDocument, error) bool) {
		for granted, err := range g.ListGrants(ctx, driver.ListGrantsRequest{UserName: user}) {
			var document policy.Document
			if err == nil {
				document, err = granted.Document(g.description.Partition)
			}
			if err != nil {
				yield(driver.PolicyDocument{}, err)
				return
			}
			if !yield(driver.PolicyDocument{
				Principal: driver.UserPrincipal(user), Name: grantName(granted.AccessName(), granted.Bucket), Document: document.JSON(),
			}, nil) {
				return
			}
		}
	}
}

// planRevoke adds nothing: rights end with the user.
func (wholeGranter) planRevoke(context.Context, *survey, *Plan, string) error { return nil }

// current is what the user of a step may in its bucket, as a policy says it; empty for nothing.
func (g wholeGranter) current(ctx context.Context, s Step) (string, error) {
	for granted, err := range g.ListGrants(ctx, driver.ListGrantsRequest{UserName: s.Resource.Owner.Name}) {
		if err != nil {
			return "", err
		}
		if granted.Bucket == s.Resource.Bucket {
			document, err := granted.Document(g.description.Partition)
			return document.JSON(), err
		}
	}
	return "", nil
}

// putRights gives the user of a step the rights that it says; none if it says nothing.
func putRights(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	g := wholeGranter{run.engine}
	current, err := g.current(ctx, s)
	if err == nil {
		err = run.checkAccess(ctx, s, func() (string, error) { return current, nil })
	}
	if err != nil || sameDocument(current, s.after().Document) {
		return Outcome{Existed: true}, err
	}
	return Outcome{}, g.write(ctx, s, s.after().Document)
}

func (g wholeGranter) write(ctx context.Context, s Step, text string) error {
	granted := driver.BucketGrant{Bucket: s.Resource.Bucket}
	if text != "" {
		document, err := policy.Parse([]byte(text))
		if err != nil {
			return err
		}
		found, ok := driver.GrantOf(s.Resource.Bucket, document, g.description.Partition)
		if !ok {
			return fault.New(fault.Unsupported, "no rights in bucket %s give what the plan says", s.Resource.Bucket)
		}
		granted = found
	}
	return g.PutGrant(ctx, driver.PutGrantRequest{UserName: s.Resource.Owner.Name, Grant: granted})
}

// look fails with NotFound unless the user of a step has the rights that it put.
func (g wholeGranter) look(ctx context.Context, s Step) error {
	current, err := g.current(ctx, s)
	if err == nil && !sameDocument(current, s.after().Document) {
		err = fault.New(fault.NotFound, "the user does not have %s", s.Resource)
	}
	return err
}
