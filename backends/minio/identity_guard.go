package minio

import (
	"context"

	"github.com/s3-credentials/s3-credentials/core/fault"
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
	err := b.attachOnce(ctx, user, guardName)
	for try := 1; codeIs(err, codeNoSuchPolicy) && try < tries; try++ {
		// It is made with the first user, and goes with the last one.
		err = b.adminDo(ctx, func(ctx context.Context) error { return b.admin.AddCannedPolicy(ctx, guardName, []byte(guardDocument)) })
		if err == nil {
			*sent = 0
			err = b.attachOnce(ctx, user, guardName)
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
