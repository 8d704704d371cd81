package core

import (
	"context"
	"errors"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// operation runs one step. The run that it belongs to has the outcomes of the steps before it.
type operation func(ctx context.Context, run *Applied, s Step) (Outcome, error)

// operations are what can be done to each kind of resource. Rolling a step back is another step (see inverse), so the
// same table serves for it.
func operations() map[ResourceKind]map[Verb]operation {
	return map[ResourceKind]map[Verb]operation{
		KindBucket: {
			Create: createBucket,
			Delete: doing(func(ctx context.Context, e *Engine, s Step) error {
				return e.DeleteBucket(ctx, driver.DeleteBucketRequest{Bucket: s.Resource.Name})
			}),
		},
		KindBucketSetting: {Put: putSetting, Delete: doing(deleteSetting)},
		KindUser:          {Create: createUser, Delete: deleteUser},
		KindAccessKey:     {Create: createKey, Delete: doing(deleteKey)},
		KindPolicy:        {Put: doing(putPolicy), Replace: doing(putPolicy), Delete: doing(deletePolicy)},
		KindGrant:         {Put: putGrant, Delete: doing(deleteGrant)},
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
// one is put for.
func putSetting(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	value, found := s.after().Setting, run.foundSetting(ctx, s)
	err := run.engine.PutBucketSetting(ctx, driver.PutBucketSettingRequest{Bucket: s.Resource.Bucket, Value: value})
	if block := value.PublicAccessBlock; block != nil && *block == (driver.PublicAccessBlock{}) && errors.Is(err, fault.Unsupported) {
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
	var now driver.User
	err = e.await(ctx, func() (err error) {
		now, err = e.GetUser(ctx, driver.GetUserRequest{Name: s.Resource.Name})
		return err
	})
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

// deleteRounds is how often the deletion of a user goes on with what the user got meanwhile.
const deleteRounds = 3

// deleteUser deletes a user. A key or policy that the user got after the plan to delete it was made, or while it was carried
// out, would keep it there, with a key and without access: it is deleted too.
func deleteUser(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	request := driver.DeleteUserRequest{Name: s.Resource.Name}
	err := run.engine.DeleteUser(ctx, request)
	for round := 0; s.Final && round < deleteRounds && errors.Is(err, fault.FailedPrecondition); round++ {
		late, planErr := run.engine.PlanDeleteUser(ctx, s.Resource.Name)
		if planErr != nil || len(late.Steps) == 1 {
			break
		}
		for _, step := range late.Steps[:len(late.Steps)-1] {
			outcome, stepErr := run.step(ctx, step)
			if stepErr != nil && !errors.Is(stepErr, fault.NotFound) {
				return Outcome{}, stepErr
			}
			run.report(step, outcome)
		}
		err = run.engine.DeleteUser(ctx, request)
	}
	return Outcome{}, err
}

// answerGrace is how long an interrupted run waits for the answer with a new key. Without it nobody knows the key's id.
const answerGrace = 2 * time.Second

// graced returns a context that ends a while after another one.
func graced(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(answerGrace, cancel) })
	return longer, func() { stop(); cancel() }
}

func createKey(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	ctx, cancel := graced(ctx)
	defer cancel()
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
	if missing != nil || !sameTrust(role.TrustPolicy, s.after().Document) {
		return Outcome{}, err
	}
	return Outcome{RoleARN: role.ARN, Existed: true}, nil
}

func sameTrust(a, b string) bool {
	one, errOne := policy.Parse([]byte(a))
	other, errOther := policy.Parse([]byte(b))
	return errOne == nil && errOther == nil && policy.Equal(one, other)
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
