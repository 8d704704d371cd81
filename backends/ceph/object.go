package ceph

import (
	"context"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// PutObject refuses names of metadata that the gateway keeps as others: it makes hyphens of underscores.
func (b *backend) PutObject(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	for name := range req.Metadata {
		if strings.Contains(name, "_") {
			return driver.ObjectDetail{}, fault.New(fault.InvalidArgument,
				"Ceph would keep the metadata %q under the name %q; use hyphens", name, strings.ReplaceAll(name, "_", "-"))
		}
	}
	return b.API.PutObject(ctx, req)
}
