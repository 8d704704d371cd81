package core

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// inverse returns the steps that roll a step back; none where there is nothing to roll back: a final step stays, a session ends by itself, and
// the settings of a bucket that the same plan creates end with it. Uncertain says that the step may not have taken effect.
func (a *Applied) inverse(ctx context.Context, s Step, o Outcome, uncertain bool) ([]Step, error) {
	if o.found != nil {
		s.Before = o.found
	}
	back := Step{Verb: Delete, Resource: s.Resource, Before: s.After, After: s.Before}
	switch kind := s.Resource.Kind; {
	case s.Final:
		return nil, nil
	case removes(s.Verb) && kind == KindAttachment:
		back.Verb = Attach
	case removes(s.Verb) && (s.Before == nil || kind == KindAccessKey):
		return nil, nil // what is gone cannot be made again
	case o.Ignored && kind == KindBucketSetting:
		return nil, nil // the system has none
	case kind == KindSession, (kind == KindGrant || kind == KindRights || kind == KindRole || kind == KindPolicy) && o.Existed:
		return nil, nil
	case s.Resource.Owner.Type == driver.PrincipalRole && a.existed(KindRole, s.Resource.Owner.Name):
		return nil, nil // whoever made the role needs it
	case kind == KindBucketSetting && a.endsWithBucket(ctx, s.Resource.Bucket):
		return nil, nil
	case kind == KindBucket && s.Verb == Create:
		if err := a.removable(ctx, s, o, uncertain); err != nil {
			return nil, err
		}
	case kind == KindAccessKey && uncertain:
		return nil, a.keyMadeUnseen(ctx, s)
	case kind == KindAttachment:
		back.Verb = Detach
	case grantsToUser(s) && s.Resource.Owner == a.unrestored:
		return nil, theirs("the policy in whose place it was put could not be put back")
	case grantsToUser(s) && s.Before == nil:
		if err := a.othersKeys(ctx, s); err != nil {
			return nil, err
		}
		if kind == KindGrant {
			back.Verb = Put // see below
		}
	case kind == KindGrant && s.Resource.Owner.Name != "":
		// Only what this tool granted goes: deleting a grant takes the user out of what others wrote, too.
		back.Verb = Put
	case s.Before != nil && kind != KindAccessKey:
		back.Verb = Put
	}
	return []Step{back}, nil
}

// keyMadeUnseen deals with a key that may have been made although its making failed. Its id is in no answer, so a new key of the
// user may as well be another run's, even if this run made the user: new keys are named, not deleted, and what they need stays.
func (a *Applied) keyMadeUnseen(ctx context.Context, s Step) error {
	ids, err := a.unknownKeys(ctx, s.Resource.Owner)
	if err != nil || len(ids) == 0 {
		return err
	}
	a.keyOf = s.Resource.Owner.Name
	return fault.New(fault.FailedPrecondition, "%s appeared meanwhile; delete it if nobody else made it", strings.Join(ids, ", "))
}

// needed notes that a user has a key that may be somebody else's, so that the buckets stay, and returns why something stays.
func (a *Applied) needed(user, format string, args ...any) error {
	a.keyOf = user
	return theirs(format, args...)
}

// grantsToUser reports whether a step gives a user access.
func grantsToUser(s Step) bool {
	kind := s.Resource.Kind
	return kind.givesAccess() && s.Resource.Owner.Type == driver.PrincipalUser && !removes(s.Verb)
}

// changesAccess reports whether a step gives a user other access than before.
func changesAccess(s Step) bool {
	return grantsToUser(s) && !sameDocument(s.before().Document, s.after().Document)
}

// othersKeys fails if the user whom a step gave access has keys that may be another run's, which relies on the access. Where the user
// had keys before, they would keep the access too: then it goes all the same, and nothing is wider than before.
func (a *Applied) othersKeys(ctx context.Context, s Step) error {
	user := s.Resource.Owner.Name
	unknown, err := a.unknownKeys(ctx, s.Resource.Owner)
	switch {
	case errors.Is(err, fault.NotFound):
		return nil
	case errors.Is(err, fault.PermissionDenied) && a.creation(KindUser, user) >= 0:
		return nil // a key would keep the user from being deleted, and what it was granted is given back then
	case errors.Is(err, fault.PermissionDenied):
		return a.needed(user, "these credentials may not look whether the user has got another access key meanwhile")
	case err != nil || len(unknown) == 0:
		return err
	case len(a.making(s.Resource.Owner).before().AccessKeys) > 0:
		a.keyOf = user // the buckets stay
		return nil
	}
	return a.needed(user, "the user has the access key %s, which this run did not make for certain", unknown[0])
}

// making is the step of the plan that makes a key of the user; zero if there is none.
func (a *Applied) making(user driver.Principal) Step {
	for _, s := range a.plan.Steps {
		if s.Verb == Create && s.Resource.Kind == KindAccessKey && s.Resource.Owner == user {
			return s
		}
	}
	return Step{}
}

// unknownKeys are the ids of the access keys that a user has, and that this run neither found nor made; none for a plan that
// makes no key.
func (a *Applied) unknownKeys(ctx context.Context, user driver.Principal) ([]string, error) {
	making := slices.IndexFunc(a.plan.Steps, func(k Step) bool {
		return k.Verb == Create && k.Resource.Kind == KindAccessKey && k.Resource.Owner == user
	})
	if making < 0 {
		return nil, nil
	}
	known := a.plan.Steps[making].before().AccessKeys
	if making < len(a.outcomes) && a.outcomes[making].AccessKey != nil {
		known = append(slices.Clone(known), a.outcomes[making].AccessKey.AccessKeyID)
	}
	now, err := a.engine.keysOf(ctx, user.Name)
	return slices.DeleteFunc(now, func(id string) bool { return slices.Contains(known, id) }), err
}

// endsWithBucket reports whether this run made the bucket and removes it, so that a setting ends with it.
func (a *Applied) endsWithBucket(ctx context.Context, bucket string) bool {
	if a.keyOf != "" {
		return false
	}
	i := a.creation(KindBucket, bucket)
	return i >= 0 && a.prove(ctx, a.plan.Steps[i], a.outcomes[i]) == nil
}

// removable fails unless the bucket of a step is this run's, and nobody else was granted access in its policy.
func (a *Applied) removable(ctx context.Context, s Step, o Outcome, uncertain bool) error {
	if _, err := a.engine.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: s.Resource.Name}); err != nil {
		return err
	}
	if uncertain {
		return fault.New(fault.FailedPrecondition, "it is there now; delete it if nobody else made it")
	}
	if a.keyOf != "" {
		return theirs("a key of user '%s' may be somebody else's and need it", a.keyOf)
	}
	if err := a.prove(ctx, s, o); err != nil {
		return err
	}
	if err := a.wanted(ctx, s.Resource.Name); err != nil || !a.engine.description.Has(driver.CapBucketPolicy) {
		return err
	}
	current, err := a.engine.newSurvey().bucketPolicy(ctx, s.Resource.Name)
	if err == nil && len(current.Statement) > 0 {
		err = theirs("its policy is somebody else's")
	}
	return err
}

// wanted fails if a user of another run has a name that is derived from the bucket's: its key needs the bucket.
func (a *Applied) wanted(ctx context.Context, bucket string) error {
	for user, err := range a.engine.ListUsers(ctx) {
		switch {
		case errors.Is(err, fault.PermissionDenied), errors.Is(err, fault.Unsupported):
			return nil
		case err != nil:
			return err
		case a.creation(KindUser, user.Name) < 0 && a.engine.namesBucket(user.Name, bucket):
			return theirs("user '%s' may need it", user.Name)
		}
	}
	return nil
}

// prove fails unless it is certain that this run made the bucket. Some systems report success for the creation of a bucket
// that the caller has already, so a success proves something only if the system tells the two apart: it is asked to create
// the bucket again.
func (a *Applied) prove(ctx context.Context, s Step, o Outcome) error {
	bucket := s.Resource.Name
	if o.Existed {
		return theirs("somebody else made it meanwhile")
	}
	if a.proven[bucket] {
		return nil
	}
	if _, err := a.engine.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: bucket}); err != nil {
		return err
	}
	err := a.engine.CreateBucket(ctx, driver.CreateBucketRequest{Bucket: bucket, Region: s.after().Region, Again: true})
	switch {
	case err == nil:
		return fault.New(fault.FailedPrecondition, "the system does not tell who made it; delete it if nobody else uses it")
	case !errors.Is(err, fault.AlreadyExists):
		return err
	}
	a.proven[bucket] = true
	return nil
}
