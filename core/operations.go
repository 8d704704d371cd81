package core

import (
	"context"
	"errors"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// operation runs one step. The run that it belongs to has the outcomes of the steps before it.
type operation func(ctx context.Context, run *Applied, s Step) (Outcome, error)

// operations are what can be done to each kind of resource. Rolling a step back is another step (see inverse), so the
// same table serves for it.
func operations() map[ResourceKind]map[Verb]operation {
	return map[ResourceKind]map[Verb]operation{
		KindBucket: {
			Create: createBucket,
			Delete: deleteBucket,
		},
		KindContents:      {Delete: emptyBucket},
		KindBucketSetting: {Put: putSetting, Delete: deleteSetting},
		KindUser:          {Create: createUser, Delete: deleteUser},
		KindAccessKey:     {Create: createKey, Put: doing(putKey), Delete: doing(deleteKey)},
		KindPolicy:        {Put: putPolicy, Replace: putPolicy, Delete: deletePolicy},
		KindGrant:         {Put: putGrant, Delete: doing(deleteGrant)},
		KindRights:        {Put: putRights, Delete: putRights},
		KindRole: {
			Create: createRole,
			Delete: doing(func(ctx context.Context, e *Engine, s Step) error {
				return e.DeleteRole(ctx, driver.DeleteRoleRequest{Name: s.Resource.Name})
			}),
		},
		KindAttachment: {Attach: doing(attach), Detach: doing(detach)},
		KindSession:    {Open: openSession},
	}
}

// doing makes an operation of a call without an outcome.
func doing(call func(context.Context, *Engine, Step) error) operation {
	return func(ctx context.Context, run *Applied, s Step) (Outcome, error) {
		return Outcome{}, call(ctx, run.engine, s)
	}
}

// putSetting puts a setting. A system that turns out to have no public access block blocks nothing, which is what an open
// one is put for. Who puts that alone, in a final step, is told.
func putSetting(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	value, found := s.after().Setting, run.foundSetting(ctx, s)
	err := run.engine.PutBucketSetting(ctx, driver.PutBucketSettingRequest{Bucket: s.Resource.Bucket, Value: value})
	if block := value.PublicAccessBlock; block != nil && *block == (driver.PublicAccessBlock{}) && !s.Final && errors.Is(err, fault.Unsupported) {
		return Outcome{Ignored: true}, nil
	}
	return Outcome{found: found}, err
}

// foundSetting returns the value of a setting in a bucket that the plan did not find and the run did: what a rollback puts
// back. Nil if it is not set, or the plan has it.
func (a *Applied) foundSetting(ctx context.Context, s Step) *State {
	if i := a.creation(KindBucket, s.Resource.Bucket); i < 0 || !a.outcomes[i].Existed {
		return nil
	}
	found, err := a.engine.GetBucketSetting(ctx, driver.GetBucketSettingRequest{Bucket: s.Resource.Bucket, Setting: driver.Setting(s.Resource.Name)})
	if err != nil {
		return nil
	}
	return &State{Setting: found}
}

// answerGrace is how long an interrupted run waits for the answer to what is under way. Without that of a new key, nobody knows the
// key's id.
const answerGrace = 2 * time.Second

// graced returns a context that ends a while after another one.
func graced(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(answerGrace, cancel) })
	return longer, func() { stop(); cancel() }
}

func createKey(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	request := driver.CreateAccessKeyRequest{UserName: s.Resource.Owner.Name, Tags: run.keyTags(ctx, s)}
	if run.engine.description.Has(driver.CapKeyExpiry) {
		request.Expires = s.after().Until
	}
	key, err := run.engine.CreateAccessKey(ctx, request)
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{AccessKey: &key}, nil
}

// deleteKey deletes a key. One that did not work when the plan was made, and does now, is one that somebody needs.
func deleteKey(ctx context.Context, e *Engine, s Step) error {
	if s.before().Status == driver.KeyInactive {
		key, err := e.findKey(ctx, s.Resource.Owner.Name, s.Resource.Name)
		if err != nil {
			return err
		}
		if key.Status != driver.KeyInactive {
			return fault.New(fault.FailedPrecondition, "somebody has switched it on after the plan was made; make the plan again")
		}
	}
	return e.DeleteAccessKey(ctx, driver.DeleteAccessKeyRequest{UserName: s.Resource.Owner.Name, AccessKeyID: s.Resource.Name})
}

// createRole creates a role. One that somebody else made after the plan, with the same trust, is as good as a new one.
func createRole(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	e := run.engine
	role, err := e.CreateRole(ctx, driver.CreateRoleRequest{
		Name: s.Resource.Name, Description: roleDescription, TrustPolicy: s.after().Document, MaxSessionSeconds: s.after().Seconds,
	})
	if !errors.Is(err, fault.AlreadyExists) {
		return Outcome{RoleARN: role.ARN}, err
	}
	missing := e.await(ctx, func() (err error) {
		role, err = e.GetRole(ctx, driver.GetRoleRequest{Name: s.Resource.Name})
		return err
	})
	if missing != nil || !sameDocument(role.TrustPolicy, s.after().Document) {
		return Outcome{}, err
	}
	return Outcome{RoleARN: role.ARN, Existed: true}, nil
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
