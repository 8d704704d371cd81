package core_test

import (
	"context"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// How a faulty driver fails.
type failure int

const (
	// refused: the call changes nothing and is answered with a refusal; later calls work.
	refused failure = iota
	// lost: the call takes effect, but its answer is lost; later calls work.
	lost
	// killed: the call changes nothing, and the system is gone from then on.
	killed
	// killedAfter: the call takes effect, and the system is gone from then on.
	killedAfter
)

// faulty is a driver whose Nth changing call fails. It counts only calls that change something.
type faulty struct {
	driver.Driver
	at    int
	how   failure
	calls int
	gone  bool
}

var (
	errRefused = fault.New(fault.PermissionDenied, "refused by the test")
	errGone    = fault.New(fault.Unavailable, "the system is gone")
)

// change runs a changing call, or fails it.
func (f *faulty) change(do func() error) error {
	if f.gone {
		return errGone
	}
	f.calls++
	if f.calls != f.at {
		return do()
	}
	switch f.how {
	case refused:
		return errRefused
	case lost:
		_ = do()
		return errGone
	case killedAfter:
		_ = do()
	}
	f.gone = true
	return errGone
}

func (f *faulty) CreateUser(ctx context.Context, req driver.CreateUserRequest) (made driver.CreateUserResponse, err error) {
	err = f.change(func() error { made, err = f.Driver.CreateUser(ctx, req); return err })
	if err != nil {
		made = driver.CreateUserResponse{}
	}
	return made, err
}

func (f *faulty) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	return f.change(func() error { return f.Driver.DeleteUser(ctx, req) })
}

func (f *faulty) CreateAccessKey(ctx context.Context, req driver.CreateAccessKeyRequest) (key driver.AccessKey, err error) {
	err = f.change(func() error { key, err = f.Driver.CreateAccessKey(ctx, req); return err })
	if err != nil {
		key = driver.AccessKey{}
	}
	return key, err
}

func (f *faulty) DeleteAccessKey(ctx context.Context, req driver.DeleteAccessKeyRequest) error {
	return f.change(func() error { return f.Driver.DeleteAccessKey(ctx, req) })
}

func (f *faulty) CreateRole(ctx context.Context, req driver.CreateRoleRequest) (role driver.Role, err error) {
	err = f.change(func() error { role, err = f.Driver.CreateRole(ctx, req); return err })
	if err != nil {
		role = driver.Role{}
	}
	return role, err
}

func (f *faulty) DeleteRole(ctx context.Context, req driver.DeleteRoleRequest) error {
	return f.change(func() error { return f.Driver.DeleteRole(ctx, req) })
}

func (f *faulty) CreateSession(ctx context.Context, req driver.CreateSessionRequest) (session driver.Session, err error) {
	err = f.change(func() error { session, err = f.Driver.CreateSession(ctx, req); return err })
	if err != nil {
		session = driver.Session{}
	}
	return session, err
}

func (f *faulty) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	return f.change(func() error { return f.Driver.PutPolicy(ctx, req) })
}

func (f *faulty) DeletePolicy(ctx context.Context, req driver.DeletePolicyRequest) error {
	return f.change(func() error { return f.Driver.DeletePolicy(ctx, req) })
}

func (f *faulty) PutGrant(ctx context.Context, req driver.PutGrantRequest) error {
	return f.change(func() error { return f.Driver.PutGrant(ctx, req) })
}

func (f *faulty) AttachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	return f.change(func() error { return f.Driver.AttachPolicy(ctx, req) })
}

func (f *faulty) DetachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	return f.change(func() error { return f.Driver.DetachPolicy(ctx, req) })
}

func (f *faulty) CreateBucket(ctx context.Context, req driver.CreateBucketRequest) error {
	return f.change(func() error { return f.Driver.CreateBucket(ctx, req) })
}

func (f *faulty) DeleteBucket(ctx context.Context, req driver.DeleteBucketRequest) error {
	return f.change(func() error { return f.Driver.DeleteBucket(ctx, req) })
}

func (f *faulty) PutBucketSetting(ctx context.Context, req driver.PutBucketSettingRequest) error {
	return f.change(func() error { return f.Driver.PutBucketSetting(ctx, req) })
}

func (f *faulty) DeleteBucketSetting(ctx context.Context, req driver.DeleteBucketSettingRequest) error {
	return f.change(func() error { return f.Driver.DeleteBucketSetting(ctx, req) })
}

// GetUser reads, but a system that is gone does not answer that either.
func (f *faulty) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	if f.gone {
		return driver.User{}, errGone
	}
	return f.Driver.GetUser(ctx, req)
}

// HeadBucket is as GetUser is.
func (f *faulty) HeadBucket(ctx context.Context, req driver.HeadBucketRequest) (driver.BucketDetail, error) {
	if f.gone {
		return driver.BucketDetail{}, errGone
	}
	return f.Driver.HeadBucket(ctx, req)
}
