package driver

import "context"

type requestsKey struct{}

// WithRequests returns a context for calls whose requests to the system are noted: note gets the id that the system gave each one that it
// answered. It is called from several goroutines at once. What was noted before, by a context above, is still noted there.
func WithRequests(ctx context.Context, note func(id string)) context.Context {
	if above, ok := ctx.Value(requestsKey{}).(func(string)); ok {
		own := note
		note = func(id string) { own(id); above(id) }
	}
	return context.WithValue(ctx, requestsKey{}, note)
}

// NoteRequest notes the id of a request that the system has answered. A backend that sends its requests through the Transport of
// package s3fault need not call it.
func NoteRequest(ctx context.Context, id string) {
	if note, ok := ctx.Value(requestsKey{}).(func(string)); ok && id != "" {
		note(id)
	}
}
