package core

import (
	"context"
	"errors"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// CountedObjects is how many objects of a bucket a plan counts. A bucket with that many may have more.
const CountedObjects = 1000

// PlanDeleteBuckets makes the plan to delete buckets, and with objects, all that is in them: the objects with all their versions, and
// unfinished uploads. It changes nothing. NotFound if one of them does not exist; FailedPrecondition if one is not empty, without objects;
// Unsupported where the system cannot delete all that is in a bucket. All steps are final: what is deleted cannot be put back.
func (e *Engine) PlanDeleteBuckets(ctx context.Context, buckets []string, objects bool) (*Plan, error) {
	if objects {
		if err := e.require(driver.CapBucketEmpty); err != nil {
			return nil, err
		}
	}
	plan := &Plan{}
	for i, bucket := range buckets {
		if slices.Contains(buckets[:i], bucket) {
			continue
		}
		found, err := e.lookIntoBucket(ctx, bucket)
		switch {
		case err != nil:
			return nil, err
		case objects:
			plan.add(Step{Verb: Delete, Resource: Resource{Kind: KindContents, Bucket: bucket}, Before: found, Final: true})
		case found != nil && found.Objects > 0:
			return nil, fault.New(fault.FailedPrecondition, "bucket %s is not empty", bucket).WithHint(fault.HintObjectsToo)
		}
		plan.add(Step{Verb: Delete, Resource: Resource{Kind: KindBucket, Name: bucket}, Final: true})
	}
	return plan, nil
}

// lookIntoBucket counts the objects of a bucket; nil if they may not be listed: who may delete a bucket need not be allowed to look.
func (e *Engine) lookIntoBucket(ctx context.Context, bucket string) (*State, error) {
	_, err := e.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: bucket})
	switch {
	case errors.Is(err, fault.NotFound):
		return nil, fault.Wrap(fault.NotFound, err, "bucket does not exist: %s", bucket)
	case err != nil && !errors.Is(err, fault.PermissionDenied):
		return nil, err
	case !e.description.Has(driver.CapObjects):
		return nil, nil
	}
	found := &State{}
	for _, err := range e.ListObjects(ctx, driver.ListObjectsRequest{Bucket: bucket}) {
		switch {
		case errors.Is(err, fault.PermissionDenied):
			return nil, nil
		case err != nil:
			return nil, err
		}
		if found.Objects++; found.Objects == CountedObjects {
			break
		}
	}
	return found, nil
}

// emptyBucket deletes all that is in a bucket, and counts it.
func emptyBucket(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	var outcome Outcome
	for _, err := range run.engine.EmptyBucket(ctx, driver.EmptyBucketRequest{Bucket: s.Resource.Bucket}) {
		if err != nil {
			return outcome, err
		}
		outcome.Emptied++
	}
	return outcome, nil
}

// emptyRounds is how often the deletion of a bucket goes on with what came into it meanwhile.
const emptyRounds = 3

// deleteBucket deletes a bucket. What came into one that the plan empties is deleted too.
func deleteBucket(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	contents := Resource{Kind: KindContents, Bucket: s.Resource.Name}
	request := driver.DeleteBucketRequest{Bucket: s.Resource.Name}
	err := run.engine.DeleteBucket(ctx, request)
	for round := 0; run.touches(contents) && round < emptyRounds && errors.Is(err, fault.FailedPrecondition); round++ {
		if outcome, err := emptyBucket(ctx, run, Step{Resource: contents}); err != nil {
			return outcome, err
		}
		err = run.engine.DeleteBucket(ctx, request)
	}
	if s.Final && !run.touches(contents) && errors.Is(err, fault.FailedPrecondition) {
		return Outcome{}, fault.Wrap(fault.FailedPrecondition, err, "it is not empty: older versions, delete markers or unfinished uploads keep it, or what came meanwhile").
			WithHint(fault.HintObjectsToo)
	}
	return Outcome{}, err
}
