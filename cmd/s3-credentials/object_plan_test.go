package main

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/internal/bulk"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// TestStepsAreAPlan prints steps one by one as a plan is printed that has them all.
func TestStepsAreAPlan(t *testing.T) {
	for _, keys := range [][]string{nil, {"a"}, {"a", "b\n\"c"}} {
		plan := &core.Plan{}
		for _, key := range keys {
			plan.Steps = append(plan.Steps, objectStep(core.Delete, "b", key))
		}
		whole, err := planValue(plan)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		err = printSteps(&out, yielded(keys), func(key string) (orderedjson.Object, error) { return stepValue(objectStep(core.Delete, "b", key)) })
		if want := orderedjson.Indented(whole, 4) + "\n"; err != nil || out.String() != want {
			t.Errorf("%v\n%s\nwant %s", err, &out, want)
		}
		if err := checkPlan(out.String()); err != nil {
			t.Error(err)
		}
	}
}

func TestABrokenListingIsNoPlan(t *testing.T) {
	broken := errors.New("broken")
	listing := func(yield func(string, error) bool) { _ = yield("a", nil) && yield("", broken) }
	var out bytes.Buffer
	err := printSteps(&out, listing, func(key string) (orderedjson.Object, error) { return stepValue(objectStep(core.Delete, "b", key)) })
	if err != broken || !strings.Contains(out.String(), `"name": "a"`) || checkPlan(out.String()) == nil {
		t.Errorf("%v: %s", err, &out)
	}
}

func TestFirstKeys(t *testing.T) {
	for n, want := range map[int]string{
		0: "", 2: "Would delete k\nWould delete k\n", 12: strings.Repeat("Would delete k\n", 10) + "... and 2 more\n",
		10_005: strings.Repeat("Would delete k\n", 10) + "... and more than 9990 more\n",
	} {
		show, err := firstKeys(yielded(slices.Repeat([]string{"k"}, n)))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if show(&out); out.String() != want {
			t.Errorf("%d: %s", n, &out)
		}
	}
}

func TestTheAuditLogBoundsFailures(t *testing.T) {
	failures := slices.Repeat([]bulk.Failure{{Name: "k", Err: errors.New("refused")}}, mostFailures+5)
	e := &execution{}
	e.noteObjects(objectStep(core.Delete, "b", ""), bulk.Summary{Done: 7, Failures: failures, MoreFailures: 3})
	if len(e.failures) != mostFailures+1 || orderedjson.Minimal(e.failures[mostFailures]) != `{"more":8}` {
		t.Errorf("%d, %v", len(e.failures), e.failures[len(e.failures)-1])
	}
	if got := orderedjson.Minimal(e.done[0].value); got != `{"verb":"delete","resource":{"kind":"object","name":null,"owner":null,"bucket":"b"},"objects":7}` {
		t.Error(got)
	}
}
