package transfer_test

import (
	"slices"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
)

func TestKeysInXML(t *testing.T) {
	fit := []string{"a/b c+d%20<&>\"", "ü\t\n", " "}
	others := []string{"", "a\x01b", "a\rb", "a\xffb", "a\uffffb"}
	inXML, rest := transfer.SplitKeys(append(slices.Clone(fit), others...))
	if !slices.Equal(inXML, fit) || !slices.Equal(rest, others) {
		t.Errorf("got %q and %q", inXML, rest)
	}
}
