package memory

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// Client works with the system's objects.
type Client struct{ driver.Driver }

// Client returns a client with the credentials; an anonymous one for nil.
func (s *System) Client(credentials *driver.Credentials) Client {
	if credentials == nil {
		return Client{s.Anonymous()}
	}
	return Client{&backend{system: s, config: driver.Config{Region: "us-east-1", Credentials: credentials}}}
}

// May fails with PermissionDenied unless the client may make a request of the kind.
func (c Client) May(ctx context.Context, need policy.Request) error {
	b, ok := c.Driver.(*backend)
	if !ok {
		return fault.New(fault.Unsupported, "only a client with credentials of its own can be asked")
	}
	who, unlock, err := b.begin(ctx, "May")
	if err != nil {
		return err
	}
	defer unlock()
	name, _, _ := strings.Cut(strings.TrimPrefix(need.Resource, "arn:aws:s3:::"), "/")
	return who.may(need.Action, need.Resource, b.system.buckets[name], need.Context)
}

// Put stores an object.
func (c Client) Put(ctx context.Context, bucket, key string, data []byte) error {
	_, err := c.PutObject(ctx, driver.PutObjectRequest{Bucket: bucket, Key: key, Body: bytes.NewReader(data)})
	return err
}

// Get fetches an object.
func (c Client) Get(ctx context.Context, bucket, key string) ([]byte, error) {
	var b bytes.Buffer
	_, err := c.GetObject(ctx, driver.GetObjectRequest{Bucket: bucket, Key: key, Body: &b})
	return b.Bytes(), err
}

// Head returns the headers that S3 would answer a look at an object with, as far as an upload can set them.
func (c Client) Head(ctx context.Context, bucket, key string) (http.Header, error) {
	b, ok := c.Driver.(*backend)
	if !ok {
		return nil, fault.New(fault.Unsupported, "only a client with credentials of its own can look")
	}
	o, err := b.find(ctx, "HeadObject", bucket, key)
	if err != nil {
		return nil, err
	}
	header := http.Header{}
	header.Set("Cache-Control", o.CacheControl)
	header.Set("X-Amz-Storage-Class", o.StorageClass)
	for name, value := range o.Metadata {
		header.Set("X-Amz-Meta-"+name, value)
	}
	return header, nil
}

// Delete deletes an object.
func (c Client) Delete(ctx context.Context, bucket, key string) error {
	response, err := c.DeleteObjects(ctx, driver.DeleteObjectsRequest{Bucket: bucket, Keys: []string{key}})
	if err == nil && len(response.Failed) > 0 {
		return fault.New(fault.PermissionDenied, "%s", response.Failed[0].Message)
	}
	return err
}

// List lists keys.
func (c Client) List(ctx context.Context, bucket, prefix string) ([]string, error) {
	var keys []string
	for o, err := range c.ListObjects(ctx, driver.ListObjectsRequest{Bucket: bucket, Prefix: prefix}) {
		if err != nil {
			return nil, err
		}
		keys = append(keys, o.Key)
	}
	return keys, nil
}

// DeleteBucket deletes a bucket.
func (c Client) DeleteBucket(ctx context.Context, bucket string) error {
	return c.Driver.DeleteBucket(ctx, driver.DeleteBucketRequest{Bucket: bucket})
}

// PutBucketPolicy sets a bucket's policy.
func (c Client) PutBucketPolicy(ctx context.Context, bucket, document string) error {
	value := driver.BucketSetting{Policy: &driver.BucketPolicy{Document: document}}
	return c.PutBucketSetting(ctx, driver.PutBucketSettingRequest{Bucket: bucket, Value: value})
}
