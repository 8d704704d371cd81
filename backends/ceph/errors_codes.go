package ceph

import (
	"context"
	"crypto/rand"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// codeNoSuchKey is said of a key that a user does not have, and, without STS, of the caller's that is none.
const codeNoSuchKey = "InvalidAccessKeyId"

// serviceCodes are the error codes that only the gateway sends.
var serviceCodes = map[string]fault.Code{
	"UserSuspended":     fault.Unauthenticated,
	"NoSuchUser":        fault.NotFound,
	"UserAlreadyExists": fault.AlreadyExists,
	"KeyExists":         fault.AlreadyExists,
}

// meaningOf says why the credentials of a suspended user are not accepted.
func meaningOf(answer *fault.Service) (fault.Code, string) {
	if answer.Code == "UserSuspended" {
		return fault.Unauthenticated, "the user whose credentials these are is suspended; an administrator of the gateway ends that with radosgw-admin user enable"
	}
	return "", ""
}

// wrong tells credentials that are not accepted from those that may not do something: a gateway with STS says AccessDenied of both.
func (b *backend) wrong(ctx context.Context) bool { return b.refuses(ctx) }

// refuses reports whether the gateway does not accept the credentials. Only for those that it accepts does it look for a bucket, which
// nobody has.
func (b *backend) refuses(ctx context.Context, as ...func(*s3.Options)) bool {
	nobodys := aws.String("s3-credentials-" + strings.ToLower(rand.Text()))
	_, err := b.Client().GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: nobodys}, as...)
	answer := sdk.Answer(err)
	if answer == nil {
		return false
	}
	code := b.CodeOf(answer)
	return code == fault.PermissionDenied || code == fault.Unauthenticated
}
