package s3fault_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// writerTo is a body with a WriteTo, as those of the AWS SDK.
type writerTo struct{ *strings.Reader }

func (writerTo) Close() error { return nil }

// TestBodiesHaveNoWriteTo checks that net/http never sees the WriteTo of a body: see sentBody for what it does.
func TestBodiesHaveNoWriteTo(t *testing.T) {
	req := request(t, "PUT", "/b/k", nil)
	req.Body = writerTo{strings.NewReader("body")}
	req.GetBody = func() (io.ReadCloser, error) { return writerTo{strings.NewReader("body")}, nil }
	_, _, err := send(func(req *http.Request) (*http.Response, error) {
		again, err := req.GetBody()
		if err != nil {
			t.Error(err)
		}
		for _, body := range []io.ReadCloser{req.Body, again} {
			if _, has := body.(io.WriterTo); has {
				t.Error("net/http sees the body's WriteTo")
			}
		}
		return respond(200, strings.NewReader(""))(req)
	}, req)
	if err != nil {
		t.Error(err)
	}
	_, _, err = send(func(req *http.Request) (*http.Response, error) {
		if req.Body != http.NoBody {
			t.Error("no body has become one")
		}
		return respond(200, strings.NewReader(""))(req)
	}, request(t, "PUT", "/b", http.NoBody))
	if err != nil {
		t.Error(err)
	}
}
