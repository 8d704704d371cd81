package conformance

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// newBucket creates a bucket, and removes it with its objects after the check.
func (e *env) newBucket() string {
	e.Helper()
	bucket := e.name("b")
	e.removeBucketLater(bucket)
	e.ok(e.Driver.CreateBucket(e.ctx, driver.CreateBucketRequest{Bucket: bucket}), "CreateBucket(%s)", bucket)
	return bucket
}

func (e *env) removeBucketLater(bucket string) {
	e.cleanup("bucket "+bucket, func(ctx context.Context) error {
		if err := emptyBucket(ctx, e.Driver, e.Description, bucket); err != nil {
			return err
		}
		return e.Driver.DeleteBucket(ctx, driver.DeleteBucketRequest{Bucket: bucket})
	})
}

// emptyBucket deletes the objects of a bucket.
func emptyBucket(ctx context.Context, d driver.Driver, description driver.Description, bucket string) error {
	if !description.Has(driver.CapObjects) {
		return nil
	}
	for {
		var keys []string
		for o, err := range d.ListObjects(ctx, driver.ListObjectsRequest{Bucket: bucket}) {
			if err != nil {
				return err
			}
			if keys = append(keys, o.Key); len(keys) == driver.MaxDeleteObjects {
				break
			}
		}
		if len(keys) == 0 {
			return nil
		}
		if _, err := d.DeleteObjects(ctx, driver.DeleteObjectsRequest{Bucket: bucket, Keys: keys}); err != nil {
			return err
		}
	}
}

// put stores an object.
func (e *env) put(bucket, key string, data []byte) driver.ObjectDetail {
	e.Helper()
	detail, err := e.Driver.PutObject(e.ctx, driver.PutObjectRequest{Bucket: bucket, Key: key, Body: bytes.NewReader(data)})
	e.ok(err, "PutObject(%s/%s)", bucket, key)
	return detail
}

// get fetches an object.
func (e *env) get(bucket, key string) []byte {
	e.Helper()
	var b bytes.Buffer
	_, err := e.Driver.GetObject(e.ctx, driver.GetObjectRequest{Bucket: bucket, Key: key, Body: &b})
	e.ok(err, "GetObject(%s/%s)", bucket, key)
	return b.Bytes()
}

// newUser creates a user, and removes it with its keys and policies after the check. The key is nil with CapAccessKeys.
func (e *env) newUser() (string, *driver.AccessKey) {
	e.Helper()
	return e.newUserWith(driver.CreateUserRequest{Name: e.name("u")})
}

func (e *env) newUserWith(req driver.CreateUserRequest) (string, *driver.AccessKey) {
	e.Helper()
	e.removeUserLater(req.Name)
	made, err := e.Driver.CreateUser(e.ctx, req)
	e.ok(err, "CreateUser(%s)", req.Name)
	return req.Name, made.AccessKey
}

func (e *env) removeUserLater(name string) {
	e.cleanup("user "+name, func(ctx context.Context) error {
		if err := e.stripUser(ctx, name); err != nil {
			return err
		}
		return e.Driver.DeleteUser(ctx, driver.DeleteUserRequest{Name: name})
	})
}

// stripUser deletes the keys and policies of a user, which cannot be deleted with them.
func (e *env) stripUser(ctx context.Context, name string) error {
	if e.has(driver.CapAccessKeys) {
		keys, err := collect(e.Driver.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: name}))
		if err != nil {
			return err
		}
		for _, k := range keys {
			if err := e.Driver.DeleteAccessKey(ctx, driver.DeleteAccessKeyRequest{UserName: name, AccessKeyID: k.AccessKeyID}); err != nil {
				return err
			}
		}
	}
	return e.stripPolicies(ctx, driver.UserPrincipal(name))
}

// stripPolicies deletes and detaches the policies of a user or role. A system that does not know of attached ones has none.
func (e *env) stripPolicies(ctx context.Context, p driver.Principal) error {
	if e.has(driver.CapPolicyInline) {
		names, err := collect(e.Driver.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: p}))
		if err != nil {
			return err
		}
		for _, n := range names {
			if err := e.Driver.DeletePolicy(ctx, driver.DeletePolicyRequest{Principal: p, Name: n}); err != nil {
				return err
			}
		}
	}
	if e.has(driver.CapPolicyManaged) {
		attached, err := collect(e.Driver.ListAttachedPolicies(ctx, driver.ListPoliciesRequest{Principal: p}))
		if err != nil && !errors.Is(err, fault.Unsupported) {
			return err
		}
		for _, a := range attached {
			if err := e.Driver.DetachPolicy(ctx, driver.AttachPolicyRequest{Principal: p, PolicyARN: a.ARN}); err != nil {
				return err
			}
		}
	}
	return nil
}

// newKey creates a key of a user, or returns the one that the user was created with.
func (e *env) newKey(user string, own *driver.AccessKey) driver.AccessKey {
	e.Helper()
	if own != nil {
		return *own
	}
	key, err := e.Driver.CreateAccessKey(e.ctx, driver.CreateAccessKeyRequest{UserName: user})
	e.ok(err, "CreateAccessKey(%s)", user)
	return key
}

// newRole creates a role that the caller's account may assume, and removes it with its policies after the check.
func (e *env) newRole() driver.Role {
	e.Helper()
	return e.newRoleFor(3600)
}

// newRoleFor is newRole for sessions of up to that many seconds.
func (e *env) newRoleFor(seconds int) driver.Role {
	e.Helper()
	return e.newRoleNamed(e.name("r"), seconds)
}

func (e *env) newRoleNamed(name string, seconds int) driver.Role {
	e.Helper()
	e.cleanup("role "+name, func(ctx context.Context) error {
		if err := e.stripPolicies(ctx, driver.RolePrincipal(name)); err != nil {
			return err
		}
		return e.Driver.DeleteRole(ctx, driver.DeleteRoleRequest{Name: name})
	})
	role, err := e.Driver.CreateRole(e.ctx, driver.CreateRoleRequest{
		Name: name, Description: "made by the conformance suite", TrustPolicy: e.trustPolicy(), MaxSessionSeconds: seconds,
	})
	e.ok(err, "CreateRole(%s)", name)
	return role
}

// trustPolicy is a trust policy that lets the caller's account assume a role.
func (e *env) trustPolicy() string {
	e.Helper()
	who, err := e.Driver.WhoAmI(e.ctx)
	e.ok(err, "WhoAmI")
	role := driver.SessionRole{TrustPrincipal: "arn:" + e.Description.Partition + ":iam::{account}:root"}
	if e.Description.SessionRole != nil {
		role = *e.Description.SessionRole
	}
	principal := role.For(who).TrustPrincipal
	return policy.Document{Version: policy.Version, Statement: []policy.Statement{{
		Effect:    policy.Allow,
		Principal: &policy.Principal{Of: map[string][]string{"AWS": {principal}}},
		Action:    []string{"sts:AssumeRole"},
	}}}.JSON()
}

// sessionRequest returns a request for a session, with a new role where sessions need one.
func (e *env) sessionRequest(document string) driver.CreateSessionRequest {
	e.Helper()
	return e.sessionRequestFor(document, e.sessionSeconds())
}

func (e *env) sessionRequestFor(document string, seconds int) driver.CreateSessionRequest {
	e.Helper()
	req := driver.CreateSessionRequest{Name: e.name("s"), Policy: document, DurationSeconds: seconds}
	if needed := e.Description.SessionRole; needed != nil {
		role := e.newRoleFor(max(seconds, 3600))
		req.RoleARN = role.ARN
		if needed.PolicyARN != "" && e.has(driver.CapPolicyManaged) {
			err := e.Driver.AttachPolicy(e.ctx, driver.AttachPolicyRequest{Principal: driver.RolePrincipal(role.Name), PolicyARN: needed.PolicyARN})
			e.ok(err, "AttachPolicy(%s)", needed.PolicyARN)
		}
		if needed.Policy != "" {
			err := e.Driver.PutPolicy(e.ctx, driver.PutPolicyRequest{Principal: driver.RolePrincipal(role.Name), Name: e.name("p"), Document: needed.Policy})
			e.ok(err, "PutPolicy of the role")
		}
	}
	return req
}

// sessionSeconds is a duration that the system accepts.
func (e *env) sessionSeconds() int { return max(e.Description.Limits.MinSessionSeconds, 900) }

// newSession creates a session.
func (e *env) newSession(document string) driver.Session {
	e.Helper()
	return e.openSession(document, e.sessionSeconds())
}

// openSession creates a session. It waits for the role, which may take time to come into force.
func (e *env) openSession(document string, seconds int) driver.Session {
	e.Helper()
	req := e.sessionRequestFor(document, seconds)
	var made driver.Session
	e.eventually("CreateSession", func() (err error) {
		made, err = e.Driver.CreateSession(e.ctx, req)
		if isUnsupported(err) {
			e.ok(err, "CreateSession")
		}
		return err
	})
	return made
}

// document builds a policy and compiles it for the backend's dialect.
func (e *env) document(access policy.Access, bucket, prefix string) policy.Document {
	e.Helper()
	doc, err := policy.Build(policy.Grants(access, prefix, bucket), policy.Options{Partition: e.Description.Partition})
	e.ok(err, "building a policy")
	return e.compile(doc)
}

func (e *env) compile(doc policy.Document) policy.Document {
	e.Helper()
	compiled, _, err := policy.Compile(doc, e.Description.Dialect, policy.CompileOptions{Generated: len(doc.Statement)})
	e.ok(err, "compiling a policy")
	return compiled
}

// custom returns a policy that allows getting one object, and nothing else.
func (e *env) custom(bucket, key string) policy.Document {
	e.Helper()
	return e.compile(policy.Document{Version: policy.Version, Statement: []policy.Statement{{
		Effect: policy.Allow, Action: []string{"s3:GetObject"},
		Resource: []string{e.arn(bucket, key)},
	}}})
}

// replaceUser inserts a user's name into Description.Principal.
func replaceUser(template, user string) string { return strings.ReplaceAll(template, "{user}", user) }
