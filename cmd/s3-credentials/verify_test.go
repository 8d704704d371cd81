package main

import (
	"testing"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

func TestAKeyThatNeverWorksIsNotWhatWasAskedFor(t *testing.T) {
	if code := cli.ExitCode(t.Context(), working(fault.New(fault.Unauthenticated, "the key is not known"))); code != cli.ExitDiffers {
		t.Errorf("exit code %d", code)
	}
	for _, err := range []error{nil, fault.New(fault.Unavailable, "the system is gone")} {
		if got := working(err); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
}
