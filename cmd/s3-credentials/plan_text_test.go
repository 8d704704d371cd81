package main

import (
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// TestEachStepHasWords plans every kind of create: each step has words of its own, with all its facts.
func TestEachStepHasWords(t *testing.T) {
	bucketPolicies := []driver.Capability{driver.CapPolicyInline, driver.CapPolicyManaged, driver.CapPolicyBoundary, driver.CapRoles}
	for name, without := range map[string][]driver.Capability{"policies of users": nil, "bucket policies": bucketPolicies} {
		system := memory.New(memory.Options{Without: without})
		root := system.Root()
		d, err := system.Open(t.Context(), driver.Config{Credentials: &root})
		if err != nil {
			t.Fatal(err)
		}
		engine, err := core.New(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		for i, options := range []core.CreateOptions{
			{CreateBuckets: true, UserName: "ann", Website: true},
			{UserName: "ann", Access: policy.ReadOnly, ReplacePolicy: true},
			{UserName: "bob"},
			{UserName: "bob", Prefix: "in/", ReplacePolicy: true},
			{DurationSeconds: 900},
		} {
			options.Buckets = []string{"one"}
			plan, err := engine.PlanCreate(t.Context(), options)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range plan.Steps {
				checkWords(t, would(s))
				checkWords(t, wouldAlone(s))
				checkWords(t, did(s, core.Outcome{}))
				checkWords(t, did(s, core.Outcome{Existed: true}))
				if ignorable := s.Resource.Kind == core.KindUser || s.After != nil && s.After.Setting.PublicAccessBlock != nil; ignorable {
					checkWords(t, did(s, core.Outcome{Ignored: true}))
				}
			}
			for _, n := range plan.Notes {
				checkWords(t, noteText(n, "memory"))
			}
			if _, err := engine.Apply(t.Context(), plan, nil); err != nil {
				t.Fatalf("%s, run %d: %v", name, i, err)
			}
		}
	}
}

func checkWords(t *testing.T, text string) {
	t.Helper()
	if text == "" || strings.HasPrefix(text, "Done: ") || strings.Contains(text, "{name}") || strings.Contains(text, "''") {
		t.Errorf("no words for a step: %q", text)
	}
}
