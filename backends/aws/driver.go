// Package aws is the reference backend: for Amazon's S3, IAM and STS, and for every system with those APIs.
//
// Endpoint, credentials and region come from the AWS SDK's default chain, so the settings of the aws command line work
// here too. Parts of the API that a system lacks fail with Unsupported.
package aws

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// Name is the backend's name.
const Name = "aws"

// defaultRegion is the region if neither the caller nor the environment names one.
const defaultRegion = "us-east-1"

// backend is the driver. It creates each client on first use: most commands need one of the three.
type backend struct {
	driver.Unimplemented

	config      aws.Config
	description driver.Description
	// explicitEndpoint is the caller's endpoint for all three services; nil if each has its own.
	explicitEndpoint *string

	s3  func() *s3.Client
	iam func() *iam.Client
	sts func() *sts.Client

	// regions caches the regions of buckets (bucket name to region name).
	regions sync.Map
	recent  recent
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
	b := &backend{config: sdk}
	b.recent.note(started, time.Now())
	if cfg.EndpointURL != "" {
		b.explicitEndpoint = aws.String(strings.TrimRight(cfg.EndpointURL, "/"))
	}
	b.s3 = sync.OnceValue(b.newS3)
	b.iam = sync.OnceValue(func() *iam.Client {
		return iam.NewFromConfig(sdk, func(o *iam.Options) {
			o.BaseEndpoint = cmp.Or(b.explicitEndpoint, o.BaseEndpoint)
			if o.BaseEndpoint == nil {
				o.APIOptions = append(o.APIOptions, b.recent.settling)
			}
		})
	})
	b.sts = sync.OnceValue(func() *sts.Client {
		return sts.NewFromConfig(sdk, func(o *sts.Options) { o.BaseEndpoint = cmp.Or(b.explicitEndpoint, o.BaseEndpoint) })
	})
	if _, err := driver.ParseEndpoint(aws.ToString(b.s3().Options().BaseEndpoint)); err != nil {
		return nil, err
	}
	b.description, err = describe(ctx, b.s3().Options())
	if err != nil {
		return nil, err
	}
	if b.iam().Options().BaseEndpoint != nil {
		b.description.Limits.LagSeconds = lagElsewhere
	}
	return b, nil
}

// Describe returns the backend's description.
func (b *backend) Describe(context.Context) (driver.Description, error) { return b.description, nil }

// Close closes idle connections.
func (b *backend) Close() error {
	if client, ok := b.config.HTTPClient.(interface{ CloseIdleConnections() }); ok {
		client.CloseIdleConnections()
	}
	return nil
}
