package minio

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// watchedTransport tells an upload's watch how the abort of its parts went, which minio-go does on its own and in silence.
type watchedTransport struct{ next http.RoundTripper }

// uploadWatch is what became of the parts of one upload.
type uploadWatch struct {
	mu       sync.Mutex
	uploadID string
	leftover bool
}

type uploadWatchKey struct{}

// in returns a context whose requests are watched.
func (w *uploadWatch) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, uploadWatchKey{}, w)
}

// RoundTrip sends. An abort gets only as much time as somebody who gave up is willing to wait.
func (t *watchedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	watch, watched := req.Context().Value(uploadWatchKey{}).(*uploadWatch)
	uploadID := req.URL.Query().Get("uploadId")
	if !watched || uploadID == "" || req.Method != http.MethodDelete {
		return t.next.RoundTrip(req)
	}
	if watch.isLeft() {
		return nil, context.Canceled
	}
	ctx, cancel := context.WithTimeout(req.Context(), cleanUpTime)
	defer cancel()
	answer, err := t.next.RoundTrip(req.WithContext(ctx))
	watch.note(uploadID, err != nil || answer.StatusCode >= 300 && answer.StatusCode != http.StatusNotFound)
	return answer, err
}

func (w *uploadWatch) isLeft() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.leftover
}

func (w *uploadWatch) note(uploadID string, leftover bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.uploadID, w.leftover = uploadID, leftover
}

// withLeftover adds to an error that parts stay behind, if they do.
func (w *uploadWatch) withLeftover(err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var known *fault.Error
	if !w.leftover || !errors.As(err, &known) {
		return err
	}
	told := *known
	told.Message += "; parts of the upload " + w.uploadID + " stay on the server, because they could not be removed (that takes s3:AbortMultipartUpload)"
	return &told
}
