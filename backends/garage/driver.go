// Package garage is the backend for Garage: S3 on its S3 API, and keys, their rights in buckets, and buckets on its admin API v2, which has a
// port and a token of its own. Garage is under the AGPLv3; this package speaks to it over HTTP, and has nothing of it.
package garage

import (
	"context"
	"sync"

	"github.com/s3-credentials/s3-credentials/backends/s3"
	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
)

// Name is the backend's name.
const Name = "garage"

// defaultRegion is the region of Garage's own quick start. The server says its own, which requests are signed for; see region.
const defaultRegion = "garage"

// backend is the Store with the admin API.
type backend struct {
	*s3.Store
	admin *admin
	// region is the server's, once it is known.
	region struct {
		sync.Mutex
		name string
	}
	// trusted says that the credentials are those of an administrator.
	trusted struct {
		sync.Mutex
		key string
	}
}

// Open opens the backend, as driver.Opener says.
func Open(ctx context.Context, cfg driver.Config) (driver.Driver, error) {
	store, err := s3.Open(ctx, cfg, "Garage")
	if err != nil {
		return nil, err
	}
	if store.Region == sdk.DefaultRegion && cfg.Region == "" {
		store.Region = defaultRegion
	}
	store.Meaning, store.Unversioned = meaning, true
	b := &backend{Store: store}
	b.signForItsRegion()
	if b.admin, err = newAdmin(store.HTTPClient); err != nil {
		return nil, err
	}
	return driver.Declared(b, b.describe()), nil
}

// Describe returns the backend's description.
func (b *backend) Describe(context.Context) (driver.Description, error) { return b.describe(), nil }
