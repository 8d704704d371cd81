package s3

import (
	"context"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
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
)

// Probe tries an action of S3.
func (s *Store) Probe(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	switch req.Action {
	case "s3:PutObject":
		return s.probeWrite(ctx, req)
	case "s3:DeleteObject":
		return s.probeDelete(ctx, req)
	}
	err, known := s.try(ctx, req)
	if !known {
		return driver.ProbeAnswer{}, driver.UnknownProbe(req.Action)
	}
	return driver.Probed(s.Wrap(ctx, err, "try %s", req.Action))
}

// try sends the request of a probe that only reads, or that names what does not exist.
func (s *Store) try(ctx context.Context, req driver.ProbeRequest) (err error, known bool) { //nolint:revive // the error is the result
	bucket, key := aws.String(req.Bucket), aws.String(req.Key)
	switch req.Action {
	case "s3:ListBucket":
		_, err = inBucket(ctx, s, req.Bucket, s.Client().ListObjectsV2, &s3.ListObjectsV2Input{Bucket: bucket, Prefix: key, MaxKeys: aws.Int32(1)})
	case "s3:ListBucketVersions":
		_, err = inBucket(ctx, s, req.Bucket, s.Client().ListObjectVersions, &s3.ListObjectVersionsInput{Bucket: bucket, Prefix: key, MaxKeys: aws.Int32(1)})
	case "s3:GetObject":
		err = s.tryRead(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key})
	case "s3:GetObjectVersion":
		err = s.tryRead(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key, VersionId: aws.String(nullVersion)})
	case "s3:DeleteObjectVersion":
		_, err = inBucket(ctx, s, req.Bucket, s.Client().DeleteObject, &s3.DeleteObjectInput{Bucket: bucket, Key: key, VersionId: aws.String(nullVersion)})
	case "s3:GetBucketPolicy":
		_, err = inBucket(ctx, s, req.Bucket, s.Client().GetBucketPolicy, &s3.GetBucketPolicyInput{Bucket: bucket})
	case "s3:PutObjectTagging":
		in := &s3.PutObjectTaggingInput{Bucket: bucket, Key: key, Tagging: &types.Tagging{TagSet: []types.Tag{}}}
		_, err = inBucket(ctx, s, req.Bucket, s.Client().PutObjectTagging, in)
	case "s3:GetBucketTagging":
		_, err = inBucket(ctx, s, req.Bucket, s.Client().GetBucketTagging, &s3.GetBucketTaggingInput{Bucket: bucket})
	default:
		return nil, false
	}
	return err, true
}

// tryRead asks for one byte.
func (s *Store) tryRead(ctx context.Context, in *s3.GetObjectInput) error {
	in.Range = aws.String("bytes=0-0")
	out, err := inBucket(ctx, s, *in.Bucket, s.Client().GetObject, in)
	if err == nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(out.Body, 1))
		_ = out.Body.Close()
	}
	return err
}

// probeWrite sends a checksum that is wrong. A system that does not look at it, or answers that it failed, may have stored an object,
// which is removed.
func (s *Store) probeWrite(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	_, err := inBucket(ctx, s, req.Bucket, s.Client().PutObject, &s3.PutObjectInput{
		Bucket: &req.Bucket, Key: &req.Key, Body: strings.NewReader(""), ContentMD5: aws.String(wrongMD5),
	})
	stored := err == nil
	answer, err := driver.Probed(s.Wrap(ctx, err, "try %s", req.Action))
	if err == nil && !stored || fault.CodeOf(err) == fault.NotFound {
		return answer, err
	}
	removed, failed := s.probeDelete(ctx, req)
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
func (s *Store) probeDelete(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	out, err := inBucket(ctx, s, req.Bucket, s.Client().DeleteObject, &s3.DeleteObjectInput{Bucket: &req.Bucket, Key: &req.Key})
	answer, err := driver.Probed(s.Wrap(ctx, err, "try %s", req.Action))
	if err == nil && answer.Allowed && out != nil && aws.ToBool(out.DeleteMarker) {
		answer.Left = "a delete marker of object " + req.Key + " in bucket " + req.Bucket
	}
	return answer, err
}
