package core

import (
	"context"
	"errors"
	"iter"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// ListObjects is driver.Object.ListObjects. A denial has the hint that a key may be for one prefix alone.
func (e *Engine) ListObjects(ctx context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
	return func(yield func(driver.ObjectInfo, error) bool) {
		for info, err := range listing(ctx, e, driver.CapObjects, e.driver.ListObjects, req) {
			if errors.Is(err, fault.PermissionDenied) {
				err = fault.Wrap(fault.PermissionDenied, err, "%v", err).WithHint(fault.HintPrefix)
			}
			if !yield(info, err) {
				return
			}
		}
	}
}

// HeadObject is driver.Object.HeadObject.
func (e *Engine) HeadObject(ctx context.Context, req driver.HeadObjectRequest) (driver.ObjectDetail, error) {
	return call(ctx, e, driver.CapObjects, e.driver.HeadObject, req)
}

// GetObject is driver.Object.GetObject.
func (e *Engine) GetObject(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
	return call(ctx, e, driver.CapObjects, e.driver.GetObject, req)
}

// PutObject is driver.Object.PutObject. It refuses options that CheckObjectOptions refuses, and takes names of metadata in any case.
func (e *Engine) PutObject(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	if err := CheckObjectOptions(req.ObjectOptions); err != nil {
		return driver.ObjectDetail{}, err
	}
	if err := e.require(req.Needs()...); err != nil {
		return driver.ObjectDetail{}, err
	}
	req.Metadata = lowered(req.Metadata)
	return call(ctx, e, driver.CapObjects, e.driver.PutObject, req)
}

// DeleteObjects is driver.Object.DeleteObjects. A key that the request names twice is sent once.
func (e *Engine) DeleteObjects(ctx context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
	req.Keys = unique(req.Keys)
	return call(ctx, e, driver.CapObjects, e.driver.DeleteObjects, req)
}

// unique returns the names, each once, in order.
func unique(names []string) []string {
	seen := make(map[string]bool, len(names))
	var once []string
	for _, name := range names {
		if !seen[name] {
			seen[name] = true
			once = append(once, name)
		}
	}
	return once
}
