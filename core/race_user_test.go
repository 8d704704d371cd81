package core_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// furnished is a system whose users have items, or whose caller may not list them.
type furnished struct {
	driver.Driver
	items  []driver.UserItem
	denied error
}

func (d furnished) ListUserItems(context.Context, driver.ListUserItemsRequest) iter.Seq2[driver.UserItem, error] {
	return func(yield func(driver.UserItem, error) bool) {
		for _, i := range d.items {
			if !yield(i, nil) {
				return
			}
		}
		if d.denied != nil {
			yield(driver.UserItem{}, d.denied)
		}
	}
}

var errMayNot = fault.New(fault.PermissionDenied, "these credentials may not")

// TestFurtherAccessIsNoted makes a key for a user that may do more than the plan gives.
func TestFurtherAccessIsNoted(t *testing.T) {
	run := core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann"}
	for _, kind := range keyed {
		t.Run(kind, func(t *testing.T) {
			d := open(t, kinds[kind])
			e := engine(t, furnished{d, []driver.UserItem{{Kind: driver.ItemGroup, Name: "admins"}, {Kind: "SSH public key", Name: "k"}}, errMayNot})
			create(t, e, run)
			other := run
			other.Buckets, other.ReplacePolicy = []string{"my.two"}, true
			create(t, e, other)
			want := []string{"s3.read-write.one", "group admins"}
			if e.Description().Has(driver.CapPolicyManaged) {
				arn := e.Description().Boundaries.ReadWrite
				must(t, d.AttachPolicy(t.Context(), driver.AttachPolicyRequest{Principal: driver.UserPrincipal("ann"), PolicyARN: arn}))
				want = append(want, "attached policy "+arn)
			}
			must(t, d.DeleteAccessKey(t.Context(), driver.DeleteAccessKeyRequest{UserName: "ann", AccessKeyID: firstKey(t, e, "ann")}))
			plan, _ := create(t, e, other)
			if hidden := slices.ContainsFunc(plan.Notes, func(n core.Note) bool { return n.Code == core.NoteHiddenAccess && n.Detail == "groups or a password" }); !hidden {
				t.Errorf("what may not be listed is not noted: %v", plan.Notes)
			}
			notes := warnings(plan)
			if len(notes) != 1 || notes[0].Code != core.NoteFurtherAccess {
				t.Fatalf("the warnings are %+v", notes)
			}
			for _, w := range want {
				if !strings.Contains(notes[0].Detail, w) {
					t.Errorf("%q is not said: %s", w, notes[0].Detail)
				}
			}
			for _, w := range []string{"my.two", "SSH"} {
				if strings.Contains(notes[0].Detail, w) {
					t.Errorf("%q is said: %s", w, notes[0].Detail)
				}
			}
		})
	}
}

// TestAPasswordCountsAsAKey gives access to a user without access keys whom somebody can be all the same.
func TestAPasswordCountsAsAKey(t *testing.T) {
	for _, kind := range keyed {
		d := open(t, kinds[kind])
		must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
		_, err := d.CreateUser(t.Context(), driver.CreateUserRequest{Name: "ann"})
		must(t, err)
		run := core.CreateOptions{Buckets: []string{"one"}, UserName: "ann"}
		_, err = engine(t, d).PlanCreate(t.Context(), run)
		must(t, err)
		_, err = engine(t, furnished{Driver: d, items: []driver.UserItem{{Kind: driver.ItemPassword}}}).PlanCreate(t.Context(), run)
		wantCode(t, err, fault.FailedPrecondition)
		if !strings.Contains(err.Error(), "has a password or secret of its own, whose access would change") {
			t.Error(err)
		}
	}
}

// TestAnOwnSecretIsNoted gives access to a user whose own secret somebody may know.
func TestAnOwnSecretIsNoted(t *testing.T) {
	for _, kind := range []driver.UserItemKind{driver.ItemSecret, driver.ItemPassword} {
		d := open(t, memory.Options{})
		must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
		_, err := d.CreateUser(t.Context(), driver.CreateUserRequest{Name: "ann"})
		must(t, err)
		e := engine(t, furnished{Driver: d, items: []driver.UserItem{{Kind: kind}}})
		run := core.CreateOptions{Buckets: []string{"one"}, UserName: "ann", ReplacePolicy: true}
		for again, want := range []bool{true, false} {
			plan, _ := create(t, e, run)
			if got := slices.ContainsFunc(warnings(plan), func(n core.Note) bool { return n.Code == core.NoteOwnSecret }); got != want {
				t.Errorf("%s, run %d: noted: %v", kind, again, got)
			}
		}
	}
}

// twoRuns are two runs that were planned before either was applied: for a user who is there, with or without a key. Other is what
// the second one asks for.
func twoRuns(t *testing.T, d driver.Driver, e *core.Engine, first, other core.CreateOptions) (*core.Plan, *core.Plan) {
	t.Helper()
	one, err := e.PlanCreate(t.Context(), first)
	must(t, err)
	two, err := engine(t, d).PlanCreate(t.Context(), other)
	must(t, err)
	return one, two
}

// TestANarrowingStays narrows the access of a user while another run makes a further key with the former access. The access is not
// widened again: not by that run, and not by its rollback.
func TestANarrowingStays(t *testing.T) {
	for _, kind := range keyed {
		for _, moment := range []string{"before", "CreateAccessKey"} {
			t.Run(kind+"/"+moment, func(t *testing.T) {
				d := openInterrupted(t, kind)
				e, _ := patient(t, d)
				wide := core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann"}
				create(t, e, wide)
				narrow := wide
				narrow.Prefix, narrow.ReplacePolicy = "a/", true
				must(t, d.DeleteAccessKey(t.Context(), driver.DeleteAccessKeyRequest{UserName: "ann", AccessKeyID: firstKey(t, e, "ann")}))
				again, narrowing := twoRuns(t, d.Driver, e, wide, narrow)
				var narrowed []string
				narrowNow := func() {
					_, err := engine(t, d.Driver).Apply(t.Context(), narrowing, nil)
					must(t, err)
					narrowed = snapshot(t, d.Driver)
				}
				if moment == "before" {
					narrowNow()
				} else {
					d.before(moment, narrowNow)
				}
				_, err := e.Apply(t.Context(), again, nil)
				if err == nil {
					t.Fatal("the wide key was handed out")
				}
				if diff := cmp.Diff(narrowed, snapshot(t, d.Driver)); diff != "" {
					t.Errorf("%v; the narrowing is taken back (-narrowed +after):\n%s", err, diff)
				}
			})
		}
	}
}

// TestTwoRunsForAUserWithoutKeys gives a user without keys two different accesses at once. One key alone is handed out.
func TestTwoRunsForAUserWithoutKeys(t *testing.T) {
	for _, kind := range keyed {
		for _, moment := range []string{"before", "CreateAccessKey"} {
			t.Run(kind+"/"+moment, func(t *testing.T) {
				d := openInterrupted(t, kind)
				e, _ := patient(t, d)
				must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
				_, err := d.CreateUser(t.Context(), driver.CreateUserRequest{Name: "ann"})
				must(t, err)
				a, b := twoRuns(t, d.Driver, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "ann", Prefix: "a/"},
					core.CreateOptions{Buckets: []string{"one"}, UserName: "ann", Prefix: "b/"})
				var failed error
				other := func() { _, failed = engine(t, d.Driver).Apply(t.Context(), b, nil) }
				if moment == "before" {
					other()
				} else {
					d.before(moment, other)
				}
				_, err = e.Apply(t.Context(), a, nil)
				if (err == nil) == (failed == nil) {
					t.Errorf("one came to %v, the other to %v", err, failed)
				}
				keys := 0
				for _, err := range e.ListAccessKeys(t.Context(), driver.ListAccessKeysRequest{UserName: "ann"}) {
					must(t, err)
					keys++
				}
				if keys != 1 {
					t.Errorf("there are %d keys", keys)
				}
			})
		}
	}
}

// TestAnotherRunIsDoneFirst lets another run find a user that this one has just made, and hand out a key. Its access stays what it is:
// with the same access this run succeeds too, and with another it fails.
func TestAnotherRunIsDoneFirst(t *testing.T) {
	run := core.CreateOptions{Buckets: []string{"one"}, UserName: "ann", Prefix: "a/"}
	for _, kind := range keyed {
		for what, other := range map[string]core.CreateOptions{
			"same":    run,
			"prefix":  {Buckets: run.Buckets, UserName: "ann", Prefix: "b/"},
			"bucket":  {Buckets: []string{"two"}, UserName: "ann"},
			"actions": {Buckets: run.Buckets, UserName: "ann", Prefix: "a/", Access: policy.ReadOnly},
		} {
			t.Run(kind+"/"+what, func(t *testing.T) {
				d := open(t, kinds[kind])
				e, _ := patient(t, d)
				must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
				must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "two"}))
				plan, err := e.PlanCreate(t.Context(), run)
				must(t, err)
				var done []string
				_, err = e.Apply(t.Context(), plan, func(s core.Step, _ core.Outcome) {
					if s.Resource.Kind == core.KindUser {
						create(t, engine(t, d), other)
						done = snapshot(t, d)
					}
				})
				if what == "same" {
					must(t, err)
					return
				}
				wantCode(t, err, fault.FailedPrecondition)
				if diff := cmp.Diff(done, snapshot(t, d)); diff != "" {
					t.Errorf("%v; what was handed out is not what it was (-before +after):\n%s", err, diff)
				}
			})
		}
	}
}

// hesitant is a system that takes half a second to give access.
type hesitant struct{ driver.Driver }

func (d hesitant) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	time.Sleep(time.Second / 2)
	return d.Driver.PutPolicy(ctx, req)
}

func (d hesitant) PutBucketSetting(ctx context.Context, req driver.PutBucketSettingRequest) error {
	time.Sleep(time.Second / 2)
	return d.Driver.PutBucketSetting(ctx, req)
}

// TestAUserThatIsBeingMade lets another run find a user that this one, which is slow, has just made. It gives way.
func TestAUserThatIsBeingMade(t *testing.T) {
	for _, kind := range keyed {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := open(t, kinds[kind])
				must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
				run := core.CreateOptions{Buckets: []string{"one"}, UserName: "ann", Prefix: "a/"}
				this, err := core.New(t.Context(), hesitant{d})
				must(t, err)
				other, err := core.New(t.Context(), d)
				must(t, err)
				plan, err := this.PlanCreate(t.Context(), run)
				must(t, err)
				ended := make(chan error)
				_, err = this.Apply(t.Context(), plan, func(s core.Step, _ core.Outcome) {
					if s.Resource.Kind != core.KindUser {
						return
					}
					run.Prefix = "b/"
					theirs, err := other.PlanCreate(t.Context(), run)
					must(t, err)
					go func() {
						_, err := other.Apply(t.Context(), theirs, nil)
						ended <- err
					}()
				})
				must(t, err)
				wantCode(t, <-ended, fault.FailedPrecondition)
			})
		})
	}
}

// TestWhatAUserGetsMeanwhile lets another run give the user something while a key is made: a policy that the new key would have
// too is refused, and a key that has the new access too is named.
func TestWhatAUserGetsMeanwhile(t *testing.T) {
	d := openInterrupted(t, "with policies of users")
	e, _ := patient(t, d)
	must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
	_, err := d.CreateUser(t.Context(), driver.CreateUserRequest{Name: "ann"})
	must(t, err)
	before := snapshot(t, d.Driver)
	plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, UserName: "ann"})
	must(t, err)
	document, err := policy.Build(policy.Grants(policy.ReadOnly, "", "two"), policy.Options{})
	must(t, err)
	theirs := driver.PutPolicyRequest{Principal: driver.UserPrincipal("ann"), Name: "theirs", Document: document.JSON()}
	d.before("CreateAccessKey", func() { must(t, d.PutPolicy(t.Context(), theirs)) })
	_, err = e.Apply(t.Context(), plan, nil)
	wantCode(t, err, fault.Aborted)
	must(t, d.DeletePolicy(t.Context(), driver.DeletePolicyRequest{Principal: theirs.Principal, Name: theirs.Name}))
	if diff := cmp.Diff(before, snapshot(t, d.Driver)); diff != "" {
		t.Errorf("%v; the system is not as it was (-before +after):\n%s", err, diff)
	}
	var key driver.AccessKey
	d.before("CreateAccessKey", func() {
		key, err = d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "ann"})
		must(t, err)
	})
	applied, err := e.Apply(t.Context(), plan, nil)
	must(t, err)
	if others := applied.Result().OtherKeys; !slices.Equal(others, []string{key.AccessKeyID}) {
		t.Errorf("named are %v, want %s", others, key.AccessKeyID)
	}
}

// TestAPolicyThatANewKeyWouldHave lets another run give a user one more policy while this one makes a key: for a new user, and for
// a further key with the access that the user has.
func TestAPolicyThatANewKeyWouldHave(t *testing.T) {
	for _, known := range []bool{false, true} {
		d := openInterrupted(t, "with policies of users")
		e, _ := patient(t, d)
		run := core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann"}
		if known {
			create(t, e, run)
		}
		plan, err := e.PlanCreate(t.Context(), run)
		must(t, err)
		document, err := policy.Build(policy.Grants(policy.ReadOnly, "", "two"), policy.Options{})
		must(t, err)
		d.before("CreateAccessKey", func() {
			must(t, d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: driver.UserPrincipal("ann"), Name: "theirs", Document: document.JSON()}))
		})
		_, err = e.Apply(t.Context(), plan, nil)
		wantCode(t, err, fault.Aborted)
	}
}

// TestAFailedNarrowingLeavesNothing narrows the access of a user who gets a further key meanwhile, which refuses it. What was put
// before the refusal is wider in part, and goes.
func TestAFailedNarrowingLeavesNothing(t *testing.T) {
	d := openInterrupted(t, "with policies of users")
	e, _ := patient(t, d)
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann", Prefix: "p/"})
	plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, UserName: "ann", Access: policy.ReadOnly, ReplacePolicy: true})
	must(t, err)
	var key driver.AccessKey
	d.before("PutPolicy", func() {
		key, err = d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "ann"})
		must(t, err)
	})
	_, err = e.Apply(t.Context(), plan, nil)
	wantCode(t, err, fault.FailedPrecondition)
	if !strings.Contains(err.Error(), key.AccessKeyID) {
		t.Error(err)
	}
	wantGrants(t, e, "ann", "s3.read-write.one")
}

// TestABucketThatAnotherUserNeedsStays rolls back a bucket for which another run has handed out a key meanwhile.
func TestABucketThatAnotherUserNeedsStays(t *testing.T) {
	for user, stays := range map[string]bool{"s3.read-only.one": true, "s3.list+read.two,one": true, "s3.read-only.two": false, "one": false} {
		d := open(t, memory.Options{})
		e := engine(t, d)
		plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true})
		must(t, err)
		applied, err := e.Apply(t.Context(), plan, nil)
		must(t, err)
		_, err = d.CreateUser(t.Context(), driver.CreateUserRequest{Name: user})
		must(t, err)
		err = applied.Rollback(t.Context(), "it", errGone)
		_, headErr := d.HeadBucket(t.Context(), driver.HeadBucketRequest{Bucket: "one"})
		if (headErr == nil) != stays || strings.Contains(err.Error(), "left as it is: bucket one (user '"+user+"' may need it)") != stays {
			t.Errorf("with the user %s: the bucket: %v; %v", user, headErr, err)
		}
	}
}

// TestAPublicBucketThatIsClosedMeanwhile undoes another run's grant to everybody before this run is finished.
func TestAPublicBucketThatIsClosedMeanwhile(t *testing.T) {
	d := openInterrupted(t, "with policies of users")
	e, _ := patient(t, d)
	must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
	plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, Public: true, UserName: "ann"})
	must(t, err)
	applied, err := e.Apply(t.Context(), plan, nil)
	must(t, err)
	plan, err = e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, Public: true, UserName: "bob"})
	must(t, err)
	d.before("CreateAccessKey", func() { _ = applied.Rollback(t.Context(), "it", errGone) })
	_, err = e.Apply(t.Context(), plan, nil)
	wantCode(t, err, fault.Aborted)
}

// TestAUserThatMustStay plans to delete users that must not be deleted, or cannot.
func TestAUserThatMustStay(t *testing.T) {
	d := open(t, memory.Options{})
	_, result := create(t, engine(t, d), core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann"})
	_, err := engine(t, asCaller{d, "ann"}).PlanDeleteUser(t.Context(), "ann")
	wantCode(t, err, fault.FailedPrecondition)
	has := furnished{Driver: d, items: []driver.UserItem{{Kind: driver.ItemPassword, KeepsUser: true}, {Kind: "MFA device", Name: "m", KeepsUser: true}, {Kind: driver.ItemGroup, Name: "g"}}}
	_, err = engine(t, has).PlanDeleteUser(t.Context(), "ann")
	wantCode(t, err, fault.FailedPrecondition)
	if !strings.Contains(err.Error(), "while it has a password, MFA device m; remove that first") {
		t.Error(err)
	}
	_, err = engine(t, furnished{Driver: d, denied: errMayNot}).PlanDeleteUser(t.Context(), "ann")
	must(t, err)
	has.denied = errMayNot
	_, err = engine(t, has).PlanDeleteUser(t.Context(), "ann")
	wantCode(t, err, fault.FailedPrecondition)
	_, err = engine(t, d).PlanDeleteUser(t.Context(), "")
	wantCode(t, err, fault.InvalidArgument)
	// Where the system refuses in the end, the error names what is gone.
	e := engine(t, stubborn{d})
	plan, err := e.PlanDeleteUser(t.Context(), "ann")
	must(t, err)
	_, err = e.Apply(t.Context(), plan, nil)
	wantCode(t, err, fault.PermissionDenied)
	for _, gone := range []string{"done, and not undone: removal of policy 's3.read-write.one' of user 'ann'", "access key " + result.AccessKey.AccessKeyID} {
		if !strings.Contains(err.Error(), gone) {
			t.Errorf("%q is not said: %v", gone, err)
		}
	}
}

// asCaller is a system on which the caller is a user.
type asCaller struct {
	driver.Driver
	user string
}

func (d asCaller) WhoAmI(ctx context.Context) (driver.Caller, error) {
	user, err := d.GetUser(ctx, driver.GetUserRequest{Name: d.user})
	return driver.Caller{ARN: user.ARN}, err
}

// stubborn is a system that deletes no user.
type stubborn struct{ driver.Driver }

func (stubborn) DeleteUser(context.Context, driver.DeleteUserRequest) error { return errMayNot }

// blind is a system on which the caller may not list keys any more once a policy has been put.
type blind struct {
	driver.Driver
	put *bool
}

func (d blind) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	*d.put = true
	return d.Driver.PutPolicy(ctx, req)
}

func (d blind) ListAccessKeys(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
	if *d.put {
		return driver.Listing(func() ([]driver.AccessKey, error) { return nil, errMayNot })
	}
	return d.Driver.ListAccessKeys(ctx, req)
}

func (blind) CreateAccessKey(context.Context, driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	return driver.AccessKey{}, errMayNot
}

// TestKeysThatMayNotBeListed rolls back the policy of a user whose keys cannot be looked at: for one that was there it stays and
// is named.
func TestKeysThatMayNotBeListed(t *testing.T) {
	for _, existed := range []bool{false, true} {
		d := open(t, memory.Options{})
		must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
		if existed {
			_, err := d.CreateUser(t.Context(), driver.CreateUserRequest{Name: "ann"})
			must(t, err)
		}
		put := false
		e := engine(t, blind{d, &put})
		plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, UserName: "ann"})
		must(t, err)
		_, err = e.Apply(t.Context(), plan, nil)
		var failed *core.ApplyError
		if errors.As(err, &failed); existed != (len(failed.Orphans) == 1) {
			t.Errorf("the user existed: %v; %v", existed, err)
		}
	}
}
