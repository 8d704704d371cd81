package conformance

import (
	"bytes"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

func bucketChecks() []Check {
	return []Check{
		{Name: "a bucket that was created is looked up and listed once", together: true, run: bucketIsThere},
		{Name: "a bucket that exists is not created again", Rules: []Rule{RuleReplacement}, run: bucketExists},
		{Name: "a bucket that is missing is not found", run: bucketMissing},
		{Name: "a bucket that was deleted is gone, and no other", run: bucketIsGone},
		{Name: "a bucket of a former bucket's name has nothing of it", Requires: []driver.Capability{driver.CapBucketPolicy}, run: bucketAgain},
		{Name: "a bucket that is not empty is not deleted", Requires: []driver.Capability{driver.CapObjects}, run: bucketNotEmpty},
		{Name: "a bucket that is emptied has nothing left, and others have", Requires: []driver.Capability{driver.CapBucketEmpty, driver.CapObjects}, together: true, run: bucketEmptied},
		{Name: "names that are none are refused", Rules: []Rule{RuleBucketNames}, run: bucketNames},
		{Name: "a bucket is created in the region that was asked for", Requires: []driver.Capability{driver.CapBucketRegion}, run: bucketRegion},
		{Name: "a region that is none is refused", Requires: []driver.Capability{driver.CapBucketRegion}, Rules: []Rule{RuleBucketNames}, run: regionMissing},
	}
}

func bucketIsThere(e *env) {
	bucket := e.newBucket()
	detail, err := e.Driver.HeadBucket(e.ctx, driver.HeadBucketRequest{Bucket: bucket})
	e.ok(err, "HeadBucket")
	if e.Description.Has(driver.CapBucketRegion) && detail.Region != e.Description.Region {
		e.Errorf("the region is %q, want the driver's own, %q", detail.Region, e.Description.Region)
	}
	var names []string
	for _, b := range all(e, e.Driver.ListBuckets(e.ctx), "ListBuckets") {
		if names = append(names, b.Name); b.Name == bucket {
			e.isNow(b.Created, "the bucket was created")
		}
	}
	if !slices.IsSorted(names) {
		e.Errorf("the listing is not sorted: %v", names)
	}
	if n := len(slices.DeleteFunc(names, func(n string) bool { return n != bucket })); n != 1 {
		e.Errorf("listed %d times, want once", n)
	}
}

func bucketExists(e *env) {
	bucket := e.newBucket()
	if e.has(driver.CapObjects) {
		e.put(bucket, "key", []byte("kept"))
	}
	if e.has(driver.CapBucketPolicy) {
		e.putSetting(bucket, bucketPolicy(e.denyAll(bucket)))
	}
	e.want(e.Driver.CreateBucket(e.ctx, driver.CreateBucketRequest{Bucket: bucket}), fault.AlreadyExists, "CreateBucket of one that exists")
	if err := e.Driver.CreateBucket(e.ctx, driver.CreateBucketRequest{Bucket: bucket, Again: true}); err != nil {
		e.want(err, fault.AlreadyExists, "CreateBucket of one that exists, again")
	}
	if e.has(driver.CapObjects) && !bytes.Equal(e.get(bucket, "key"), []byte("kept")) {
		e.Errorf("the object in it has changed")
	}
	if e.has(driver.CapBucketPolicy) {
		e.hasSetting(bucket, bucketPolicy(e.denyAll(bucket)))
	}
}

func bucketMissing(e *env) {
	bucket := e.name("b")
	_, err := e.Driver.HeadBucket(e.ctx, driver.HeadBucketRequest{Bucket: bucket})
	e.want(err, fault.NotFound, "HeadBucket")
	e.want(e.Driver.DeleteBucket(e.ctx, driver.DeleteBucketRequest{Bucket: bucket}), fault.NotFound, "DeleteBucket")
}

func bucketIsGone(e *env) {
	bucket := e.newBucket()
	other := bucket + "0"
	e.removeBucketLater(other)
	e.ok(e.Driver.CreateBucket(e.ctx, driver.CreateBucketRequest{Bucket: other}), "CreateBucket")
	e.ok(e.Driver.DeleteBucket(e.ctx, driver.DeleteBucketRequest{Bucket: bucket}), "DeleteBucket")
	_, err := e.Driver.HeadBucket(e.ctx, driver.HeadBucketRequest{Bucket: bucket})
	e.want(err, fault.NotFound, "HeadBucket of one that was deleted")
	_, err = e.Driver.HeadBucket(e.ctx, driver.HeadBucketRequest{Bucket: other})
	e.ok(err, "HeadBucket of another")
	for _, b := range all(e, e.Driver.ListBuckets(e.ctx), "ListBuckets") {
		if b.Name == bucket {
			e.Errorf("the bucket is still listed")
		}
	}
}

func bucketAgain(e *env) {
	bucket := e.newBucket()
	e.putSetting(bucket, bucketPolicy(e.denyAll(bucket)))
	e.ok(e.Driver.DeleteBucket(e.ctx, driver.DeleteBucketRequest{Bucket: bucket}), "DeleteBucket")
	e.ok(e.Driver.CreateBucket(e.ctx, driver.CreateBucketRequest{Bucket: bucket}), "CreateBucket again")
	_, err := e.setting(bucket, driver.SettingPolicy)
	e.want(err, fault.NotFound, "GetBucketSetting(policy) of the new bucket")
}

// denyAll is a bucket policy that denies everybody something, and so makes nothing public.
func (e *env) denyAll(bucket string) policy.Document {
	return policy.Document{Version: policy.Version, Statement: []policy.Statement{{
		Effect: policy.Deny, Principal: &policy.Principal{Any: true}, Action: []string{"s3:PutObject"}, Resource: []string{e.arn(bucket, "denied/*")},
	}}}
}

func bucketNotEmpty(e *env) {
	bucket := e.newBucket()
	e.put(bucket, "key", []byte("kept"))
	e.want(e.Driver.DeleteBucket(e.ctx, driver.DeleteBucketRequest{Bucket: bucket}), fault.FailedPrecondition, "DeleteBucket of one that is not empty")
	if !bytes.Equal(e.get(bucket, "key"), []byte("kept")) {
		e.Errorf("the object in it has changed")
	}
}

func bucketEmptied(e *env) {
	bucket, other := e.newBucket(), e.newBucket()
	keys := []string{"key", "folder/key", "with space+plus%25"}
	for _, key := range keys {
		e.put(bucket, key, []byte("gone"))
		e.put(other, key, []byte("kept"))
	}
	if e.has(driver.CapBucketPolicy) {
		e.putSetting(bucket, bucketPolicy(e.denyAll(bucket)))
	}
	var emptied []string
	for _, item := range all(e, e.Driver.EmptyBucket(e.ctx, driver.EmptyBucketRequest{Bucket: bucket}), "EmptyBucket") {
		emptied = append(emptied, item.Key)
	}
	slices.Sort(keys)
	slices.Sort(emptied)
	if !slices.Equal(emptied, keys) {
		e.Errorf("EmptyBucket says that it deleted %q, want %q", emptied, keys)
	}
	if left := all(e, e.Driver.ListObjects(e.ctx, driver.ListObjectsRequest{Bucket: bucket}), "ListObjects"); len(left) > 0 {
		e.Errorf("%d objects are left", len(left))
	}
	if e.has(driver.CapBucketPolicy) {
		e.hasSetting(bucket, bucketPolicy(e.denyAll(bucket)))
	}
	if again := all(e, e.Driver.EmptyBucket(e.ctx, driver.EmptyBucketRequest{Bucket: bucket}), "EmptyBucket of an empty one"); len(again) > 0 {
		e.Errorf("EmptyBucket of an empty one deletes %d things", len(again))
	}
	e.ok(e.Driver.DeleteBucket(e.ctx, driver.DeleteBucketRequest{Bucket: bucket}), "DeleteBucket of one that was emptied")
	_, err := collect(e.Driver.EmptyBucket(e.ctx, driver.EmptyBucketRequest{Bucket: bucket}))
	e.want(err, fault.NotFound, "EmptyBucket of one that does not exist")
	for _, key := range keys {
		if !bytes.Equal(e.get(other, key), []byte("kept")) {
			e.Errorf("%q in another bucket has changed", key)
		}
	}
}

func bucketNames(e *env) {
	for _, name := range []string{"ab", "Has-Capitals-" + e.run, "has_underscore." + e.run + ".", "-starts-with-dash-" + e.run} {
		err := e.Driver.CreateBucket(e.ctx, driver.CreateBucketRequest{Bucket: name})
		e.want(err, fault.InvalidArgument, "CreateBucket(%q)", name)
		if err == nil {
			e.removeBucketLater(name)
		}
	}
}

func bucketRegion(e *env) {
	region := e.Harness.OtherRegion
	if region == "" {
		region = e.Description.Region
	}
	bucket := e.name("b")
	e.removeBucketLater(bucket)
	e.ok(e.Driver.CreateBucket(e.ctx, driver.CreateBucketRequest{Bucket: bucket, Region: region}), "CreateBucket in %s", region)
	detail, err := e.Driver.HeadBucket(e.ctx, driver.HeadBucketRequest{Bucket: bucket})
	e.ok(err, "HeadBucket")
	if detail.Region != region {
		e.Errorf("the region is %q, want %q", detail.Region, region)
	}
}

func regionMissing(e *env) {
	bucket := e.name("b")
	err := e.Driver.CreateBucket(e.ctx, driver.CreateBucketRequest{Bucket: bucket, Region: "xx-nowhere-9"})
	e.want(err, fault.InvalidArgument, "CreateBucket in a region that does not exist")
	if err == nil {
		e.removeBucketLater(bucket)
	}
}
