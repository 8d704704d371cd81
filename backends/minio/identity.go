package minio

import (
	"context"
	"crypto/rand"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/minio/madmin-go/v3"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// cleanUpTime bounds clean-up after the caller is gone.
const cleanUpTime = 5 * time.Second

// WhoAmI returns the access key in use as UserID, and the user it belongs to as ARN. MinIO has no accounts.
func (b *backend) WhoAmI(ctx context.Context) (driver.Caller, error) {
	if err := b.ready(ctx); err != nil {
		return driver.Caller{}, err
	}
	value, err := b.identity(ctx)
	if err != nil {
		return driver.Caller{}, err
	}
	info, err := adminCall(ctx, func(ctx context.Context) (madmin.AccountInfo, error) {
		return b.admin.AccountInfo(ctx, madmin.AccountOpts{})
	})
	if err != nil {
		return driver.Caller{}, b.wrapError(ctx, err, "find out whose credentials these are")
	}
	return driver.Caller{UserID: value.AccessKeyID, ARN: userARN(info.AccountName)}, nil
}

// ListUsers yields every user, sorted by name.
func (b *backend) ListUsers(ctx context.Context) iter.Seq2[driver.User, error] {
	return driver.Listing(func() ([]driver.User, error) {
		if err := b.ready(ctx); err != nil {
			return nil, err
		}
		infos, err := adminCall(ctx, b.admin.ListUsers)
		var users []driver.User
		for _, name := range slices.Sorted(maps.Keys(infos)) {
			users = append(users, userIn(name, infos[name]))
		}
		return users, b.wrapError(ctx, err, "list the users")
	})
}

func userIn(name string, info madmin.UserInfo) driver.User {
	user := userOf(name)
	user.Disabled = info.Status == madmin.AccountDisabled
	return user
}

// userOf converts a user. MinIO keeps no creation date.
func userOf(name string) driver.User {
	return driver.User{Path: "/", Name: name, ID: name, ARN: userARN(name)}
}

// GetUser looks a user up.
func (b *backend) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	info, err := b.user(ctx, req.Name)
	if err != nil {
		return driver.User{}, err
	}
	return userIn(req.Name, info), nil
}

// user looks a user up.
func (b *backend) user(ctx context.Context, name string) (madmin.UserInfo, error) {
	if err := checkExisting(name); err != nil {
		return madmin.UserInfo{}, err
	}
	if err := b.ready(ctx); err != nil {
		return madmin.UserInfo{}, err
	}
	info, err := adminCall(ctx, func(ctx context.Context) (madmin.UserInfo, error) { return b.admin.GetUserInfo(ctx, name) })
	if err != nil {
		b.users.Delete(name)
	} else {
		b.users.LoadOrStore(name, false)
	}
	if codeIs(err, codeNotAllowed) {
		return info, fault.Wrap(fault.NotFound, err, "there is no user %q: that is an access key", name)
	}
	return info, b.wrapError(ctx, err, "look up the user %q", name)
}

// ensureUser looks a user up unless the cache has it. It is for requests that fail if the user is gone, but would accept
// the name of the root user or of an access key.
func (b *backend) ensureUser(ctx context.Context, name string) error {
	if _, known := b.users.Load(name); known {
		return b.ready(ctx)
	}
	_, err := b.user(ctx, name)
	return err
}

// CreateUser creates a user, and attaches the guard. Nobody uses the user's own secret: users get access keys. It looks the user up
// first, because adding an existing user would change its secret. Of several who make one user at once, the server lets each, so the
// one who attaches the guard has made it.
func (b *backend) CreateUser(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	var none driver.CreateUserResponse
	if err := checkName("user", req.Name, nameRules().User); err != nil {
		return none, err
	}
	if len(req.Needs()) > 0 {
		return none, fault.New(fault.Unsupported, "a user of %s has no permissions boundary and no tags; leave them out", b.title)
	}
	_, err := b.user(ctx, req.Name)
	if err == nil {
		return none, fault.New(fault.AlreadyExists, "cannot create the user %q: there is one already", req.Name)
	}
	if fault.CodeOf(err) != fault.NotFound {
		return none, err
	}
	err = b.adminDo(ctx, func(ctx context.Context) error { return b.admin.AddUser(ctx, req.Name, randomText(secretKeyLength)) })
	if codeIs(err, codeNotAUser) {
		return none, fault.Wrap(fault.AlreadyExists, err, "cannot create the user %q: it is the name of an access key, or the root user's", req.Name)
	}
	if err != nil {
		return none, b.wrapError(ctx, err, "create the user %q", req.Name)
	}
	if err := b.guard(ctx, req.Name); err != nil {
		return none, err
	}
	b.users.Store(req.Name, true)
	return driver.CreateUserResponse{User: userOf(req.Name)}, nil
}

// DeleteUser deletes a user without keys and policies. It revokes the user's sessions before, so that a failure leaves
// none, and after, when nobody can open another: MinIO would let them live on for the next user of that name. It cannot
// revoke sessions from before the server's last start: the server has not loaded them, and revocation skips them. Only
// somebody with the user's own secret could have opened them, and nobody knows the secrets of users created here.
func (b *backend) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	if err := checkExisting(req.Name); err != nil {
		return err
	}
	if err := b.ready(ctx); err != nil {
		return err
	}
	// The keys are looked at first: who makes a key gives the user a policy before, so that one made after the look is met
	// by the look at the policies. The server itself would delete the keys with the user.
	keys, err := b.serviceAccounts(ctx, req.Name)
	if err != nil {
		return err
	}
	info, err := b.user(ctx, req.Name)
	if err != nil {
		return err
	}
	if len(keys) > 0 {
		return fault.New(fault.FailedPrecondition, "cannot delete the user %q: it still has access keys (%d); delete them first", req.Name, len(keys))
	}
	if attached := policiesOf(info); len(attached) > 0 {
		return fault.New(fault.FailedPrecondition, "cannot delete the user %q: it still has policies (%d); delete or detach them first", req.Name, len(attached))
	}
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error { return b.endSessions(ctx, req.Name) },
		func(ctx context.Context) error { return b.admin.RemoveUser(ctx, req.Name) },
		func(ctx context.Context) error { return b.endSessions(ctx, req.Name) },
	} {
		if err := b.adminDo(ctx, step); err != nil {
			return b.wrapError(ctx, err, "delete the user %q", req.Name)
		}
	}
	b.removeOrphans(ctx, req.Name)
	b.users.Delete(req.Name)
	return nil
}

func (b *backend) endSessions(ctx context.Context, user string) error {
	return b.admin.RevokeTokens(ctx, madmin.RevokeTokensReq{User: user, FullRevoke: true})
}

// serviceAccounts are the access keys of a user that exists.
func (b *backend) serviceAccounts(ctx context.Context, user string) ([]madmin.ServiceAccountInfo, error) {
	list, err := adminCall(ctx, func(ctx context.Context) (madmin.ListServiceAccountsResp, error) {
		return b.admin.ListServiceAccounts(ctx, user)
	})
	return list.Accounts, b.wrapError(ctx, err, "list the access keys of the user %q", user)
}

// CreateSession opens a session of the caller with the session policy.
func (b *backend) CreateSession(ctx context.Context, req driver.CreateSessionRequest) (driver.Session, error) {
	if err := b.ready(ctx); err != nil {
		return driver.Session{}, err
	}
	if err := b.checkSession(req); err != nil {
		return driver.Session{}, err
	}
	value, err := b.identity(ctx)
	if err != nil {
		return driver.Session{}, err
	}
	provider := &credentials.STSAssumeRole{Client: b.http, STSEndpoint: b.endpoint.String(), Options: credentials.STSAssumeRoleOptions{
		AccessKey: value.AccessKeyID, SecretKey: value.SecretAccessKey, SessionToken: value.SessionToken,
		Policy: req.Policy, DurationSeconds: req.DurationSeconds, RoleSessionName: req.Name, Location: b.region,
	}}
	session, err := provider.RetrieveWithCredContext(&credentials.CredContext{Client: b.http, Context: ctx})
	if codeIs(err, "AccessDenied") {
		// STS gives the same answer for credentials that do not exist.
		if _, whoErr := b.WhoAmI(ctx); fault.CodeOf(whoErr) == fault.Unauthenticated {
			return driver.Session{}, whoErr
		}
		return driver.Session{}, b.wrapError(ctx, err, "open a session: MinIO opens one for the root user and for a user's own secret, "+
			"not for an access key made for a user and not from within another session")
	}
	if err != nil {
		return driver.Session{}, b.wrapError(ctx, err, "open a session")
	}
	return driver.Session{
		AccessKeyID: session.AccessKeyID, SecretAccessKey: session.SecretAccessKey,
		SessionToken: session.SessionToken, Expiration: session.Expiration,
	}, nil
}

func (k kind) checkSession(req driver.CreateSessionRequest) error {
	if document, err := policy.Parse([]byte(req.Policy)); err == nil {
		if err := checkWider(document); err != nil {
			return err
		}
	}
	switch {
	case req.RoleARN != "":
		return fault.New(fault.Unsupported, "%s has no roles; open the session without one", k.title)
	case strings.TrimSpace(req.Policy) == "":
		return fault.New(fault.InvalidArgument, "a session needs a policy: without one it could do all that its parent can")
	case len(req.Policy) > maxSessionPolicyBytes:
		return fault.New(fault.ResourceExhausted, "the policy of a session has at most %d bytes, this one has %d", maxSessionPolicyBytes, len(req.Policy))
	case req.DurationSeconds < minSessionSeconds || req.DurationSeconds > k.maxSessionSeconds:
		return fault.New(fault.InvalidArgument, "a session lasts from %d to %d seconds, not %d", minSessionSeconds, k.maxSessionSeconds, req.DurationSeconds)
	}
	return nil
}

// randomText returns random letters and digits of five bits each.
func randomText(length int) string {
	text := ""
	for len(text) < length {
		text += rand.Text()
	}
	return text[:length]
}
