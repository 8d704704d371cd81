package core_test

import (
	"context"
	"errors"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
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

// TestANarrowingThatCannotBePutBackStays fails to put back the policy that a narrowing has removed. What was put in its place stays:
// the user's keys have some access.
func TestANarrowingThatCannotBePutBackStays(t *testing.T) {
	gone := false
	d := open(t, memory.Options{Before: func(_ context.Context, method string) error {
		if gone && method == "PutPolicy" {
			return errGone
		}
		return nil
	}})
	e := engine(t, d)
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann"})
	plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, UserName: "ann", Access: policy.ReadOnly, ReplacePolicy: true})
	must(t, err)
	applied, err := e.Apply(t.Context(), plan, nil)
	must(t, err)
	gone = true
	err = applied.Rollback(t.Context(), "it", errGone)
	gone = false
	wantOrphans(t, err, "policy 's3.read-write.one' of user 'ann'", "policy 's3.read-only.one' of user 'ann'")
	wantGrants(t, e, "ann", "s3.read-only.one")
}
