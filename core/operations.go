package core

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// operation runs one step. The run that it belongs to has the outcomes of the steps before it.
type operation func(ctx context.Context, run *Applied, s Step) (Outcome, error)

// operations are what can be done to each kind of resource. Rolling a step back is another step (see inverse), so the
// same table serves for it.
var operations = map[ResourceKind]map[Verb]operation{
	KindBucket: {
		Create: doing(func(ctx context.Context, e *Engine, s Step) error {
			return e.CreateBucket(ctx, driver.CreateBucketRequest{Bucket: s.Resource.Name, Region: s.after().Region})
		}),
		Delete: doing(func(ctx context.Context, e *Engine, s Step) error {
			return e.DeleteBucket(ctx, driver.DeleteBucketRequest{Bucket: s.Resource.Name})
		}),
	},
	KindBucketSetting: {Put: putSetting, Delete: doing(deleteSetting)},
	KindUser: {
		Create: createUser,
		Delete: doing(func(ctx context.Context, e *Engine, s Step) error {
			return e.DeleteUser(ctx, driver.DeleteUserRequest{Name: s.Resource.Name})
		}),
	},
	KindAccessKey: {Create: createKey, Delete: doing(deleteKey)},
	KindPolicy:    {Put: doing(putPolicy), Replace: doing(putPolicy), Delete: doing(deletePolicy)},
	KindGrant:     {Put: doing(putGrant), Delete: doing(deleteGrant)},
	KindRole: {
		Create: createRole,
		Delete: doing(func(ctx context.Context, e *Engine, s Step) error {
			return e.DeleteRole(ctx, driver.DeleteRoleRequest{Name: s.Resource.Name})
		}),
	},
	KindAttachment: {Attach: doing(attach), Detach: doing(detach)},
	KindSession:    {Open: openSession},
}

// doing makes an operation of a call without an outcome.
func doing(call func(context.Context, *Engine, Step) error) operation {
	return func(ctx context.Context, run *Applied, s Step) (Outcome, error) {
		return Outcome{}, call(ctx, run.engine, s)
	}
}

// putSetting puts a setting. A system that turns out to have no public access block blocks nothing, which is what an open
// one is put for.
func putSetting(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	value := s.after().Setting
	err := run.engine.PutBucketSetting(ctx, driver.PutBucketSettingRequest{Bucket: s.Resource.Bucket, Value: value})
	if block := value.PublicAccessBlock; block != nil && *block == (driver.PublicAccessBlock{}) && errors.Is(err, fault.Unsupported) {
		return Outcome{Ignored: true}, nil
	}
	return Outcome{}, err
}

func deleteSetting(ctx context.Context, e *Engine, s Step) error {
	return e.DeleteBucketSetting(ctx, driver.DeleteBucketSettingRequest{Bucket: s.Resource.Bucket, Setting: driver.Setting(s.Resource.Name)})
}

// createUser creates a user. On a system whose users are their own key, the key comes with it. A system that ignores the
// boundary is found out from what it says of the new user: where the boundary is required, the step fails and is rolled
// back; a default one, which is a second line of defence only, is reported as ignored.
func createUser(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	e, want := run.engine, s.after()
	made, err := e.CreateUser(ctx, driver.CreateUserRequest{Name: s.Resource.Name, PermissionsBoundary: want.Boundary})
	if err != nil {
		return Outcome{}, err
	}
	outcome := Outcome{AccessKey: made.AccessKey}
	if made.User.PermissionsBoundary == want.Boundary {
		return outcome, nil
	}
	// The answer to the creation need not have it.
	now, err := e.GetUser(ctx, driver.GetUserRequest{Name: s.Resource.Name})
	switch {
	case err == nil && now.PermissionsBoundary == want.Boundary:
		return outcome, nil
	case err == nil && !want.BoundaryRequired:
		outcome.Ignored = true
		return outcome, nil
	case err == nil:
		err = fault.New(fault.Unsupported, "the system ignores permissions boundaries, so the user's own policies are all that limit it").
			WithHint(fault.HintNoBoundary)
	}
	outcome.made = true
	return outcome, err
}

func createKey(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	key, err := run.engine.CreateAccessKey(ctx, driver.CreateAccessKeyRequest{UserName: s.Resource.Owner.Name})
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{AccessKey: &key}, nil
}

func deleteKey(ctx context.Context, e *Engine, s Step) error {
	return e.DeleteAccessKey(ctx, driver.DeleteAccessKeyRequest{UserName: s.Resource.Owner.Name, AccessKeyID: s.Resource.Name})
}

func putPolicy(ctx context.Context, e *Engine, s Step) error {
	return e.PutPolicy(ctx, driver.PutPolicyRequest{Principal: s.Resource.Owner, Name: s.Resource.Name, Document: s.after().Document})
}

func deletePolicy(ctx context.Context, e *Engine, s Step) error {
	return e.DeletePolicy(ctx, driver.DeletePolicyRequest{Principal: s.Resource.Owner, Name: s.Resource.Name})
}

func createRole(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	role, err := run.engine.CreateRole(ctx, driver.CreateRoleRequest{
		Name: s.Resource.Name, Description: roleDescription, TrustPolicy: s.after().Document, MaxSessionSeconds: s.after().Seconds,
	})
	return Outcome{RoleARN: role.ARN}, err
}

func attach(ctx context.Context, e *Engine, s Step) error {
	return e.AttachPolicy(ctx, driver.AttachPolicyRequest{Principal: s.Resource.Owner, PolicyARN: s.Resource.Name})
}

func detach(ctx context.Context, e *Engine, s Step) error {
	return e.DetachPolicy(ctx, driver.AttachPolicyRequest{Principal: s.Resource.Owner, PolicyARN: s.Resource.Name})
}

func openSession(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	want := s.after()
	for _, earlier := range run.outcomes {
		if earlier.RoleARN != "" {
			want.RoleARN = earlier.RoleARN
		}
	}
	session, err := run.engine.CreateSession(ctx, driver.CreateSessionRequest{
		RoleARN: want.RoleARN, Name: s.Resource.Name, Policy: want.Document, DurationSeconds: want.Seconds,
	})
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{Session: &session}, nil
}

// inverse returns the steps that roll a step back; none where there is nothing to roll back: a session ends by itself, and
// the settings of a bucket that the same plan creates end with it. Uncertain says that the step may not have taken effect.
func (a *Applied) inverse(ctx context.Context, s Step, uncertain bool) ([]Step, error) {
	back := Step{Verb: Delete, Resource: s.Resource, Before: s.After, After: s.Before}
	switch kind := s.Resource.Kind; {
	case removes(s.Verb) && kind == KindAttachment:
		back.Verb = Attach
	case removes(s.Verb) && (s.Before == nil || kind == KindAccessKey):
		return nil, nil // what is gone cannot be made again
	case s.Final, kind == KindSession, kind == KindBucketSetting && a.creates(KindBucket, s.Resource.Bucket):
		return nil, nil
	case kind == KindAccessKey && uncertain:
		return a.unknownKeys(ctx, s)
	case kind == KindAttachment:
		back.Verb = Detach
	case kind == KindGrant:
		// Only what this tool granted goes: deleting a grant takes the user out of what others wrote, too.
		back.Verb = Put
	case s.Before != nil && kind != KindAccessKey:
		back.Verb = Put
	}
	return []Step{back}, nil
}

// unknownKeys deals with a key that may have been made although its making failed. All keys of a user that this run made
// are this run's. A new key of a user that was there before may be somebody else's: it is named, not deleted.
func (a *Applied) unknownKeys(ctx context.Context, s Step) ([]Step, error) {
	user := s.Resource.Owner.Name
	now, err := collect(a.engine.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: user}))
	if err != nil {
		return nil, err
	}
	var steps []Step
	var ids []string
	for _, k := range now {
		if !slices.Contains(s.before().AccessKeys, k.AccessKeyID) {
			key := s.Resource
			key.Name = k.AccessKeyID
			steps, ids = append(steps, Step{Verb: Delete, Resource: key}), append(ids, k.AccessKeyID)
		}
	}
	if len(ids) == 0 || a.creates(KindUser, user) {
		return steps, nil
	}
	return nil, fault.New(fault.FailedPrecondition, "%s appeared meanwhile; delete it if nobody else made it", strings.Join(ids, ", "))
}
