package minio

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// abortWatcher records in an upload's abortResult whether minio-go's abort succeeded, which minio-go does not report.
type abortWatcher struct{ next http.RoundTripper }

// abortResult is the result of aborting one upload.
type abortResult struct {
	mu       sync.Mutex
	uploadID string
	failed   bool
}

type abortResultKey struct{}

// in returns a context whose requests are watched.
func (r *abortResult) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, abortResultKey{}, r)
}

// RoundTrip bounds an abort by cleanUpTime, since its caller may be waiting after Ctrl-C. After a failure it sends no
// further abort.
func (w *abortWatcher) RoundTrip(req *http.Request) (*http.Response, error) {
	result, watched := req.Context().Value(abortResultKey{}).(*abortResult)
	uploadID := req.URL.Query().Get("uploadId")
	if !watched || uploadID == "" || req.Method != http.MethodDelete {
		return w.next.RoundTrip(req)
	}
	result.mu.Lock()
	defer result.mu.Unlock()
	if result.failed {
		return nil, context.Canceled
	}
	ctx, cancel := context.WithTimeout(req.Context(), cleanUpTime)
	defer cancel()
	answer, err := w.next.RoundTrip(req.WithContext(ctx))
	result.uploadID = uploadID
	result.failed = err != nil || answer.StatusCode >= 300 && answer.StatusCode != http.StatusNotFound
	return answer, err
}

// withOrphanedParts adds the orphaned parts, if any, to an upload's error.
func (r *abortResult) withOrphanedParts(err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var known *fault.Error
	if !r.failed || !errors.As(err, &known) {
		return err
	}
	told := *known
	told.Message += "; parts of the upload " + r.uploadID + " stay on the server, because they could not be removed (that takes s3:AbortMultipartUpload)"
	return &told
}
