package core_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// runs are the creates whose steps are failed in turn: on an empty system, and for a user and buckets that exist.
func runs(description driver.Description) map[string]core.CreateOptions {
	all := map[string]core.CreateOptions{
		"new":         {Buckets: []string{"one", "two"}, CreateBuckets: true, Access: policy.ReadOnly, Public: true},
		"one bucket":  {Buckets: []string{"there"}, Access: policy.WriteOnly, Prefix: "in/", Public: true},
		"other rules": {Buckets: []string{"there", "new"}, CreateBuckets: true, UserName: "known", Access: policy.ReadOnly, ReplacePolicy: true},
	}
	if description.Has(driver.CapPolicyGrant) && !description.Has(driver.CapPolicyInline) && !description.Has(driver.CapPolicyPrincipal) {
		all["one bucket"] = core.CreateOptions{Buckets: []string{"there"}, Access: policy.Write | policy.Delete, Public: true}
	}
	if !description.Has(driver.CapAccessKeys) {
		delete(all, "other rules") // such a user can have no further key
	}
	if description.Has(driver.CapSessions) {
		all["session"] = core.CreateOptions{Buckets: []string{"fresh"}, CreateBuckets: true, DurationSeconds: 900}
	}
	return all
}

// prepared is a system with a bucket "there" and a user "known", who may read and write it.
func prepared(t *testing.T, options memory.Options) driver.Driver {
	t.Helper()
	d := open(t, options)
	create(t, engine(t, d), core.CreateOptions{Buckets: []string{"there"}, CreateBuckets: true, UserName: "known"})
	return d
}

// TestEachStepFails fails each step of create in turn, in each way, on each kind of system. Where the system answers
// afterwards, it must be as it was before; where it is gone, the error must name all that is left.
func TestEachStepFails(t *testing.T) {
	for kind, options := range kinds {
		description, err := open(t, options).Describe(t.Context())
		must(t, err)
		for name, run := range runs(description) {
			for how, says := range map[failure]string{refused: "refused", lost: "lost", killed: "killed", killedAfter: "killed after"} {
				t.Run(fmt.Sprintf("%s/%s/%s", kind, name, says), func(t *testing.T) { failEachStep(t, options, run, how) })
			}
		}
	}
}

func failEachStep(t *testing.T, options memory.Options, run core.CreateOptions, how failure) {
	for at := 1; ; at++ {
		d := prepared(t, options)
		before := snapshot(t, d)
		broken := &faulty{Driver: d, at: at, how: how}
		e := engine(t, broken)
		plan, err := e.PlanCreate(t.Context(), run)
		must(t, err)
		if at > len(plan.Steps) {
			if at == 1 {
				t.Fatal("the plan has no steps")
			}
			return
		}
		_, err = e.Apply(t.Context(), plan, nil)
		if err == nil {
			t.Fatalf("step %d (%s): no error", at, plan.Steps[at-1])
		}
		checkAftermath(t, plan.Steps[at-1], how, before, snapshot(t, d), err)
	}
}

// checkAftermath checks what a failed run left, and that it says so.
func checkAftermath(t *testing.T, step core.Step, how failure, before, after []string, err error) {
	t.Helper()
	var failed *core.ApplyError
	if !errors.As(err, &failed) {
		t.Fatalf("%s: the error is no ApplyError: %v", step, err)
	}
	if how == refused || (how == lost && len(failed.Orphans) == 0) {
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("%s: the system is not as it was (-before +after):\n%s\nthe error: %v", step, diff, err)
		}
		return
	}
	for _, line := range after {
		thing, _, _ := strings.Cut(line, " = ")
		if slices.Contains(before, line) {
			continue
		}
		if !names(failed, thing) {
			t.Errorf("%s: %q is left behind and the error does not say so: %v", step, thing, err)
		}
	}
}

// names reports whether the error names a thing as left behind: itself, or what it belongs to.
func names(failed *core.ApplyError, thing string) bool {
	for _, l := range failed.Orphans {
		left := l.Step.Resource.String()
		if strings.HasPrefix(thing, left) || strings.HasSuffix(thing, left) || belongs(thing, left) {
			return true
		}
	}
	return false
}

// belongs reports whether a setting of a bucket is what a leftover's words are about.
func belongs(thing, leftover string) bool {
	_, bucket, isSetting := strings.Cut(thing, " of bucket ")
	return isSetting && strings.HasSuffix(leftover, "bucket "+bucket)
}

// TestInterrupted ends the context after each step in turn.
func TestInterrupted(t *testing.T) {
	run := core.CreateOptions{Buckets: []string{"one", "two"}, CreateBuckets: true, Public: true}
	for at := 1; ; at++ {
		d := prepared(t, memory.Options{})
		before := snapshot(t, d)
		e := engine(t, d)
		plan, err := e.PlanCreate(t.Context(), run)
		must(t, err)
		if at >= len(plan.Steps) {
			return
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := 0
		_, err = e.Apply(ctx, plan, func(core.Step, core.Outcome) {
			if done++; done == at {
				cancel()
			}
		})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("interrupted after step %d: %v", at, err)
		}
		if diff := cmp.Diff(before, snapshot(t, d)); diff != "" {
			t.Errorf("interrupted after step %d, the system is not as it was (-before +after):\n%s", at, diff)
		}
		if !strings.HasPrefix(err.Error(), "interrupted; undone: ") {
			t.Errorf("the error does not say what was undone: %v", err)
		}
	}
}

// TestRollback rolls a plan back that was applied, for a caller who could not hand on the key.
func TestRollback(t *testing.T) {
	d := prepared(t, memory.Options{})
	before := snapshot(t, d)
	e := engine(t, d)
	plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true})
	must(t, err)
	applied, err := e.Apply(t.Context(), plan, nil)
	must(t, err)
	err = applied.Rollback(t.Context(), "printing the credentials", fault.New(fault.Unavailable, "the output is closed"))
	if diff := cmp.Diff(before, snapshot(t, d)); diff != "" {
		t.Errorf("the system is not as it was (-before +after):\n%s", diff)
	}
	wantCode(t, err, fault.Unavailable)
}

// TestAHandMadePlan applies each verb to each kind of resource, with nothing else said: every step is done or refused.
func TestAHandMadePlan(t *testing.T) {
	d := prepared(t, memory.Options{})
	e := engine(t, d)
	verbs := []core.Verb{core.Create, core.Replace, core.Delete, core.Attach, core.Detach, core.Put, core.Open, "", "unknown"}
	kinds := []core.ResourceKind{
		core.KindBucket, core.KindBucketSetting, core.KindUser, core.KindAccessKey, core.KindPolicy, core.KindGrant, core.KindRights, core.KindRole,
		core.KindAttachment, core.KindSession, "", "unknown",
	}
	refused := 0
	for _, verb := range verbs {
		for _, kind := range kinds {
			step := core.Step{Verb: verb, Resource: core.Resource{Kind: kind, Name: "missing"}}
			_, err := e.Apply(t.Context(), &core.Plan{Steps: []core.Step{step, {Verb: "unknown"}}}, nil)
			if err == nil {
				t.Errorf("%s %s: no error", verb, kind)
			}
			if failed := new(core.ApplyError); verb == core.Delete && errors.As(err, &failed) && len(failed.RolledBack) > 0 {
				t.Errorf("%s %s: what is gone cannot be made again: %v", verb, kind, err)
			}
			if fault.CodeOf(err) == fault.InvalidArgument {
				refused++
			}
		}
	}
	if refused < len(verbs)*len(kinds)/2 {
		t.Errorf("only %d of %d steps are refused as invalid", refused, len(verbs)*len(kinds))
	}
	if _, err := e.Apply(t.Context(), &core.Plan{}, nil); err != nil {
		t.Errorf("an empty plan: %v", err)
	}
	made := core.Step{Verb: core.Create, Resource: core.Resource{Kind: core.KindBucket, Name: "by-hand"}}
	_, err := e.Apply(t.Context(), &core.Plan{Steps: []core.Step{made}}, nil)
	must(t, err)
	_, err = d.HeadBucket(t.Context(), driver.HeadBucketRequest{Bucket: "by-hand"})
	must(t, err)
}

// TestAPlanIsData makes the same plan again from its JSON, and applies that.
func TestAPlanIsData(t *testing.T) {
	d := prepared(t, memory.Options{})
	e := engine(t, d)
	plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, Public: true})
	must(t, err)
	text, err := json.Marshal(plan)
	must(t, err)
	var read core.Plan
	must(t, json.Unmarshal(text, &read))
	if diff := cmp.Diff(plan, &read); diff != "" {
		t.Fatalf("the plan is not what its JSON says (-made +read):\n%s", diff)
	}
	applied, err := e.Apply(t.Context(), &read, nil)
	must(t, err)
	if applied.Result().AccessKey == nil {
		t.Error("the plan made no key")
	}
}

// firstKey is the id of the first access key that a user has.
func firstKey(t *testing.T, e *core.Engine, user string) string {
	t.Helper()
	for key, err := range e.ListAccessKeys(t.Context(), driver.ListAccessKeysRequest{UserName: user}) {
		must(t, err)
		return key.AccessKeyID
	}
	t.Fatalf("user %s has no access key", user)
	return ""
}

// TestRollbackLeavesFinalSteps fails after a final step and after one that is not.
func TestRollbackLeavesFinalSteps(t *testing.T) {
	for _, final := range []bool{false, true} {
		d := prepared(t, memory.Options{})
		before := snapshot(t, d)
		e := engine(t, d)
		plan, err := e.PlanDeleteUser(t.Context(), "known")
		must(t, err)
		policy := plan.Steps[0]
		document, err := e.GetPolicy(t.Context(), driver.GetPolicyRequest{Principal: policy.Resource.Owner, Name: policy.Resource.Name})
		must(t, err)
		policy.Before, policy.Final = &core.State{Document: document.Document}, final
		_, err = e.Apply(t.Context(), &core.Plan{Steps: []core.Step{policy, {Verb: "unknown"}}}, nil)
		wantCode(t, err, fault.InvalidArgument)
		if same := cmp.Equal(before, snapshot(t, d)); same == final {
			t.Errorf("final %v: the system is as it was: %v", final, same)
		}
	}
}

// TestRollbackLeavesFinalDetachments: an attachment could be put back, but not where it is gone for good.
func TestRollbackLeavesFinalDetachments(t *testing.T) {
	for _, final := range []bool{false, true} {
		d := open(t, memory.Options{})
		e := engine(t, d)
		_, result := create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true})
		owner := driver.UserPrincipal(result.AccessKey.UserName)
		const arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
		must(t, e.AttachPolicy(t.Context(), driver.AttachPolicyRequest{Principal: owner, PolicyARN: arn}))
		detach := core.Step{Verb: core.Detach, Resource: core.Resource{Kind: core.KindAttachment, Name: arn, Owner: owner}, Final: final}
		_, err := e.Apply(t.Context(), &core.Plan{Steps: []core.Step{detach, {Verb: "unknown"}}}, nil)
		wantCode(t, err, fault.InvalidArgument)
		attached := 0
		for _, err := range e.ListAttachedPolicies(t.Context(), driver.ListPoliciesRequest{Principal: owner}) {
			must(t, err)
			attached++
		}
		if final == (attached > 0) {
			t.Errorf("final %v: %d policies are attached", final, attached)
		}
	}
}

// TestSettingsEndWithTheirBucket rolls back a bucket that the plan made: what was set on it needs no step of its own.
func TestSettingsEndWithTheirBucket(t *testing.T) {
	d := prepared(t, memory.Options{})
	e := engine(t, d)
	plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, Website: true})
	must(t, err)
	applied, err := e.Apply(t.Context(), plan, nil)
	must(t, err)
	var failed *core.ApplyError
	if !errors.As(applied.Rollback(t.Context(), "it", errGone), &failed) {
		t.Fatal("no ApplyError")
	}
	for _, s := range failed.RolledBack {
		if s.Resource.Kind == core.KindBucketSetting {
			t.Errorf("rolled back by itself: %s", s)
		}
	}
}

// forgetful is a driver whose removals happen, but are answered as if there had been nothing: what a request meets that is sent
// again after its answer was lost, and one that somebody else came before.
type forgetful struct{ driver.Driver }

func (d forgetful) DeletePolicy(ctx context.Context, req driver.DeletePolicyRequest) error {
	if err := d.Driver.DeletePolicy(ctx, req); err != nil {
		return err
	}
	return fault.New(fault.NotFound, "there is no such policy")
}

func (d forgetful) DeleteAccessKey(ctx context.Context, req driver.DeleteAccessKeyRequest) error {
	if err := d.Driver.DeleteAccessKey(ctx, req); err != nil {
		return err
	}
	return fault.New(fault.NotFound, "there is no such key")
}

// TestARemovalThatFindsNothingIsDone narrows a user's access, and deletes the user.
func TestARemovalThatFindsNothingIsDone(t *testing.T) {
	d := forgetful{prepared(t, memory.Options{})}
	e := engine(t, d)
	create(t, e, core.CreateOptions{Buckets: []string{"there"}, UserName: "known", Access: policy.ReadOnly, ReplacePolicy: true})
	wantGrants(t, e, "known", "s3.read-only.there")
	remove(t, e, "known")
}
