// Package versitygw is the backend for VersityGW with its standalone IAM: S3 on a folder or another store, with the APIs of IAM for users,
// access keys and inline policies. Its gateway accounts, which its own admin API manages, are another road: see examples/versitygw.
package versitygw

import (
	"context"

	"github.com/s3-credentials/s3-credentials/backends/iam"
	"github.com/s3-credentials/s3-credentials/backends/s3"
	"github.com/s3-credentials/s3-credentials/core/driver"
)

// Name is the backend's name.
const Name = "versitygw"

// Open opens the backend, as driver.Opener says.
func Open(ctx context.Context, cfg driver.Config) (driver.Driver, error) {
	store, err := s3.Open(ctx, cfg, "VersityGW")
	if err != nil {
		return nil, err
	}
	api := iam.New(store)
	api.Description = describe(store)
	return driver.Declared(api, api.Description), nil
}
