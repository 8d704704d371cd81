package core

import (
	"context"
	"errors"

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
	for i, s := range a.plan.Steps {
		if err := a.verifyStep(ctx, i); err != nil {
			return s.String(), err
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
	case s.Resource.Kind == KindGrant:
		look = func() error { return a.engine.lookAtGrant(ctx, s) }
	default:
		return nil
	}
	err := a.engine.await(ctx, look)
	switch {
	case errors.Is(err, fault.PermissionDenied), errors.Is(err, fault.Unsupported):
		return nil // who may make it need not be allowed to look at it
	case errors.Is(err, fault.NotFound):
		return fault.Wrap(fault.Aborted, err, "somebody else removed or changed it meanwhile; try again")
	}
	return err
}

// lookAtPolicy fails with NotFound unless the policy is as the step put it.
func (e *Engine) lookAtPolicy(ctx context.Context, s Step) error {
	found, err := e.GetPolicy(ctx, driver.GetPolicyRequest{Principal: s.Resource.Owner, Name: s.Resource.Name})
	if err != nil {
		return err
	}
	is, err := policy.Parse([]byte(found.Document))
	if err != nil {
		return err
	}
	want, err := policy.Parse([]byte(s.after().Document))
	if err == nil && !policy.Equal(is, want) {
		err = fault.New(fault.NotFound, "%s is another", s.Resource)
	}
	return err
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
