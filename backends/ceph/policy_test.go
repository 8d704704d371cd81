package ceph

import (
	"errors"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

func TestDocumentsAreSentAsTheyAreMeant(t *testing.T) {
	got, err := sendable("{\n \"Resource\": [\"arn:aws:s3:::b/a+b c%41/*\"]}")
	if want := `{"Resource":["arn:aws:s3:::b/a\u002bb\u0020c\u002541/*"]}`; err != nil || got != want {
		t.Errorf("got %s, %v", got, err)
	}
	for name, document := range map[string]string{
		"no JSON": "{", "a text that ends the gateway": `{"Resource":["arn:aws:s3:::b/` + strings.Repeat("x", maxText) + `"]}`,
	} {
		if _, err := sendable(document); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
