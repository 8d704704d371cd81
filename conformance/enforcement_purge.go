package conformance

import (
	"context"
	"encoding/xml"
	"net/http"
	"net/url"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// sending returns a function that sends a request, and fails for any answer other than success and 404.
func (e *env) sending(admin Requester, r Request) func(context.Context) error {
	return func(ctx context.Context) error {
		answer, err := admin.Do(ctx, r)
		if err == nil && !answer.accepted() && answer.Status != http.StatusNotFound {
			err = fault.New(fault.Unknown, "%s answers %d %s", operation{Request: r}, answer.Status, answer.Code)
		}
		return err
	}
}

// purge returns a function that deletes all versions of all objects in a bucket.
func (e *env) purge(admin Requester, bucket string) func(context.Context) error {
	return func(ctx context.Context) error {
		answer, err := admin.Do(ctx, Request{Method: http.MethodGet, Bucket: bucket, Query: url.Values{"versions": {""}}})
		if err != nil || !answer.accepted() {
			return err // a system without versions
		}
		var listing struct {
			Version, DeleteMarker []struct {
				Key       string `xml:"Key"`
				VersionID string `xml:"VersionId"`
			}
		}
		if err := xml.Unmarshal(answer.Body, &listing); err != nil {
			return err
		}
		for _, v := range append(listing.Version, listing.DeleteMarker...) {
			remove := Request{Method: http.MethodDelete, Bucket: bucket, Key: v.Key, Query: url.Values{"versionId": {v.VersionID}}}
			if err := e.sending(admin, remove)(ctx); err != nil {
				return err
			}
		}
		return nil
	}
}
