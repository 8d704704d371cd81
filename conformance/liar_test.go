package conformance_test

import (
	"context"
	"iter"
	"sync"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// call, act and list are the kinds of methods.
type (
	call[Q, T any] func(context.Context, Q) (T, error)
	act[Q any]     func(context.Context, Q) error
	list[Q, T any] func(context.Context, Q) iter.Seq2[T, error]
)

// liar is a driver whose methods a test replaces.
type liar struct {
	driver.Driver
	describe             func(context.Context) (driver.Description, error)
	whoAmI               func(context.Context) (driver.Caller, error)
	close                func() error
	getUser              call[driver.GetUserRequest, driver.User]
	createUser           call[driver.CreateUserRequest, driver.CreateUserResponse]
	deleteUser           act[driver.DeleteUserRequest]
	createAccessKey      call[driver.CreateAccessKeyRequest, driver.AccessKey]
	deleteAccessKey      act[driver.DeleteAccessKeyRequest]
	setAccessKeyStatus   act[driver.SetAccessKeyStatusRequest]
	setAccessKeyExpiry   act[driver.SetAccessKeyExpiryRequest]
	createSession        call[driver.CreateSessionRequest, driver.Session]
	putPolicy            act[driver.PutPolicyRequest]
	getPolicy            call[driver.GetPolicyRequest, driver.PolicyDocument]
	deletePolicy         act[driver.DeletePolicyRequest]
	putGrant             act[driver.PutGrantRequest]
	attachPolicy         act[driver.AttachPolicyRequest]
	headBucket           call[driver.HeadBucketRequest, driver.BucketDetail]
	createBucket         act[driver.CreateBucketRequest]
	deleteBucket         act[driver.DeleteBucketRequest]
	getBucketSetting     call[driver.GetBucketSettingRequest, driver.BucketSetting]
	putBucketSetting     act[driver.PutBucketSettingRequest]
	deleteBucketSetting  act[driver.DeleteBucketSettingRequest]
	emptyBucket          list[driver.EmptyBucketRequest, driver.EmptiedItem]
	headObject           call[driver.HeadObjectRequest, driver.ObjectDetail]
	getObject            call[driver.GetObjectRequest, driver.ObjectDetail]
	putObject            call[driver.PutObjectRequest, driver.ObjectDetail]
	deleteObjects        call[driver.DeleteObjectsRequest, driver.DeleteObjectsResponse]
	probe                call[driver.ProbeRequest, driver.ProbeAnswer]
	listUsers            func(context.Context) iter.Seq2[driver.User, error]
	listRoles            func(context.Context) iter.Seq2[driver.Role, error]
	listBuckets          func(context.Context) iter.Seq2[driver.BucketInfo, error]
	listObjects          list[driver.ListObjectsRequest, driver.ObjectInfo]
	listPolicies         list[driver.ListPoliciesRequest, string]
	listGrants           list[driver.ListGrantsRequest, driver.BucketGrant]
	listAttachedPolicies list[driver.ListPoliciesRequest, driver.AttachedPolicy]
	listUserItems        list[driver.ListUserItemsRequest, driver.UserItem]
	listAccessKeys       list[driver.ListAccessKeysRequest, driver.AccessKey]
}

// honest returns a liar that does not lie.
func honest(d driver.Driver) *liar {
	return &liar{
		Driver: d, describe: d.Describe, whoAmI: d.WhoAmI, close: d.Close,
		getUser:              d.GetUser,
		createUser:           d.CreateUser,
		deleteUser:           d.DeleteUser,
		createAccessKey:      d.CreateAccessKey,
		deleteAccessKey:      d.DeleteAccessKey,
		setAccessKeyStatus:   d.SetAccessKeyStatus,
		setAccessKeyExpiry:   d.SetAccessKeyExpiry,
		createSession:        d.CreateSession,
		putPolicy:            d.PutPolicy,
		getPolicy:            d.GetPolicy,
		deletePolicy:         d.DeletePolicy,
		putGrant:             d.PutGrant,
		attachPolicy:         d.AttachPolicy,
		headBucket:           d.HeadBucket,
		createBucket:         d.CreateBucket,
		deleteBucket:         d.DeleteBucket,
		getBucketSetting:     d.GetBucketSetting,
		putBucketSetting:     d.PutBucketSetting,
		deleteBucketSetting:  d.DeleteBucketSetting,
		emptyBucket:          d.EmptyBucket,
		headObject:           d.HeadObject,
		getObject:            d.GetObject,
		putObject:            d.PutObject,
		deleteObjects:        d.DeleteObjects,
		probe:                d.Probe,
		listUsers:            d.ListUsers,
		listRoles:            d.ListRoles,
		listBuckets:          d.ListBuckets,
		listObjects:          d.ListObjects,
		listPolicies:         d.ListPolicies,
		listGrants:           d.ListGrants,
		listAttachedPolicies: d.ListAttachedPolicies,
		listUserItems:        d.ListUserItems,
		listAccessKeys:       d.ListAccessKeys,
	}
}

func (l *liar) Describe(ctx context.Context) (driver.Description, error) { return l.describe(ctx) }
func (l *liar) WhoAmI(ctx context.Context) (driver.Caller, error)        { return l.whoAmI(ctx) }
func (l *liar) ListAttachedPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[driver.AttachedPolicy, error] {
	return l.listAttachedPolicies(ctx, req)
}

func (l *liar) PutGrant(ctx context.Context, req driver.PutGrantRequest) error {
	return l.putGrant(ctx, req)
}

func (l *liar) ListGrants(ctx context.Context, req driver.ListGrantsRequest) iter.Seq2[driver.BucketGrant, error] {
	return l.listGrants(ctx, req)
}

func (l *liar) ListUserItems(ctx context.Context, req driver.ListUserItemsRequest) iter.Seq2[driver.UserItem, error] {
	return l.listUserItems(ctx, req)
}

func (l *liar) Close() error { return l.close() }

func (l *liar) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	return l.getUser(ctx, req)
}

func (l *liar) CreateUser(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	return l.createUser(ctx, req)
}

func (l *liar) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	return l.deleteUser(ctx, req)
}

func (l *liar) CreateAccessKey(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	return l.createAccessKey(ctx, req)
}

func (l *liar) DeleteAccessKey(ctx context.Context, req driver.DeleteAccessKeyRequest) error {
	return l.deleteAccessKey(ctx, req)
}

func (l *liar) SetAccessKeyExpiry(ctx context.Context, req driver.SetAccessKeyExpiryRequest) error {
	return l.setAccessKeyExpiry(ctx, req)
}

func (l *liar) SetAccessKeyStatus(ctx context.Context, req driver.SetAccessKeyStatusRequest) error {
	return l.setAccessKeyStatus(ctx, req)
}

func (l *liar) CreateSession(ctx context.Context, req driver.CreateSessionRequest) (driver.Session, error) {
	return l.createSession(ctx, req)
}

func (l *liar) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	return l.putPolicy(ctx, req)
}

func (l *liar) GetPolicy(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
	return l.getPolicy(ctx, req)
}

func (l *liar) DeletePolicy(ctx context.Context, req driver.DeletePolicyRequest) error {
	return l.deletePolicy(ctx, req)
}

func (l *liar) AttachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	return l.attachPolicy(ctx, req)
}

func (l *liar) HeadBucket(ctx context.Context, req driver.HeadBucketRequest) (driver.BucketDetail, error) {
	return l.headBucket(ctx, req)
}

func (l *liar) CreateBucket(ctx context.Context, req driver.CreateBucketRequest) error {
	return l.createBucket(ctx, req)
}

func (l *liar) DeleteBucket(ctx context.Context, req driver.DeleteBucketRequest) error {
	return l.deleteBucket(ctx, req)
}

func (l *liar) GetBucketSetting(ctx context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
	return l.getBucketSetting(ctx, req)
}

func (l *liar) PutBucketSetting(ctx context.Context, req driver.PutBucketSettingRequest) error {
	return l.putBucketSetting(ctx, req)
}

func (l *liar) DeleteBucketSetting(ctx context.Context, req driver.DeleteBucketSettingRequest) error {
	return l.deleteBucketSetting(ctx, req)
}

func (l *liar) EmptyBucket(ctx context.Context, req driver.EmptyBucketRequest) iter.Seq2[driver.EmptiedItem, error] {
	return l.emptyBucket(ctx, req)
}

func (l *liar) HeadObject(ctx context.Context, req driver.HeadObjectRequest) (driver.ObjectDetail, error) {
	return l.headObject(ctx, req)
}

func (l *liar) GetObject(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
	return l.getObject(ctx, req)
}

func (l *liar) PutObject(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	return l.putObject(ctx, req)
}

func (l *liar) DeleteObjects(ctx context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
	return l.deleteObjects(ctx, req)
}

func (l *liar) Probe(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	return l.probe(ctx, req)
}

func (l *liar) ListUsers(ctx context.Context) iter.Seq2[driver.User, error] {
	return l.listUsers(ctx)
}

func (l *liar) ListRoles(ctx context.Context) iter.Seq2[driver.Role, error] {
	return l.listRoles(ctx)
}

func (l *liar) ListBuckets(ctx context.Context) iter.Seq2[driver.BucketInfo, error] {
	return l.listBuckets(ctx)
}

func (l *liar) ListObjects(ctx context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
	return l.listObjects(ctx, req)
}

func (l *liar) ListPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[string, error] {
	return l.listPolicies(ctx, req)
}

func (l *liar) ListAccessKeys(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
	return l.listAccessKeys(ctx, req)
}

// listing changes what ListObjects yields.
func listing(change func(iter.Seq2[driver.ObjectInfo, error]) iter.Seq2[driver.ObjectInfo, error]) func(*liar, *memory.System, *sync.Map) {
	return func(l *liar, _ *memory.System, _ *sync.Map) {
		objects := l.listObjects
		l.listObjects = func(ctx context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
			return change(objects(ctx, req))
		}
	}
}

// listingAs changes each object that ListObjects yields.
func listingAs(change func(*driver.ObjectInfo)) func(*liar, *memory.System, *sync.Map) {
	return listing(func(objects iter.Seq2[driver.ObjectInfo, error]) iter.Seq2[driver.ObjectInfo, error] {
		return func(yield func(driver.ObjectInfo, error) bool) {
			for o, err := range objects {
				if change(&o); !yield(o, err) {
					return
				}
			}
		}
	})
}

// byNumber fetches pages of 1,000 objects, each from that number on.
func byNumber(fetch func() iter.Seq2[driver.ObjectInfo, error]) iter.Seq2[driver.ObjectInfo, error] {
	return func(yield func(driver.ObjectInfo, error) bool) {
		for from := 0; ; from += 1000 {
			var page []driver.ObjectInfo
			n := 0
			for o, err := range fetch() {
				if err != nil {
					yield(o, err)
					return
				}
				if n++; n > from && n <= from+1000 {
					page = append(page, o)
				}
			}
			for _, o := range page {
				if !yield(o, nil) {
					return
				}
			}
			if len(page) < 1000 {
				return
			}
		}
	}
}

// renaming uses other keys than it is given.
func renaming(key func(string) string) func(*liar, *memory.System, *sync.Map) {
	return func(l *liar, _ *memory.System, _ *sync.Map) {
		put, get, remove := l.putObject, l.getObject, l.deleteObjects
		l.putObject = func(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
			req.Key = key(req.Key)
			return put(ctx, req)
		}
		l.getObject = func(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
			req.Key = key(req.Key)
			return get(ctx, req)
		}
		l.deleteObjects = func(ctx context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
			other := driver.DeleteObjectsRequest{Bucket: req.Bucket}
			for _, k := range req.Keys {
				other.Keys = append(other.Keys, key(k))
			}
			_, err := remove(ctx, other)
			return driver.DeleteObjectsResponse{Deleted: req.Keys}, err
		}
	}
}
