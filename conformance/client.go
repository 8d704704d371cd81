package conformance

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/trust"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// minioClient is a Requester by minio-go.
type minioClient struct {
	*minio.Client
	// plain sends requests that no client library has a method for. It follows no redirect.
	plain       *http.Client
	credentials driver.Credentials
	region      string
}

// NewObjectClient returns a Requester by minio-go for the endpoint's URL, or for AWS where that is empty. With nil credentials
// its requests are anonymous. It trusts what the environment names, as package trust says.
func NewObjectClient(endpoint, region string, c *driver.Credentials) (ObjectClient, error) {
	if endpoint == "" {
		endpoint = "https://s3.amazonaws.com"
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	if c == nil {
		c = &driver.Credentials{}
	}
	transport, err := minio.DefaultTransport(u.Scheme == "https")
	if err != nil {
		return nil, err
	}
	if transport.TLSClientConfig, err = trust.TLS(driver.Config{}); err != nil {
		return nil, err
	}
	client, err := minio.New(u.Host, &minio.Options{
		Creds:  credentials.NewStaticV4(c.AccessKeyID, c.SecretAccessKey, c.SessionToken),
		Secure: u.Scheme == "https", Region: region, MaxRetries: 1, Transport: transport,
	})
	plain := &http.Client{
		Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return minioClient{client, plain, *c, cmp.Or(region, "us-east-1")}, err
}

// withCode converts an error of minio-go to a fault.
func withCode(err error) error {
	if err == nil {
		return nil
	}
	response := minio.ToErrorResponse(err)
	code := fault.Unknown
	switch {
	case response.Code == "InvalidAccessKeyId", response.Code == "SignatureDoesNotMatch", response.Code == "InvalidTokenId",
		response.Code == "InvalidClientTokenId", response.Code == "ExpiredToken", response.Code == "InvalidToken":
		code = fault.Unauthenticated
	case response.StatusCode == 403 || response.Code == "AccessDenied":
		code = fault.PermissionDenied
	case response.StatusCode == 404:
		code = fault.NotFound
	}
	return fault.Wrap(code, err, "the independent client: %s", err)
}

// unlessCutOff makes a call again where its connection ends without an answer: a system may refuse, and close it, before it has read an object.
func unlessCutOff(ctx context.Context, call func() error) error {
	var err error
	for range 3 {
		if err = call(); err == nil || minio.ToErrorResponse(err).StatusCode != 0 || ctx.Err() != nil {
			break
		}
	}
	return withCode(err)
}

func (c minioClient) Put(ctx context.Context, bucket, key string, data []byte) error {
	return unlessCutOff(ctx, func() error {
		_, err := c.PutObject(ctx, bucket, key, bytes.NewReader(data), int64(len(data)), minio.PutObjectOptions{})
		return err
	})
}

func (c minioClient) Get(ctx context.Context, bucket, key string) ([]byte, error) {
	o, err := c.GetObject(ctx, bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, withCode(err)
	}
	defer func() { _ = o.Close() }()
	data, err := io.ReadAll(o)
	return data, withCode(err)
}

func (c minioClient) Delete(ctx context.Context, bucket, key string) error {
	return unlessCutOff(ctx, func() error { return c.RemoveObject(ctx, bucket, key, minio.RemoveObjectOptions{}) })
}

func (c minioClient) List(ctx context.Context, bucket, prefix string) ([]string, error) {
	var keys []string
	for o := range c.ListObjects(ctx, bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		if o.Err != nil {
			return nil, withCode(o.Err)
		}
		keys = append(keys, o.Key)
	}
	return keys, nil
}

func (c minioClient) DeleteBucket(ctx context.Context, bucket string) error {
	return withCode(c.RemoveBucket(ctx, bucket))
}

func (c minioClient) PutBucketPolicy(ctx context.Context, bucket, document string) error {
	return withCode(c.SetBucketPolicy(ctx, bucket, document))
}
