// Package seaweedfs is the backend for SeaweedFS: S3, and the APIs of IAM and STS at the same endpoint. Where the server answers that it
// deleted what is not there, or takes a policy for more than it says, this backend looks first.
package seaweedfs

import (
	"context"
	"sync"

	"github.com/s3-credentials/s3-credentials/backends/iam"
	"github.com/s3-credentials/s3-credentials/backends/s3"
	"github.com/s3-credentials/s3-credentials/core/driver"
)

// Name is the backend's name.
const Name = "seaweedfs"

// backend is the driver.
type backend struct {
	*iam.API
	// seen are the buckets that are there (name to true).
	seen sync.Map
}

// Open opens the backend, as driver.Opener says.
func Open(ctx context.Context, cfg driver.Config) (driver.Driver, error) {
	store, err := s3.Open(ctx, cfg, "SeaweedFS")
	if err != nil {
		return nil, err
	}
	store.Meaning = meaning
	api := iam.New(store)
	api.Description = describe(store)
	return driver.Declared(&backend{API: api}, api.Description), nil
}
