package core_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// keyed are the kinds of systems whose users can have several keys.
var keyed = []string{"with policies of users", "with bucket policies"}

// TestAccessChangesOnlyWhenAskedFor runs create again for a user, with access that differs from what its key has.
func TestAccessChangesOnlyWhenAskedFor(t *testing.T) {
	for _, kind := range keyed {
		for name, again := range map[string]core.CreateOptions{
			"another prefix":  {Buckets: []string{"one"}, Prefix: "team-b/"},
			"narrower":        {Buckets: []string{"one"}, Prefix: "team-a/", Access: policy.ReadOnly},
			"a statement":     {Buckets: []string{"one"}, Prefix: "team-a/", Statements: []policy.Statement{{Effect: policy.Allow, Action: []string{"s3:GetObject"}, Resource: []string{"arn:aws:s3:::one/x"}}}},
			"one more bucket": {Buckets: []string{"one", "two"}, Prefix: "team-a/"},
			"another bucket":  {Buckets: []string{"two"}, Prefix: "team-a/"},
		} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				d := open(t, kinds[kind])
				e := engine(t, d)
				must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "two"}))
				_, first := create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann", Prefix: "team-a/"})
				before := snapshot(t, d)
				again.UserName = "ann"
				_, err := e.PlanCreate(t.Context(), again)
				wantCode(t, err, fault.FailedPrecondition)
				if fault.HintOf(err) != fault.HintReplacePolicy {
					t.Errorf("the hint is %q", fault.HintOf(err))
				}
				for _, says := range []string{"user 'ann' has 1 access key (" + first.AccessKey.AccessKeyID + ")", again.Buckets[len(again.Buckets)-1]} {
					if !strings.Contains(err.Error(), says) {
						t.Errorf("the error does not say %q: %v", says, err)
					}
				}
				if diff := cmp.Diff(before, snapshot(t, d)); diff != "" {
					t.Errorf("the refusal changed something (-before +after):\n%s", diff)
				}
				again.ReplacePolicy = true
				plan, result := create(t, e, again)
				if result.UserKeys != 2 || len(warnings(plan)) == 0 || !strings.Contains(warnings(plan)[0].Detail, first.AccessKey.AccessKeyID) {
					t.Errorf("when asked for, the user has %d keys and the notes are %v", result.UserKeys, plan.Notes)
				}
			})
		}
	}
}

// TestAccessThatWouldChangeComesBeforeTheLimitOfKeys gives a user as many keys as there may be. Whoever asks for other access
// reads of that first, and of the limit where the access stays.
func TestAccessThatWouldChangeComesBeforeTheLimitOfKeys(t *testing.T) {
	e := engine(t, open(t, memory.Options{}))
	run := core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true}
	create(t, e, run)
	create(t, e, run)
	_, err := e.PlanCreate(t.Context(), run)
	wantCode(t, err, fault.ResourceExhausted)
	run.Prefix = "team-b/"
	_, err = e.PlanCreate(t.Context(), run)
	wantCode(t, err, fault.FailedPrecondition)
}

func warnings(plan *core.Plan) (found []core.Note) {
	for _, n := range plan.Notes {
		if n.Warning() {
			found = append(found, n)
		}
	}
	return found
}

// TestAUserWithoutKeysGetsItsFirstPolicy gives a user without keys access: nobody has had it before. A policy that it has
// already changes only when asked for all the same.
func TestAUserWithoutKeysGetsItsFirstPolicy(t *testing.T) {
	for _, kind := range keyed {
		t.Run(kind, func(t *testing.T) {
			d := open(t, kinds[kind])
			e := engine(t, d)
			_, err := d.CreateUser(t.Context(), driver.CreateUserRequest{Name: "ann"})
			must(t, err)
			run := core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann"}
			plan, result := create(t, e, run)
			if len(warnings(plan)) > 0 || result.UserKeys != 1 {
				t.Errorf("%d keys, notes %v", result.UserKeys, plan.Notes)
			}
			must(t, d.DeleteAccessKey(t.Context(), driver.DeleteAccessKeyRequest{UserName: "ann", AccessKeyID: result.AccessKey.AccessKeyID}))
			run.Prefix = "in/"
			_, err = e.PlanCreate(t.Context(), run)
			wantCode(t, err, fault.FailedPrecondition)
		})
	}
}

// TestCreateNarrows gives a user less than it had: nothing of the older, wider grant may stay.
func TestCreateNarrows(t *testing.T) {
	for _, kind := range keyed {
		t.Run(kind, func(t *testing.T) {
			e := engine(t, open(t, kinds[kind]))
			run := core.CreateOptions{Buckets: []string{"one", "two"}, CreateBuckets: true, UserName: "ann", ReplacePolicy: true}
			create(t, e, run)
			run.Access, run.Buckets = policy.ReadOnly, []string{"one"}
			create(t, e, run)
			found := policiesOf(t, e, "ann")
			if len(found) != 2 || found["s3.read-only.one"] == "" || found["s3.read-write.two"] == "" {
				t.Errorf("the grants are %v", found)
			}
			if strings.Contains(found["s3.read-only.one"], "PutObject") {
				t.Error("the user may still write")
			}
		})
	}
}

func TestAReplacedPolicyIsInThePlan(t *testing.T) {
	e := engine(t, open(t, kinds["with policies of users"]))
	run := core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, Prefix: "in/", ReplacePolicy: true}
	_, first := create(t, e, run)
	run.Prefix = ""
	plan, err := e.PlanCreate(t.Context(), run)
	must(t, err)
	if step := plan.Steps[0]; step.Verb != core.Replace || step.Before == nil || !strings.Contains(step.Before.Document, "in/*") {
		t.Errorf("the step does not say what it replaces: %+v", step)
	}
	changed := core.Resource{Kind: core.KindPolicy, Name: "s3.read-write.one", Owner: driver.UserPrincipal("s3.read-write.one")}
	want := []core.Note{{Code: core.NotePolicyChanged, Resource: changed, Detail: first.AccessKey.AccessKeyID}}
	if diff := cmp.Diff(want, warnings(plan)); diff != "" {
		t.Errorf("the warnings (-want +got):\n%s", diff)
	}
}

// TestAReplacedPolicyThatComesBack lets another run put the wider policy back before the key is handed out.
func TestAReplacedPolicyThatComesBack(t *testing.T) {
	d := openInterrupted(t, "with policies of users")
	e, waits := patient(t, d)
	run := core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann", ReplacePolicy: true}
	create(t, e, run)
	wide := policiesOf(t, e, "ann")["s3.read-write.one"]
	run.Access = policy.ReadOnly
	plan, err := e.PlanCreate(t.Context(), run)
	must(t, err)
	d.before("CreateAccessKey", func() {
		must(t, d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: driver.UserPrincipal("ann"), Name: "s3.read-write.one", Document: wide}))
	})
	_, err = e.Apply(t.Context(), plan, nil)
	wantCode(t, err, fault.Aborted)
	if *waits != 19 || !strings.Contains(err.Error(), "s3.read-write.one") {
		t.Errorf("after %d waits: %v", *waits, err)
	}
	wantGrants(t, e, "ann", "s3.read-write.one")
}
