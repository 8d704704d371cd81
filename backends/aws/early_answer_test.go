package aws

import (
	"io"
	"net/http"
	"strings"
	"testing"

	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// TestBodiesHaveNoWriteTo checks that net/http never sees the WriteTo of the SDK's bodies: see readOnly for what it does.
func TestBodiesHaveNoWriteTo(t *testing.T) {
	made := smithyhttp.NewStackRequest().(*smithyhttp.Request)
	made, err := made.SetStream(strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	req := made.Build(t.Context())
	if _, has := req.Body.(io.WriterTo); !has {
		t.Fatal("the SDK's bodies have no WriteTo any more, and readOnly can go")
	}
	hideWriteTo(req)
	if _, has := req.Body.(io.WriterTo); has {
		t.Error("net/http sees the body's WriteTo")
	}
	none := &http.Request{Body: http.NoBody}
	hideWriteTo(none)
	if none.Body != http.NoBody {
		t.Error("no body has become one")
	}
}
