// Package ceph is the backend for Ceph's RADOS gateway: users and their keys over its admin ops API, policies of users and roles over its
// IAM API, sessions over its STS, all at the endpoint of its S3. The administrator needs the caps users=*;user-policy=*;roles=*;buckets=read,
// or is the root of an account: then users and keys are managed over the IAM API, too.
package ceph

import (
	"context"

	"github.com/s3-credentials/s3-credentials/backends/iam"
	"github.com/s3-credentials/s3-credentials/backends/s3"
	"github.com/s3-credentials/s3-credentials/core/driver"
)

// Name is the backend's name.
const Name = "ceph"

// backend is the driver of an administrator with caps.
type backend struct{ *iam.API }

var _ driver.Driver = (*backend)(nil)

// Open opens the backend, as driver.Opener says.
func Open(ctx context.Context, cfg driver.Config) (driver.Driver, error) {
	b, err := open(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return driver.Declared(&managed{backend: b}, b.Description), nil
}

func open(ctx context.Context, cfg driver.Config) (*backend, error) {
	store, err := s3.Open(ctx, cfg, "Ceph")
	if err != nil {
		return nil, err
	}
	store.Codes, store.Meaning, store.DeletesAlone = serviceCodes, meaningOf, true
	b := &backend{iam.New(store)}
	b.Description = describe(store)
	store.Wrong = b.wrong
	return b, nil
}
