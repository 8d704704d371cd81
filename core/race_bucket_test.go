package core_test

import (
	"context"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// mute is a system that reports success for the creation of an own bucket that exists, as AWS's first region does.
type mute struct{ driver.Driver }

func (d mute) CreateBucket(ctx context.Context, req driver.CreateBucketRequest) error {
	err := d.Driver.CreateBucket(ctx, req)
	if fault.CodeOf(err) == fault.AlreadyExists {
		return nil
	}
	return err
}

// TestABucketThatAppears lets another run make the bucket between the plan and its application. It is as good as made, and
// stays when the run is rolled back.
func TestABucketThatAppears(t *testing.T) {
	for name, wrap := range map[string]func(driver.Driver) driver.Driver{
		"the system tells":     func(d driver.Driver) driver.Driver { return d },
		"the system is silent": func(d driver.Driver) driver.Driver { return mute{d} },
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, memory.Options{})
			e := engine(t, wrap(d))
			plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, Website: true})
			must(t, err)
			must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
			theirs := driver.BucketSetting{Website: &driver.Website{IndexDocument: "theirs.html"}}
			must(t, d.PutBucketSetting(t.Context(), driver.PutBucketSettingRequest{Bucket: "one", Value: theirs}))
			var existed bool
			applied, err := e.Apply(t.Context(), plan, func(s core.Step, o core.Outcome) { existed = existed || o.Existed })
			must(t, err)
			if _, tells := e.Description(), name == "the system tells"; existed != tells {
				t.Errorf("said to exist: %v", existed)
			}
			err = applied.Rollback(t.Context(), "it", errGone)
			wantOrphans(t, err, "bucket one")
			_, err = d.HeadBucket(t.Context(), driver.HeadBucketRequest{Bucket: "one"})
			must(t, err)
			wantBucketPolicy(t, e, "one", "")
			if name == "the system is silent" {
				return // it does not tell what was there either
			}
			now, err := d.GetBucketSetting(t.Context(), driver.GetBucketSettingRequest{Bucket: "one", Setting: driver.SettingWebsite})
			if err != nil || now.Website.IndexDocument != "theirs.html" {
				t.Errorf("the website is %+v: %v", now.Website, err)
			}
		})
	}
}

// TestUndoOfABucketNeedsProof rolls back a bucket that the run made: it goes only where the system tells that it did.
func TestUndoOfABucketNeedsProof(t *testing.T) {
	d := open(t, memory.Options{})
	for _, d := range []driver.Driver{d, mute{d}} {
		e := engine(t, d)
		plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, Public: true})
		must(t, err)
		applied, err := e.Apply(t.Context(), plan, nil)
		must(t, err)
		err = applied.Rollback(t.Context(), "it", errGone)
		if _, silent := d.(mute); !silent {
			wantOrphans(t, err)
			continue
		}
		wantOrphans(t, err, "bucket one")
		wantBucketPolicy(t, e, "one", "")
		if !strings.Contains(err.Error(), "the system does not tell who made it") {
			t.Errorf("the error does not say why: %v", err)
		}
	}
}

// TestABucketThatOthersAreGrantedStays rolls back a bucket in whose policy another run has granted something meanwhile.
func TestABucketThatOthersAreGrantedStays(t *testing.T) {
	e := engine(t, open(t, kinds["with bucket policies"]))
	plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann"})
	must(t, err)
	applied, err := e.Apply(t.Context(), plan, nil)
	must(t, err)
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "bob"})
	wantOrphans(t, applied.Rollback(t.Context(), "it", errGone), "bucket one")
	wantGrants(t, e, "bob", "s3.read-write.one")
}

// foreign is a system on which the bucket turns out to be somebody else's.
type foreign struct{ driver.Driver }

func (foreign) CreateBucket(context.Context, driver.CreateBucketRequest) error {
	return &fault.Error{Code: fault.AlreadyExists, Message: "it exists", Service: &fault.Service{Code: "BucketAlreadyExists"}}
}

func TestABucketOfSomebodyElseIsAnError(t *testing.T) {
	d := open(t, memory.Options{})
	e := engine(t, foreign{d})
	plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true})
	must(t, err)
	must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
	_, err = e.Apply(t.Context(), plan, nil)
	wantCode(t, err, fault.AlreadyExists)
}

// TestABucketThatItsMakerUndoes joins a bucket that the run which made it removes again: this run makes it.
func TestABucketThatItsMakerUndoes(t *testing.T) {
	d := open(t, memory.Options{})
	e := engine(t, d)
	plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, Public: true})
	must(t, err)
	must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
	_, err = e.Apply(t.Context(), plan, func(s core.Step, _ core.Outcome) {
		if s.Resource.Kind == core.KindAccessKey {
			must(t, d.DeleteBucket(t.Context(), driver.DeleteBucketRequest{Bucket: "one"}))
		}
	})
	must(t, err)
	wantBucketPolicy(t, e, "one", policy.PublicGet("one", "aws").JSON())
}

// TestPublicIsAnEdit makes two plans for one bucket before either is applied: neither takes away what the other put, nor
// does rolling one of them back.
func TestPublicIsAnEdit(t *testing.T) {
	for kind, options := range kinds {
		t.Run(kind, func(t *testing.T) {
			e := engine(t, open(t, options))
			must(t, e.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
			const theirs = `{"Version":"2012-10-17","Statement":[{"Sid":"Theirs","Effect":"Deny","Principal":"*","Action":["s3:DeleteObject"],"Resource":["arn:aws:s3:::one/*"]}]}`
			var plans []*core.Plan
			for _, user := range []string{"ann", "bob"} {
				plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, UserName: user, Public: true})
				must(t, err)
				plans = append(plans, plan)
			}
			putBucketPolicy(t, e, "one", theirs)
			_, err := e.Apply(t.Context(), plans[0], nil)
			must(t, err)
			second, err := e.Apply(t.Context(), plans[1], nil)
			must(t, err)
			wantGrants(t, e, "ann", "s3.read-write.one")
			wantGrants(t, e, "bob", "s3.read-write.one")
			wantOrphans(t, second.Rollback(t.Context(), "it", errGone))
			wantGrants(t, e, "ann", "s3.read-write.one")
			remove(t, e, "ann")
			both, err := policy.Parse([]byte(theirs))
			must(t, err)
			both.Statement = append(both.Statement, policy.PublicGet("one", "aws").Statement...)
			wantBucketPolicy(t, e, "one", both.JSON())
		})
	}
}

// overwriting is a system on which somebody else, who read the policy before, writes it after each of the first writes.
type overwriting struct {
	driver.Driver
	times int
}

func (d *overwriting) PutBucketSetting(ctx context.Context, req driver.PutBucketSettingRequest) error {
	former, err := d.GetBucketSetting(ctx, driver.GetBucketSettingRequest{Bucket: req.Bucket, Setting: driver.SettingPolicy})
	if putErr := d.Driver.PutBucketSetting(ctx, req); putErr != nil || err != nil || req.Value.Policy == nil {
		return putErr
	}
	if d.times--; d.times >= 0 {
		return d.Driver.PutBucketSetting(ctx, driver.PutBucketSettingRequest{Bucket: req.Bucket, Value: former})
	}
	return nil
}

// TestAnEditThatIsOverwritten makes the edit again, until others leave it no chance.
func TestAnEditThatIsOverwritten(t *testing.T) {
	for times, code := range map[int]fault.Code{3: "", 1000: fault.Aborted} {
		d := &overwriting{Driver: open(t, memory.Options{}), times: times}
		e, _ := patient(t, d)
		must(t, e.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
		const theirs = `{"Version":"2012-10-17","Statement":[{"Sid":"Theirs","Effect":"Deny","Principal":"*","Action":["s3:DeleteObject"],"Resource":["arn:aws:s3:::one/*"]}]}`
		putBucketPolicy(t, e, "one", theirs)
		plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, Public: true})
		must(t, err)
		_, err = e.Apply(t.Context(), plan, nil)
		if code != "" {
			wantCode(t, err, code)
			wantBucketPolicy(t, e, "one", theirs)
			continue
		}
		must(t, err)
	}
}
