package core

import (
	"context"
	"errors"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// website makes a bucket a website, with the documents that the Python tool names.
var website = driver.BucketSetting{Website: &driver.Website{IndexDocument: "index.html", ErrorDocument: "error.html"}}

// planBuckets adds the steps that create the buckets and make them public. What an existing bucket has of settings is
// kept, and a rollback puts the former settings back.
func (s *survey) planBuckets(ctx context.Context, plan *Plan, options CreateOptions) error {
	for _, bucket := range options.BucketNames() {
		exists, err := s.bucketExists(ctx, bucket)
		switch {
		case err != nil:
			return err
		case !exists && !options.CreateBuckets:
			return fault.New(fault.NotFound, "bucket does not exist: %s", bucket).WithHint(fault.HintCreateBucket)
		case !exists:
			if err := s.requireForCreateBucket(driver.CreateBucketRequest{Region: options.BucketRegion}); err != nil {
				return err
			}
			plan.add(Step{Verb: Create, Resource: Resource{Kind: KindBucket, Name: bucket}, After: &State{Region: options.BucketRegion}})
		}
		if options.Public || options.Website {
			if err := s.planPublic(ctx, plan, bucket); err != nil {
				return err
			}
		}
		if options.Website {
			if err := s.planSetting(ctx, plan, bucket, website); err != nil {
				return err
			}
		}
	}
	return nil
}

// planPublic adds the steps that let anybody read a bucket's objects: its policy may make it public, and does. A system
// that turns out to have no public access block blocks nothing.
func (s *survey) planPublic(ctx context.Context, plan *Plan, bucket string) error {
	if s.description.Has(driver.CapBucketPublicAccessBlock) {
		open := driver.BucketSetting{PublicAccessBlock: &driver.PublicAccessBlock{}}
		if err := s.planSetting(ctx, plan, bucket, open); err != nil && !errors.Is(err, fault.Unsupported) {
			return err
		}
	}
	current, err := s.bucketPolicy(ctx, bucket)
	if err != nil {
		return err
	}
	public := policy.PublicGet(bucket, s.description.Partition)
	if _, missing := adding(public)(current); !missing {
		plan.note(NoteBucketPublic, Resource{Kind: KindBucket, Name: bucket}, "")
		return nil
	}
	plan.add(publicGrant(bucket, public))
	return nil
}

// publicGrant is the step that lets everybody do in a bucket what a document says.
func publicGrant(bucket string, document policy.Document) Step {
	return Step{Verb: Put, Resource: Resource{Kind: KindGrant, Name: "public", Bucket: bucket}, After: &State{Document: document.JSON()}}
}

// createBucket creates a bucket. One of the caller's own that somebody else made after the plan is as good as a new one.
func createBucket(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	e, bucket := run.engine, s.Resource.Name
	err := e.CreateBucket(ctx, driver.CreateBucketRequest{Bucket: bucket, Region: s.after().Region})
	if !errors.Is(err, fault.AlreadyExists) {
		return Outcome{}, err
	}
	if service := fault.ServiceOf(err); service != nil && service.Code == "BucketAlreadyExists" {
		return Outcome{}, err // somebody else's
	}
	if _, headErr := e.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: bucket}); headErr != nil {
		return Outcome{}, err
	}
	return Outcome{Existed: true}, nil
}

// planSetting adds the step that puts a setting.
func (s *survey) planSetting(ctx context.Context, plan *Plan, bucket string, value driver.BucketSetting) error {
	setting := value.Setting()
	former, err := s.setting(ctx, bucket, setting)
	if err != nil {
		return err
	}
	step := Step{
		Verb: Put, Resource: Resource{Kind: KindBucketSetting, Name: string(setting), Bucket: bucket}, After: &State{Setting: value},
	}
	if former != nil {
		step.Before = &State{Setting: *former}
	}
	plan.add(step)
	return nil
}
