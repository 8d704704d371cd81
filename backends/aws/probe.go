package aws

import (
	"context"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

const (
	// nullVersion names the version of an object in a bucket without versioning.
	nullVersion = "null"
	// wrongMD5 is no body's checksum.
	wrongMD5 = "AAAAAAAAAAAAAAAAAAAAAA=="
	// denyAll is a policy for a user that does not exist.
	denyAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`
)

// Probe tries an action.
func (b *backend) Probe(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	switch req.Action {
	case "s3:PutObject":
		return b.probeWrite(ctx, req)
	case "s3:DeleteObject":
		return b.probeDelete(ctx, req)
	}
	err, known := b.try(ctx, req)
	if !known {
		return driver.ProbeAnswer{}, driver.UnknownProbe(req.Action)
	}
	return driver.Probed(wrapError(ctx, err, "try %s", req.Action))
}

// try sends the request of a probe that only reads, or that names what does not exist.
func (b *backend) try(ctx context.Context, req driver.ProbeRequest) (err error, known bool) { //nolint:revive // the error is the result
	bucket, key := aws.String(req.Bucket), aws.String(req.Key)
	switch req.Action {
	case "s3:ListBucket":
		_, err = inBucket(ctx, b, req.Bucket, b.s3().ListObjectsV2, &s3.ListObjectsV2Input{Bucket: bucket, Prefix: key, MaxKeys: aws.Int32(1)})
	case "s3:ListBucketVersions":
		_, err = inBucket(ctx, b, req.Bucket, b.s3().ListObjectVersions, &s3.ListObjectVersionsInput{Bucket: bucket, Prefix: key, MaxKeys: aws.Int32(1)})
	case "s3:GetObject":
		err = b.tryRead(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key})
	case "s3:GetObjectVersion":
		err = b.tryRead(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key, VersionId: aws.String(nullVersion)})
	case "s3:DeleteObjectVersion":
		_, err = inBucket(ctx, b, req.Bucket, b.s3().DeleteObject, &s3.DeleteObjectInput{Bucket: bucket, Key: key, VersionId: aws.String(nullVersion)})
	case "s3:GetBucketPolicy":
		_, err = inBucket(ctx, b, req.Bucket, b.s3().GetBucketPolicy, &s3.GetBucketPolicyInput{Bucket: bucket})
	case "s3:PutObjectTagging":
		in := &s3.PutObjectTaggingInput{Bucket: bucket, Key: key, Tagging: &types.Tagging{TagSet: []types.Tag{}}}
		_, err = inBucket(ctx, b, req.Bucket, b.s3().PutObjectTagging, in)
	case "s3:GetBucketTagging":
		_, err = inBucket(ctx, b, req.Bucket, b.s3().GetBucketTagging, &s3.GetBucketTaggingInput{Bucket: bucket})
	case "iam:CreateAccessKey":
		_, err = b.iam().CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: key})
	case "iam:PutUserPolicy":
		_, err = b.iam().PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: key, PolicyName: aws.String("probe"), PolicyDocument: aws.String(denyAll)})
	default:
		return nil, false
	}
	return err, true
}

// tryRead asks for one byte.
func (b *backend) tryRead(ctx context.Context, in *s3.GetObjectInput) error {
	in.Range = aws.String("bytes=0-0")
	out, err := inBucket(ctx, b, *in.Bucket, b.s3().GetObject, in)
	if err == nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(out.Body, 1))
		_ = out.Body.Close()
	}
	return err
}

// probeWrite sends a checksum that is wrong. A system that does not look at it, or answers that it failed, may have stored an object,
// which is removed.
func (b *backend) probeWrite(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	_, err := inBucket(ctx, b, req.Bucket, b.s3().PutObject, &s3.PutObjectInput{
		Bucket: &req.Bucket, Key: &req.Key, Body: strings.NewReader(""), ContentMD5: aws.String(wrongMD5),
	})
	stored := err == nil
	answer, err := driver.Probed(wrapError(ctx, err, "try %s", req.Action))
	if err == nil && !stored || fault.CodeOf(err) == fault.NotFound {
		return answer, err
	}
	removed, failed := b.probeDelete(ctx, req)
	if failed != nil || !removed.Allowed {
		removed.Left = "object " + req.Key + " in bucket " + req.Bucket
	}
	if err != nil && removed.Left != "" {
		err = fault.Wrap(fault.CodeOf(err), err, "%v; %s may be left", err, removed.Left)
	}
	answer.Left = removed.Left
	return answer, err
}

// probeDelete deletes what does not exist. In a bucket with versioning, that makes a delete marker.
func (b *backend) probeDelete(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	out, err := inBucket(ctx, b, req.Bucket, b.s3().DeleteObject, &s3.DeleteObjectInput{Bucket: &req.Bucket, Key: &req.Key})
	answer, err := driver.Probed(wrapError(ctx, err, "try %s", req.Action))
	if err == nil && answer.Allowed && out != nil && aws.ToBool(out.DeleteMarker) {
		answer.Left = "a delete marker of object " + req.Key + " in bucket " + req.Bucket
	}
	return answer, err
}
