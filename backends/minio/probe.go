package minio

import (
	"context"
	"strings"

	"github.com/minio/madmin-go/v3"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/tags"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

const (
	// nullVersion names the version of an object in a bucket without versioning.
	nullVersion = "null"
	// wrongMD5 is no body's checksum.
	wrongMD5 = "AAAAAAAAAAAAAAAAAAAAAA=="
	// noPolicy is no JSON, which is looked at only after the permission.
	noPolicy = "{"
)

// Probe tries an action.
func (b *backend) Probe(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	if err := b.ready(ctx); err != nil {
		return driver.ProbeAnswer{}, err
	}
	switch req.Action {
	case "s3:PutObject":
		return b.probeWrite(ctx, req)
	case "s3:DeleteObject":
		return b.probeDelete(ctx, req)
	}
	try := b.tryOf(req)
	if try == nil {
		return driver.ProbeAnswer{}, driver.UnknownProbe(req.Action)
	}
	return driver.Probed(b.wrapError(ctx, do(ctx, try), "try %s", req.Action))
}

// tryOf returns the request of a probe that only reads, or that names what does not exist; nil for an action that is not known.
func (b *backend) tryOf(req driver.ProbeRequest) func(context.Context) error {
	switch req.Action {
	case "s3:ListBucket", "s3:ListBucketVersions":
		return func(ctx context.Context) error { return b.tryList(ctx, req, req.Action == "s3:ListBucketVersions") }
	case "s3:GetObject":
		return func(ctx context.Context) error { return b.tryRead(ctx, req, "") }
	case "s3:GetObjectVersion":
		return func(ctx context.Context) error { return b.tryRead(ctx, req, nullVersion) }
	case "s3:DeleteObjectVersion":
		return func(ctx context.Context) error {
			return b.s3.RemoveObject(ctx, req.Bucket, req.Key, minio.RemoveObjectOptions{VersionID: nullVersion})
		}
	case "s3:GetBucketPolicy":
		return func(ctx context.Context) error {
			_, err := b.s3.GetBucketPolicy(ctx, req.Bucket)
			return err
		}
	case "s3:PutObjectTagging":
		return func(ctx context.Context) error {
			none, err := tags.NewTags(nil, true)
			if err != nil {
				return err
			}
			return b.s3.PutObjectTagging(ctx, req.Bucket, req.Key, none, minio.PutObjectTaggingOptions{})
		}
	case "s3:GetBucketTagging":
		return func(ctx context.Context) error {
			_, err := b.s3.GetBucketTagging(ctx, req.Bucket)
			return err
		}
	case "iam:CreateAccessKey":
		return b.tryFurtherKey
	case "iam:PutUserPolicy":
		// Who may make policies may change everybody's. The server looks at the document after the permission.
		return func(ctx context.Context) error { return b.admin.AddCannedPolicy(ctx, req.Key, []byte(noPolicy)) }
	}
	return nil
}

// tryFurtherKey asks for a key for the user whose credentials these are, which users may have unless a policy denies it. Its id is that of
// the key in use, which is found to be taken only after the permission is looked at.
func (b *backend) tryFurtherKey(ctx context.Context) error {
	own, err := b.credentials.GetWithContext(b.s3.CredContext())
	if err != nil {
		return err
	}
	_, err = b.admin.AddServiceAccount(ctx, madmin.AddServiceAccountReq{AccessKey: own.AccessKeyID, SecretKey: randomText(secretKeyLength)})
	return err
}

// tryList asks for one object.
func (b *backend) tryList(ctx context.Context, req driver.ProbeRequest, versions bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for object := range b.s3.ListObjects(ctx, req.Bucket, minio.ListObjectsOptions{Prefix: req.Key, Recursive: true, MaxKeys: 1, WithVersions: versions}) {
		return object.Err
	}
	return nil
}

// tryRead asks for one byte.
func (b *backend) tryRead(ctx context.Context, req driver.ProbeRequest, version string) error {
	options := minio.GetObjectOptions{VersionID: version}
	if err := options.SetRange(0, 0); err != nil {
		return err
	}
	body, _, _, err := minio.Core{Client: b.s3}.GetObject(ctx, req.Bucket, req.Key, options)
	if err == nil {
		_ = body.Close()
	}
	return err
}

// probeWrite sends a checksum that is wrong. A system that does not look at it, or answers that it failed, may have stored an object,
// which is removed.
func (b *backend) probeWrite(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	err := do(ctx, func(ctx context.Context) error {
		_, err := minio.Core{Client: b.s3}.PutObject(ctx, req.Bucket, req.Key, strings.NewReader(""), 0, wrongMD5, "", minio.PutObjectOptions{})
		return err
	})
	stored := err == nil
	answer, err := driver.Probed(b.wrapError(ctx, err, "try %s", req.Action))
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
	marked := false
	err := do(ctx, func(ctx context.Context) error {
		one := func(yield func(minio.ObjectInfo) bool) { yield(minio.ObjectInfo{Key: req.Key}) }
		results, err := b.s3.RemoveObjectsWithIter(ctx, req.Bucket, one, minio.RemoveObjectsOptions{})
		if err != nil {
			return err
		}
		for result := range results {
			marked = marked || result.DeleteMarker
			err = result.Err
		}
		return err
	})
	answer, err := driver.Probed(b.wrapError(ctx, err, "try %s", req.Action))
	if err == nil && answer.Allowed && marked {
		answer.Left = "a delete marker of object " + req.Key + " in bucket " + req.Bucket
	}
	return answer, err
}
