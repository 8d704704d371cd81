package main

import (
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// TestADisabledUserHasAStatus is about the only users that have one.
func TestADisabledUserHasAStatus(t *testing.T) {
	for want, user := range map[string]driver.User{
		`{"UserName": "ann", "Status": "Disabled"}`: {Name: "ann", Disabled: true}, `{"UserName": "ann"}`: {Name: "ann"},
	} {
		if got := orderedjson.Compact(userRow(user)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
