package core_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// fill makes buckets with two objects each.
func fill(t *testing.T, d driver.Driver, buckets ...string) {
	t.Helper()
	for _, bucket := range buckets {
		must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: bucket}))
		for _, key := range []string{"a", "b"} {
			_, err := d.PutObject(t.Context(), driver.PutObjectRequest{Bucket: bucket, Key: key, Body: strings.NewReader("x")})
			must(t, err)
		}
	}
}

// objectsOf counts the objects of a bucket; -1 for none that exists.
func objectsOf(t *testing.T, d driver.Driver, bucket string) (n int) {
	t.Helper()
	for _, err := range d.ListObjects(context.WithoutCancel(t.Context()), driver.ListObjectsRequest{Bucket: bucket}) {
		if errors.Is(err, fault.NotFound) {
			return -1
		}
		must(t, err)
		n++
	}
	return n
}

func TestBucketsAreDeletedWithTheirObjectsWhenAskedTo(t *testing.T) {
	d := open(t, memory.Options{})
	e := engine(t, d)
	fill(t, d, "one", "two")
	must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "empty"}))

	_, err := e.PlanDeleteBuckets(t.Context(), []string{"empty", "none"}, false)
	wantCode(t, err, fault.NotFound)
	_, err = e.PlanDeleteBuckets(t.Context(), []string{"empty", "one"}, false)
	wantCode(t, err, fault.FailedPrecondition)
	if fault.HintOf(err) != fault.HintObjectsToo || err.Error() != "bucket one is not empty" {
		t.Errorf("the error is %v, with the hint %q", err, fault.HintOf(err))
	}

	plan, err := e.PlanDeleteBuckets(t.Context(), []string{"empty", "empty"}, false)
	must(t, err)
	if len(plan.Steps) != 1 || !plan.Steps[0].Final {
		t.Errorf("the plan is %+v", plan.Steps)
	}
	_, err = e.Apply(t.Context(), plan, nil)
	must(t, err)

	plan, err = e.PlanDeleteBuckets(t.Context(), []string{"one"}, true)
	must(t, err)
	if len(plan.Steps) != 2 || plan.Steps[0].String() != "removal of all that is in bucket one" || plan.Steps[0].Before.Objects != 2 {
		t.Errorf("the plan is %+v", plan.Steps)
	}
	var emptied int64
	_, err = e.Apply(t.Context(), plan, func(_ core.Step, o core.Outcome) { emptied += o.Emptied })
	must(t, err)
	if emptied != 2 || objectsOf(t, d, "one") != -1 || objectsOf(t, d, "two") != 2 || objectsOf(t, d, "empty") != -1 {
		t.Errorf("%d deleted; one has %d objects, two %d, empty %d", emptied, objectsOf(t, d, "one"), objectsOf(t, d, "two"), objectsOf(t, d, "empty"))
	}
}

func TestBucketsAreEmptiedOnlyWhereTheSystemCan(t *testing.T) {
	d := open(t, memory.Options{
		Without: []driver.Capability{driver.CapBucketEmpty},
		Before:  func(_ context.Context, method string) error { t.Errorf("%s was sent", method); return nil },
	})
	_, err := engine(t, d).PlanDeleteBuckets(t.Context(), []string{"one"}, true)
	wantCode(t, err, fault.Unsupported)
}

// filling is a system in which something comes into a bucket after the plan, or in which an object is to be kept.
type filling struct {
	driver.Driver
	// coming are what comes into the bucket, each once the bucket has been emptied.
	coming []string
	// kept is what cannot be deleted in a bucket.
	kept, in string
	// enough ends the run after that many things.
	enough func()
}

func (f *filling) EmptyBucket(ctx context.Context, req driver.EmptyBucketRequest) iter.Seq2[driver.EmptiedItem, error] {
	return func(yield func(driver.EmptiedItem, error) bool) {
		if f.kept != "" && req.Bucket == f.in {
			_, _ = f.DeleteObjects(ctx, driver.DeleteObjectsRequest{Bucket: req.Bucket, Keys: []string{"a"}})
			if yield(driver.EmptiedItem{Key: "a"}, nil) {
				yield(driver.EmptiedItem{}, driver.Kept(req.Bucket, driver.EmptiedItem{Key: f.kept, VersionID: "v1"}, &fault.Service{Code: "AccessDenied"}))
			}
			return
		}
		for item, err := range f.Driver.EmptyBucket(ctx, req) {
			if f.enough != nil {
				f.enough()
			}
			if err == nil && ctx.Err() != nil {
				err = ctx.Err()
			}
			if !yield(item, err) || err != nil {
				return
			}
		}
		if len(f.coming) > 0 {
			_, _ = f.PutObject(ctx, driver.PutObjectRequest{Bucket: req.Bucket, Key: f.coming[0], Body: strings.NewReader("x")})
			f.coming = f.coming[1:]
		}
	}
}

func TestWhatComesIntoABucketMeanwhileGoesWithIt(t *testing.T) {
	for coming, want := range map[int]int{0: -1, 3: -1, 9: 1} {
		d := open(t, memory.Options{})
		fill(t, d, "one")
		e := engine(t, &filling{Driver: d, coming: strings.Split("123456789"[:coming], "")})
		plan, err := e.PlanDeleteBuckets(t.Context(), []string{"one"}, true)
		must(t, err)
		_, err = e.Apply(t.Context(), plan, nil)
		if got := objectsOf(t, d, "one"); got != want || (err == nil) != (want < 0) {
			t.Errorf("with %d objects that come, %d are left: %v", coming, got, err)
		}
	}
}

func TestABucketThatIsNotWhollyDeletedSaysWhatIsGone(t *testing.T) {
	d := open(t, memory.Options{})
	fill(t, d, "one")
	must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "first"}))
	e := engine(t, &filling{Driver: d, kept: "b", in: "one"})
	plan, err := e.PlanDeleteBuckets(t.Context(), []string{"first", "one"}, true)
	must(t, err)
	_, err = e.Apply(t.Context(), plan, nil)
	wantCode(t, err, fault.PermissionDenied)
	for _, want := range []string{
		`cannot finish removal of all that is in bucket one: cannot delete the version v1 of "b" in the bucket "one"`,
		"; objects, versions and uploads deleted for good until then: 1", "; done, and not undone: removal of all that is in bucket first, removal of bucket first",
	} {
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "perhaps") {
			t.Errorf("the error is %v, want %q", err, want)
		}
	}
	if objectsOf(t, d, "one") != 1 || objectsOf(t, d, "first") != -1 {
		t.Errorf("one has %d objects, first %d", objectsOf(t, d, "one"), objectsOf(t, d, "first"))
	}
}

func TestAnInterruptEndsTheDeletionOfObjectsAtOnce(t *testing.T) {
	d := open(t, memory.Options{})
	fill(t, d, "one")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	calls := 0
	e := engine(t, &filling{Driver: d, enough: func() {
		if calls++; calls == 2 {
			cancel()
		}
	}})
	plan, err := e.PlanDeleteBuckets(ctx, []string{"one"}, true)
	must(t, err)
	_, err = e.Apply(ctx, plan, nil)
	if err == nil || err.Error() != "interrupted; objects, versions and uploads deleted for good until then: 1, and perhaps up to 1000 more" || objectsOf(t, d, "one") < 0 {
		t.Errorf("the error is %v", err)
	}
}

func TestABucketThatHasWhatNoListingShowsSaysSo(t *testing.T) {
	d := open(t, memory.Options{})
	fill(t, d, "one")
	e := engine(t, hidden{d})
	plan, err := e.PlanDeleteBuckets(t.Context(), []string{"one"}, false)
	must(t, err)
	_, err = e.Apply(t.Context(), plan, nil)
	wantCode(t, err, fault.FailedPrecondition)
	if fault.HintOf(err) != fault.HintObjectsToo || !strings.Contains(err.Error(), "older versions, delete markers") || objectsOf(t, d, "one") != 2 {
		t.Errorf("the error is %v, with the hint %q; %d objects are left", err, fault.HintOf(err), objectsOf(t, d, "one"))
	}
}

// unlisted is a system whose caller may not list objects.
type unlisted struct{ driver.Driver }

func (unlisted) ListObjects(context.Context, driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
	return driver.Listing(func() ([]driver.ObjectInfo, error) { return nil, fault.New(fault.PermissionDenied, "no") })
}

func TestWhatMayNotBeListedIsNotCounted(t *testing.T) {
	d := open(t, memory.Options{})
	fill(t, d, "one")
	plan, err := engine(t, unlisted{d}).PlanDeleteBuckets(t.Context(), []string{"one"}, true)
	must(t, err)
	if len(plan.Steps) != 2 || plan.Steps[0].Before != nil {
		t.Errorf("the plan says how much there is: %+v", plan.Steps[0])
	}
}

// hidden is a system whose listing shows no objects.
type hidden struct{ driver.Driver }

func (hidden) ListObjects(context.Context, driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
	return driver.Listing(func() ([]driver.ObjectInfo, error) { return nil, nil })
}
