package core

import (
	"context"
	"errors"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// verify looks at what a key needs once more before it is handed out: another run may have removed or changed it meanwhile.
// It returns what is not as this run left it. The key itself needs no look: whoever deletes a user deletes what the user was
// granted first and the keys after that, so what is granted after the key was made says that the key is there.
func (a *Applied) verify(ctx context.Context) (what string, err error) {
	result := a.Result()
	if result.AccessKey == nil && result.Session == nil {
		return "", nil
	}
	for _, s := range a.plan.Steps {
		if s.Verb != Create || s.Resource.Kind != KindAccessKey {
			continue
		}
		if err := a.verifyOwner(ctx, s); err != nil {
			return s.String(), err
		}
	}
	// The policies come last: a run that has not seen this one's may still put another in its place, which the last look has to find.
	for i, s := range a.plan.Steps {
		if err := a.verifyStep(ctx, i); err != nil {
			return s.String(), err
		}
	}
	for _, n := range a.plan.Notes {
		if err := a.verifyNote(ctx, n); err != nil {
			return n.Resource.String(), err
		}
	}
	return "", nil
}

func (a *Applied) verifyStep(ctx context.Context, i int) error {
	s := a.plan.Steps[i]
	var look func() error
	switch {
	case s.Resource.Kind == KindPolicy && removes(s.Verb):
		look = func() error { return a.engine.lookForPolicy(ctx, s) }
	case s.Verb != Create && s.Verb != Put && s.Verb != Replace:
		return nil
	case s.Resource.Kind == KindBucket && a.outcomes[i].Existed:
		return a.verifyBucket(ctx, i)
	case s.Resource.Kind == KindUser && a.outcomes[i].AccessKey != nil:
		look = func() error {
			_, err := a.engine.GetUser(ctx, driver.GetUserRequest{Name: s.Resource.Name})
			return err
		}
	case s.Resource.Kind == KindPolicy:
		look = func() error { return a.engine.lookAtPolicy(ctx, s) }
	case s.Resource.Kind == KindRights:
		look = func() error { return wholeGranter{a.engine}.look(ctx, s) }
	case s.Resource.Kind == KindGrant:
		look = func() error { return a.engine.lookAtGrant(ctx, s) }
	default:
		return nil
	}
	return gone(a.engine.await(ctx, look))
}

// gone makes of what a look came to what the run came to.
func gone(err error) error {
	switch {
	case errors.Is(err, fault.PermissionDenied), errors.Is(err, fault.Unsupported):
		return nil // who may make it need not be allowed to look at it
	case errors.Is(err, fault.NotFound):
		return fault.Wrap(fault.Aborted, err, "somebody else removed or changed it meanwhile; try again")
	}
	return err
}

// verifyNote looks whether a bucket is still public that was so before: who made it public may have undone that since.
func (a *Applied) verifyNote(ctx context.Context, n Note) error {
	if n.Code != NoteBucketPublic {
		return nil
	}
	public := policy.PublicGet(n.Resource.Name, a.engine.description.Partition)
	return gone(a.engine.lookAtGrant(ctx, publicGrant(n.Resource.Name, public)))
}

// verifyOwner looks at the user once more: what another run gave it meanwhile, the new key has too; and what keys another run made
// have what this run gave. The ones are refused, because the new key is wider than asked for, and the others are named, because
// their run looks as well. Who created the user is no proof that nobody else did: MinIO creates one that exists.
func (a *Applied) verifyOwner(ctx context.Context, s Step) error {
	if a.engine.description.Has(driver.CapPolicyInline) {
		names, err := collect(a.engine.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: s.Resource.Owner}))
		if err != nil {
			return gone(err)
		}
		for _, name := range names {
			if !slices.Contains(s.before().Policies, name) && !a.touches(policyOf(s.Resource.Owner, name)) {
				return fault.New(fault.Aborted, "the user has got the policy '%s' meanwhile, which this key would have too; try again", name)
			}
		}
	}
	if !slices.ContainsFunc(a.plan.Steps, changesAccess) {
		return nil
	}
	var err error
	a.otherKeys, err = a.unknownKeys(ctx, s.Resource.Owner)
	return gone(err)
}

// touches reports whether a step of the plan is about the resource.
func (a *Applied) touches(r Resource) bool {
	return slices.ContainsFunc(a.plan.Steps, func(s Step) bool { return s.Resource == r })
}

// lookAtPolicy fails unless the policy is as the step put it: with NotFound if it is as before, because a while later it may be
// as it should, and with Aborted if it is another.
func (e *Engine) lookAtPolicy(ctx context.Context, s Step) error {
	found, err := e.GetPolicy(ctx, driver.GetPolicyRequest{Principal: s.Resource.Owner, Name: s.Resource.Name})
	switch {
	case err != nil:
		return err
	case sameDocument(found.Document, s.after().Document):
		return nil
	case sameDocument(found.Document, s.before().Document):
		return fault.New(fault.NotFound, "%s is as it was before", s.Resource)
	}
	return fault.New(fault.Aborted, "somebody else changed it meanwhile; try again")
}

// lookForPolicy fails while the policy is there that the step removed: with NotFound, because a while later it may be gone.
func (e *Engine) lookForPolicy(ctx context.Context, s Step) error {
	_, err := e.GetPolicy(ctx, driver.GetPolicyRequest{Principal: s.Resource.Owner, Name: s.Resource.Name})
	switch {
	case err == nil:
		return fault.New(fault.NotFound, "%s is still there", s.Resource)
	case isMissing(err):
		return nil
	}
	return err
}

// lookAtGrant fails with NotFound unless the bucket's policy grants what the step put.
func (e *Engine) lookAtGrant(ctx context.Context, s Step) error {
	edit, err := bucketGranter{e}.putting(s)
	if err != nil {
		return err
	}
	current, err := e.newSurvey().bucketPolicy(ctx, s.Resource.Bucket)
	if err != nil {
		return err
	}
	if _, missing := edit(current); missing {
		return fault.New(fault.NotFound, "the bucket's policy does not have %s", s.Resource)
	}
	return nil
}

// verifyBucket makes a bucket that another run made first, and has undone since, with what this run put into it.
func (a *Applied) verifyBucket(ctx context.Context, i int) error {
	bucket := a.plan.Steps[i].Resource.Name
	_, err := a.engine.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: bucket})
	if !isMissing(err) {
		return nil
	}
	for j, s := range a.plan.Steps {
		if j != i && s.Resource.Bucket != bucket {
			continue
		}
		if a.outcomes[j], err = a.step(ctx, s); err != nil {
			return err
		}
	}
	return nil
}
