// Package aws is the reference backend: Amazon's own S3, IAM and STS, and every system that speaks those APIs.
//
// Endpoints, credentials and region come from the AWS SDK's own chain, so what works for the aws command line works
// here. Where a system behind an endpoint of its own lacks a part of the API, that part answers Unsupported.
package aws

import (
	"context"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// Name is the backend's name.
const Name = "aws"

// defaultRegion is where requests are signed for when neither the caller nor the environment names a region.
const defaultRegion = "us-east-1"

// backend is the driver. Its clients are made when first used: most commands need one of the three.
type backend struct {
	driver.Unimplemented

	config      aws.Config
	description driver.Description
	// explicitEndpoint is the caller's endpoint for all three services; empty where each has its own.
	explicitEndpoint string

	s3  func() *s3.Client
	iam func() *iam.Client
	sts func() *sts.Client

	// regions remembers where buckets turned out to be (bucket name to region name).
	regions sync.Map
}

var _ driver.Driver = (*backend)(nil)

// Open opens the backend, as driver.Opener says.
func Open(ctx context.Context, cfg driver.Config) (driver.Driver, error) {
	if _, err := driver.ParseEndpoint(cfg.EndpointURL); err != nil {
		return nil, err
	}
	sdk, err := loadConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	b := &backend{config: sdk, explicitEndpoint: strings.TrimRight(cfg.EndpointURL, "/")}
	b.s3 = sync.OnceValue(b.newS3)
	b.iam = sync.OnceValue(b.newIAM)
	b.sts = sync.OnceValue(b.newSTS)
	if _, err := driver.ParseEndpoint(aws.ToString(b.s3().Options().BaseEndpoint)); err != nil {
		return nil, err
	}
	b.description, err = describe(ctx, b.s3().Options())
	if err != nil {
		return nil, err
	}
	return b, nil
}

// Describe returns what the backend is and can do.
func (b *backend) Describe(context.Context) (driver.Description, error) { return b.description, nil }

// Close frees what the driver holds.
func (b *backend) Close() error {
	if client, ok := b.config.HTTPClient.(interface{ CloseIdleConnections() }); ok {
		client.CloseIdleConnections()
	}
	return nil
}
