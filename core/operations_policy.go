package core

import (
	"context"
	"errors"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
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

// checkPolicy is checkAccess for a policy of a user.
func (a *Applied) checkPolicy(ctx context.Context, s Step) error {
	if s.Resource.Owner.Type != driver.PrincipalUser {
		return nil
	}
	return a.checkAccess(ctx, s, func() (string, error) {
		found, err := a.engine.GetPolicy(ctx, driver.GetPolicyRequest{Principal: s.Resource.Owner, Name: s.Resource.Name})
		if isMissing(err) {
			return "", nil
		}
		return found.Document, err
	})
}

// checkAccess fails unless what a user may do is as the step found it, or is as the step makes it: what another run made of it
// meanwhile stays. It fails too if the user has keys that the plan does not know, and whose access the step would change unnamed.
// The document comes last: who puts one after that look has still to make a key, and to look at what it has got.
func (a *Applied) checkAccess(ctx context.Context, s Step, look func() (string, error)) error {
	own := a.creation(KindUser, s.Resource.Owner.Name) >= 0
	if own && a.undoing {
		return nil // see othersKeys
	}
	if err := a.giveWay(ctx, s, own); err != nil {
		return err
	}
	unknown, err := a.changedKeys(ctx, s)
	if own && (isMissing(err) || errors.Is(err, fault.PermissionDenied) || errors.Is(err, fault.Unsupported)) {
		err = nil // this run may make keys and not list them, or the system does not know the user yet
	}
	if err != nil || own && len(unknown) == 0 {
		return err
	}
	found, err := look()
	switch {
	case err != nil:
		return err
	case sameDocument(found, s.after().Document):
		return nil
	case !sameDocument(found, s.before().Document):
		return theirs("somebody else changed it meanwhile")
	case len(unknown) > 0:
		return theirs("the user has got the access key %s meanwhile, whose access would change", unknown[0])
	}
	return nil
}

// giveWay waits a moment, once, before it gives access to a user that was found without a key: the run that has just made the user may be
// about to give it access and a key, and no system compares what is there with what is to be there when it puts a policy.
func (a *Applied) giveWay(ctx context.Context, s Step, own bool) error {
	making := a.making(s.Resource.Owner)
	if own || a.gaveWay || making.Verb != Create || len(making.before().AccessKeys) > 0 || !changesAccess(s) {
		return nil
	}
	a.gaveWay = true
	return a.engine.sleep(ctx, lookPause)
}

// changedKeys are the keys that the plan does not know, and whose access a step changes. For what is taken back, see othersKeys.
func (a *Applied) changedKeys(ctx context.Context, s Step) ([]string, error) {
	if after := s.after().Document; sameDocument(s.before().Document, after) || a.undoing && after == "" {
		return nil, nil
	}
	return a.unknownKeys(ctx, s.Resource.Owner)
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
