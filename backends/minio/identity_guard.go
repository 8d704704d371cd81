package minio

import (
	"context"
	"slices"

	"github.com/minio/madmin-go/v3"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// guardName is the canned policy of every user whom this tool made. No user's own policy can have the name. It says who made a
// user, since MinIO adds a user twice without a word, but attaches a policy once; it holds for a key that such a user has before it
// has a policy; and it tells a user whose secret nobody knows.
const guardName = ownedRoot + "guard"

// guardDocument denies what every policy denies that this tool makes.
const guardDocument = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["admin:CreateServiceAccount"]}]}`

// guard attaches the guard to a user who was just added: AlreadyExists if somebody else did. Any other error is Aborted: the user may be
// this run's, and is there.
func (b *backend) guard(ctx context.Context, user string) error {
	ctx, sent := counting(ctx)
	var err error
	for range tries {
		// It goes with the last user who has it, at any moment, and is put each time: somebody may have made it another.
		err = b.adminDo(ctx, func(ctx context.Context) error { return b.admin.AddCannedPolicy(ctx, guardName, []byte(guardDocument)) })
		if err == nil {
			*sent = 0
			err = b.attachOnce(ctx, user, guardName)
		}
		if !codeIs(err, codeNoSuchPolicy) {
			break
		}
	}
	switch {
	case err == nil:
		return nil
	case codeIs(err, codeAlreadyApplied) && *sent == 1:
		return fault.Wrap(fault.AlreadyExists, err, "cannot create the user %q: somebody else has just made it", user)
	case codeIs(err, codeAlreadyApplied):
		return fault.Wrap(fault.Aborted, err, "cannot create the user %q: an answer of the server was lost, so that somebody else may have made it", user)
	}
	return fault.Wrap(fault.Aborted, err, "%v", b.wrapError(ctx, err, "create the user %q", user))
}

// foreignGuard reports whether somebody has made another policy of the guard. Whoever may write policies could give all users whom this tool
// made more by it.
func (b *backend) foreignGuard(ctx context.Context, info madmin.UserInfo) (bool, error) {
	if !slices.Contains(attachedTo(info), guardName) {
		return false, nil
	}
	found, err := adminCall(ctx, func(ctx context.Context) (*madmin.PolicyInfo, error) {
		return b.admin.InfoCannedPolicyV2(ctx, guardName)
	})
	if err != nil {
		return false, err
	}
	is, err := policy.Parse([]byte(asPut(found.Policy)))
	if err != nil {
		return true, nil
	}
	want, err := policy.Parse([]byte(guardDocument))
	return !policy.Equal(is, want), err
}
