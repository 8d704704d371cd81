// Package aws is the reference backend: for Amazon's S3, IAM and STS, and for every system with those APIs.
//
// Endpoint, credentials and region come from the AWS SDK's default chain, so the settings of the aws command line work
// here too. Parts of the API that a system lacks fail with Unsupported.
package aws

import (
	"context"
	"time"

	sdkiam "github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/s3-credentials/s3-credentials/backends/iam"
	"github.com/s3-credentials/s3-credentials/backends/s3"
	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
)

// Name is the backend's name.
const Name = "aws"

// backend is the driver.
type backend struct {
	*iam.API
	recent recent
}

var _ driver.Driver = (*backend)(nil)

// Open opens the backend, as driver.Opener says.
func Open(ctx context.Context, cfg driver.Config) (driver.Driver, error) {
	config, err := sdk.Load(ctx, cfg)
	if err != nil {
		return nil, err
	}
	store, err := s3.New(config)
	if err != nil {
		return nil, err
	}
	b := &backend{}
	b.recent.note(started, time.Now())
	b.API = iam.New(store, func(o *sdkiam.Options) {
		if o.BaseEndpoint == nil {
			o.APIOptions = append(o.APIOptions, b.recent.settling)
		}
	})
	if b.Description, err = describe(ctx, store.Options()); err != nil {
		return nil, err
	}
	if store.Options().BaseEndpoint == nil {
		store.Recent = &b.recent
	}
	if !b.OnAWS() {
		b.Description.Limits.LagSeconds = lagElsewhere
	}
	return b, nil
}
