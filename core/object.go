package core

import (
	"context"
	"iter"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// ListObjects is driver.Object.ListObjects, after a check of the capabilities it needs.
func (e *Engine) ListObjects(ctx context.Context, req driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
	return guarded(e.require(driver.CapObjects), func() iter.Seq2[driver.ObjectInfo, error] {
		return e.driver.ListObjects(ctx, req)
	})
}

// HeadObject is driver.Object.HeadObject, after a check of the capabilities it needs.
func (e *Engine) HeadObject(ctx context.Context, req driver.HeadObjectRequest) (driver.ObjectDetail, error) {
	if err := e.require(driver.CapObjects); err != nil {
		return driver.ObjectDetail{}, err
	}
	return e.driver.HeadObject(ctx, req)
}

// GetObject is driver.Object.GetObject, after a check of the capabilities it needs.
func (e *Engine) GetObject(ctx context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
	if err := e.require(driver.CapObjects); err != nil {
		return driver.ObjectDetail{}, err
	}
	return e.driver.GetObject(ctx, req)
}

// PutObject is driver.Object.PutObject, after a check of the capabilities it needs.
func (e *Engine) PutObject(ctx context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	if err := e.require(driver.CapObjects); err != nil {
		return driver.ObjectDetail{}, err
	}
	return e.driver.PutObject(ctx, req)
}

// DeleteObjects is driver.Object.DeleteObjects, after a check of the capabilities it needs.
func (e *Engine) DeleteObjects(ctx context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
	if err := e.require(driver.CapObjects); err != nil {
		return driver.DeleteObjectsResponse{}, err
	}
	req.Keys = unique(req.Keys)
	return e.driver.DeleteObjects(ctx, req)
}

// unique returns the keys, each once, in order.
func unique(keys []string) []string {
	seen := make(map[string]bool, len(keys))
	var once []string
	for _, key := range keys {
		if !seen[key] {
			seen[key] = true
			once = append(once, key)
		}
	}
	return once
}
