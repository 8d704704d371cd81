package main

import (
	"context"
	"errors"
	"iter"
	"net"
	"net/http"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/driver/trust"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

type backend struct {
	driver.Unimplemented
	config driver.Config
	s3     *minio.Client
}

// Open sends no request, and works without credentials: whatever needs them fails later.
func Open(_ context.Context, config driver.Config) (driver.Driver, error) {
	if config.EndpointURL == "" {
		config.EndpointURL = "https://s3.acme.example"
	}
	u, err := driver.ParseEndpoint(config.EndpointURL)
	if err != nil {
		return nil, err
	}
	if config.Region == "" {
		config.Region = "us-east-1"
	}
	if config.Credentials == nil {
		config.Credentials = &driver.Credentials{} // or wherever users of acme keep theirs
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if transport.TLSClientConfig, err = trust.TLS(config); err != nil {
		return nil, err
	}
	c := config.Credentials
	s3, err := minio.New(u.Host, &minio.Options{
		Creds:  credentials.NewStaticV4(c.AccessKeyID, c.SecretAccessKey, c.SessionToken),
		Secure: u.Scheme == "https", Region: config.Region, MaxRetries: 3,
		// It bounds what an answer may take, and logs each request.
		Transport: &s3fault.Transport{Next: transport, Limits: s3fault.LimitsFor(config.Timeout)},
	})
	if err != nil {
		return nil, fault.Wrap(fault.InvalidArgument, err, "the endpoint %q cannot be used", config.EndpointURL)
	}
	return &backend{config: config, s3: s3}, nil
}

// Describe declares no capability yet.
func (b *backend) Describe(context.Context) (driver.Description, error) {
	return driver.Description{
		Name: "acme", Version: "0.1.0", Partition: "aws", Region: b.config.Region,
		EndpointURL: strings.TrimSuffix(b.config.EndpointURL, "/"),
		Names:       driver.Names{Separator: "+"},
	}, nil
}

func (b *backend) Close() error { return nil }

func (b *backend) WhoAmI(ctx context.Context) (driver.Caller, error) {
	_, err := b.s3.ListBuckets(ctx) // proves the key
	return driver.Caller{UserID: b.config.Credentials.AccessKeyID}, failed(ctx, err, "ask who the key belongs to")
}

func (b *backend) ListBuckets(ctx context.Context) iter.Seq2[driver.BucketInfo, error] {
	return func(yield func(driver.BucketInfo, error) bool) {
		buckets, err := b.s3.ListBuckets(ctx)
		if err != nil {
			yield(driver.BucketInfo{}, failed(ctx, err, "list buckets"))
			return
		}
		for _, found := range buckets {
			if !yield(driver.BucketInfo{Name: found.Name, Created: found.CreationDate}, nil) {
				return
			}
		}
	}
}

func (b *backend) HeadBucket(ctx context.Context, req driver.HeadBucketRequest) (driver.BucketDetail, error) {
	exists, err := b.s3.BucketExists(ctx, req.Bucket)
	if err == nil && !exists {
		err = fault.New(fault.NotFound, "there is no bucket %s", req.Bucket)
	}
	return driver.BucketDetail{Region: b.config.Region}, failed(ctx, err, "look up bucket "+req.Bucket)
}

func (b *backend) CreateBucket(ctx context.Context, req driver.CreateBucketRequest) error {
	if req.Region != "" && req.Region != b.config.Region {
		return fault.New(fault.Unsupported, "acme has no regions")
	}
	return failed(ctx, b.s3.MakeBucket(ctx, req.Bucket, minio.MakeBucketOptions{Region: b.config.Region}), "create bucket "+req.Bucket)
}

func (b *backend) DeleteBucket(ctx context.Context, req driver.DeleteBucketRequest) error {
	return failed(ctx, b.s3.RemoveBucket(ctx, req.Bucket), "delete bucket "+req.Bucket)
}

// failed turns any error into one of the contract; nil stays nil. The codes of S3, IAM and STS are known already: see
// Errors in section 3.
func failed(ctx context.Context, err error, action string) error {
	system := s3fault.System{
		Codes: map[string]fault.Code{"QuotaReached": fault.ResourceExhausted}, // those that only acme sends
		Answer: func(err error) *fault.Service {
			said := minio.ToErrorResponse(err)
			if said.Code == "" {
				return nil
			}
			return &fault.Service{Code: said.Code, Message: said.Message, RequestID: said.RequestID, HTTPStatus: said.StatusCode}
		},
		Special: func(err error, sentence string) *fault.Error { // minio-go refuses some names without a request
			var network net.Error
			if minio.ToErrorResponse(err).Code != "" || errors.As(err, &network) {
				return nil
			}
			return fault.Wrap(fault.InvalidArgument, err, "%s: %v", sentence, err)
		},
	}
	return system.Wrap(ctx, err, "%s", action)
}
