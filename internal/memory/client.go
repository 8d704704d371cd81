package memory

import (
	"bytes"
	"context"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
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
