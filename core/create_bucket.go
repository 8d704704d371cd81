package core

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// The documents that make a bucket a website, as the Python tool names them.
const (
	indexDocument = "index.html"
	errorDocument = "error.html"
)

// planBuckets adds the steps that create the buckets and make them public.
func (e *Engine) planBuckets(ctx context.Context, plan *CreatePlan, options CreateOptions) error {
	public := options.Public || options.Website
	if public {
		if err := e.require(driver.CapBucketPolicy); err != nil {
			return err
		}
	}
	if options.Website {
		if err := e.require(driver.CapBucketWebsite); err != nil {
			return err
		}
	}
	seen := map[string]bool{}
	for _, bucket := range options.Buckets {
		if seen[bucket] {
			continue
		}
		seen[bucket] = true
		exists, err := e.bucketExists(ctx, bucket)
		if err != nil {
			return err
		}
		if !exists {
			if err := e.planNewBucket(plan, bucket, options); err != nil {
				return err
			}
		}
		if public {
			if err := e.planPublic(ctx, plan, bucket, exists); err != nil {
				return err
			}
		}
		if options.Website {
			if err := e.planWebsite(ctx, plan, bucket, exists); err != nil {
				return err
			}
		}
	}
	return nil
}

// bucketExists looks a bucket up. A bucket that may not be looked at is an error, never a missing one.
func (e *Engine) bucketExists(ctx context.Context, bucket string) (bool, error) {
	_, err := e.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: bucket})
	switch {
	case err == nil:
		return true, nil
	case isMissing(err):
		return false, nil
	case errors.Is(err, fault.PermissionDenied):
		return false, &fault.Error{Code: fault.PermissionDenied, Err: err, Service: fault.ServiceOf(err), Message: fmt.Sprintf(
			"bucket %s exists or is somebody else's, and these credentials may not look at it; use credentials that may, or another bucket", bucket)}
	}
	return false, err
}

func (e *Engine) planNewBucket(plan *CreatePlan, bucket string, options CreateOptions) error {
	if !options.CreateBuckets {
		return fault.New(fault.NotFound, "bucket does not exist: %s - try --create-bucket to create it", bucket)
	}
	request := driver.CreateBucketRequest{Bucket: bucket, Region: options.BucketRegion}
	if err := e.requireForCreateBucket(request); err != nil {
		return err
	}
	would, did := fmt.Sprintf("Would create bucket: '%s'", bucket), "Created bucket: "+bucket
	if options.BucketRegion != "" {
		would += fmt.Sprintf(" with args {\n    \"CreateBucketConfiguration\": {\n        \"LocationConstraint\": %q\n    }\n}", options.BucketRegion)
		did += " in region: " + options.BucketRegion
	}
	plan.Steps = append(plan.Steps, Step{
		Would: would, Did: did, Thing: "bucket " + bucket,
		do: func(ctx context.Context) error { return e.CreateBucket(ctx, request) },
		undo: func(ctx context.Context) error {
			return e.DeleteBucket(ctx, driver.DeleteBucketRequest{Bucket: bucket})
		},
	})
	return nil
}

// planPublic adds the steps that let anybody read a bucket's objects. What an existing bucket has of settings is kept:
// the statement is added to its policy, and an undo puts the former settings back.
func (e *Engine) planPublic(ctx context.Context, plan *CreatePlan, bucket string, exists bool) error {
	if e.description.Has(driver.CapBucketPublicAccessBlock) {
		if err := e.planUnblock(ctx, plan, bucket, exists); err != nil {
			return err
		}
	}
	return e.planPublicPolicy(ctx, plan, bucket, exists)
}

// planUnblock adds the step that lets a bucket's policy make it public. A system that does not have the setting after
// all blocks nothing.
func (e *Engine) planUnblock(ctx context.Context, plan *CreatePlan, bucket string, exists bool) error {
	open := driver.BucketSetting{PublicAccessBlock: &driver.PublicAccessBlock{}}
	step, err := e.settingStep(ctx, bucket, exists, open)
	if errors.Is(err, fault.Unsupported) {
		return nil
	}
	if err != nil {
		return err
	}
	put := step.do
	step.do = func(ctx context.Context) error {
		if err := put(ctx); !errors.Is(err, fault.Unsupported) {
			return err
		}
		return nil
	}
	step.Would = "... then add this public access block configuration:\n" +
		`{"BlockPublicAcls": false, "IgnorePublicAcls": false, "BlockPublicPolicy": false, "RestrictPublicBuckets": false}`
	step.Did = "Set public access block configuration"
	step.Thing = "public access block of bucket " + bucket
	plan.Steps = append(plan.Steps, step)
	return nil
}

func (e *Engine) planPublicPolicy(ctx context.Context, plan *CreatePlan, bucket string, exists bool) error {
	document, err := e.publicPolicy(ctx, bucket, exists)
	if err != nil {
		return err
	}
	if document.Statement == nil {
		plan.Notes = append(plan.Notes, fmt.Sprintf("bucket %s is public already", bucket))
		return nil
	}
	step, err := e.settingStep(ctx, bucket, exists, driver.BucketSetting{Policy: &driver.BucketPolicy{Document: document.JSON()}})
	if err != nil {
		return err
	}
	step.Would = "... then attach the following bucket policy to it:\n" + document.Indent()
	step.Did = "Attached bucket policy allowing public access"
	step.Thing = "public access to bucket " + bucket
	plan.Steps = append(plan.Steps, step)
	return nil
}

// publicPolicy returns the bucket's policy with the public statement added; no document if it has that statement.
func (e *Engine) publicPolicy(ctx context.Context, bucket string, exists bool) (policy.Document, error) {
	public := policy.PublicGet(bucket, e.description.Partition)
	if !exists {
		return public, nil
	}
	current, err := e.bucketPolicy(ctx, bucket)
	if err != nil {
		return policy.Document{}, err
	}
	if len(current.Statement) == 0 {
		return public, nil
	}
	for _, s := range current.Statement {
		if policy.Equal(policy.Document{Version: policy.Version, Statement: []policy.Statement{s}}, public) {
			return policy.Document{}, nil
		}
	}
	current.Statement = append(slices.Clone(current.Statement), public.Statement...)
	return current, nil
}

// bucketPolicy reads a bucket's policy; an empty document if it has none.
func (e *Engine) bucketPolicy(ctx context.Context, bucket string) (policy.Document, error) {
	value, err := e.GetBucketSetting(ctx, driver.GetBucketSettingRequest{Bucket: bucket, Setting: driver.SettingPolicy})
	if isMissing(err) {
		return policy.Document{}, nil
	}
	if err != nil {
		return policy.Document{}, err
	}
	return policy.Parse([]byte(value.Policy.Document))
}

func (e *Engine) planWebsite(ctx context.Context, plan *CreatePlan, bucket string, exists bool) error {
	website := driver.BucketSetting{Website: &driver.Website{IndexDocument: indexDocument, ErrorDocument: errorDocument}}
	step, err := e.settingStep(ctx, bucket, exists, website)
	if err != nil {
		return err
	}
	step.Would = "... then configure index.html and error.html website settings"
	step.Did = "Configured website: IndexDocument=index.html, ErrorDocument=error.html"
	step.Thing = "website of bucket " + bucket
	plan.Steps = append(plan.Steps, step)
	return nil
}

// settingStep is a step that puts a setting, and whose undo puts back what was there. A bucket that the plan itself
// creates needs no undo of its settings: they end with it.
func (e *Engine) settingStep(ctx context.Context, bucket string, exists bool, value driver.BucketSetting) (Step, error) {
	setting := value.Setting()
	step := Step{do: func(ctx context.Context) error {
		return e.PutBucketSetting(ctx, driver.PutBucketSettingRequest{Bucket: bucket, Value: value})
	}}
	if !exists {
		return step, nil
	}
	former, err := e.GetBucketSetting(ctx, driver.GetBucketSettingRequest{Bucket: bucket, Setting: setting})
	switch {
	case isMissing(err):
		step.undo = func(ctx context.Context) error {
			return e.DeleteBucketSetting(ctx, driver.DeleteBucketSettingRequest{Bucket: bucket, Setting: setting})
		}
	case err != nil:
		return Step{}, err
	default:
		step.undo = func(ctx context.Context) error {
			return e.PutBucketSetting(ctx, driver.PutBucketSettingRequest{Bucket: bucket, Value: former})
		}
	}
	return step, nil
}
