package s3fault

import (
	"context"
	"net/url"
	"sync"
)

// Listing returns the context for the requests of one listing, a page after another. A [Transport] fails a request of it when
// the endpoint has led it back to a page that it had before, so that the listing would never end. What it remembers does not
// grow with the pages: it notices a circle before its third round ends.
func Listing(ctx context.Context) context.Context {
	return context.WithValue(ctx, listingKey{}, &pages{after: 1})
}

type listingKey struct{}

// pages are those that a listing had. One token is kept, and exchanged after 1, 2, 4, ... pages: sooner or later it is one of
// the circle, and is met again before it is exchanged. This is Brent's algorithm.
type pages struct {
	mu           sync.Mutex
	token        string
	count, after int
}

// repeated takes in the token of a page that came, and reports whether the page came before.
func repeated(ctx context.Context, token string) bool {
	p, ok := ctx.Value(listingKey{}).(*pages)
	if !ok || token == "" {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if token == p.token {
		return true
	}
	if p.count++; p.count == p.after {
		p.token, p.count, p.after = token, 0, 2*p.after
	}
	return false
}

// pageOf names the page of a listing that a request to S3, or to an API beside it, asks for; empty for the first.
func pageOf(query url.Values) string {
	return query.Get("marker") + query.Get("continuation-token") + query.Get("key-marker") + query.Get("version-id-marker") + query.Get("upload-id-marker")
}
