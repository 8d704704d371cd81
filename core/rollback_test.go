package core_test

import (
	"errors"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// TestWhatCannotBePutBackIsLeftBehind rolls back removals from a user who is gone: they are not undone, and named.
func TestWhatCannotBePutBackIsLeftBehind(t *testing.T) {
	e := engine(t, open(t, memory.Options{}))
	nobody := driver.UserPrincipal("nobody")
	for _, step := range []core.Step{
		{Verb: core.Detach, Resource: core.Resource{Kind: core.KindAttachment, Name: "arn:aws:iam::aws:policy/AmazonS3FullAccess", Owner: nobody}},
		{Verb: core.Delete, Resource: core.Resource{Kind: core.KindPolicy, Name: "p", Owner: nobody}, Before: &core.State{Document: "{}"}},
	} {
		// A removal that finds nothing counts as done.
		_, err := e.Apply(t.Context(), &core.Plan{Steps: []core.Step{step, {Verb: "unknown"}}}, nil)
		var failed *core.ApplyError
		if !errors.As(err, &failed) || len(failed.RolledBack) != 0 || len(failed.Orphans) != 1 || !errors.Is(failed.Orphans[0].Err, fault.NotFound) {
			t.Errorf("%s %s: %v", step.Verb, step.Resource.Kind, err)
		}
	}
}
