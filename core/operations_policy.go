package core

import (
	"context"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// putPolicy puts a policy that is as the step found it, and leaves one alone that is to stay as it is.
func putPolicy(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	same := sameDocument(s.before().Document, s.after().Document)
	if err := run.checkPolicy(ctx, s); err != nil || same {
		return Outcome{Existed: same}, err
	}
	return Outcome{}, run.engine.PutPolicy(ctx, driver.PutPolicyRequest{Principal: s.Resource.Owner, Name: s.Resource.Name, Document: s.after().Document})
}

// deletePolicy deletes a policy that is as the step found it; one that the step did not look at, whatever it is.
func deletePolicy(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	if s.Before != nil {
		if err := run.checkPolicy(ctx, s); err != nil {
			return Outcome{}, err
		}
	}
	return Outcome{}, run.engine.DeletePolicy(ctx, driver.DeletePolicyRequest{Principal: s.Resource.Owner, Name: s.Resource.Name})
}

// checkPolicy fails unless the policy of a user that was there before is as the step found it, or is as the step makes it: what
// another run put there meanwhile stays. A user of this run's own has no policies of others.
func (a *Applied) checkPolicy(ctx context.Context, s Step) error {
	if a.creation(KindUser, s.Resource.Owner.Name) >= 0 || s.Resource.Owner.Type != driver.PrincipalUser {
		return nil
	}
	found, err := a.engine.GetPolicy(ctx, driver.GetPolicyRequest{Principal: s.Resource.Owner, Name: s.Resource.Name})
	switch {
	case isMissing(err):
		found.Document = ""
	case err != nil:
		return err
	}
	return a.checkFound(ctx, s, found.Document)
}

// checkFound fails unless a document is as the step found it or makes it, and if the user whose access the step changes has keys
// that the plan does not know: they would change unnamed.
func (a *Applied) checkFound(ctx context.Context, s Step, found string) error {
	before, after := s.before().Document, s.after().Document
	switch {
	case sameDocument(found, after) && sameDocument(before, after):
		return nil
	case !sameDocument(found, before) && !sameDocument(found, after):
		return theirs("somebody else changed it meanwhile")
	case a.undoing && after == "":
		return nil // see othersKeys
	}
	unknown, err := a.unknownKeys(ctx, s.Resource.Owner)
	if err != nil || len(unknown) == 0 {
		return err
	}
	return theirs("the user has got the access key %s meanwhile, whose access would change", unknown[0])
}

// sameDocument reports whether two policies mean the same. An empty document is no policy.
func sameDocument(a, b string) bool {
	if a == "" || b == "" {
		return a == b
	}
	one, errOne := policy.Parse([]byte(a))
	other, errOther := policy.Parse([]byte(b))
	return errOne == nil && errOther == nil && policy.Equal(one, other)
}
