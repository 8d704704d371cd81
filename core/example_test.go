package core_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// newEngine returns an engine over a system in memory. A program opens its driver with host.Connect.
func newEngine(ctx context.Context) *core.Engine {
	system := memory.New(memory.Options{})
	root := system.Root()
	backend, err := system.Open(ctx, driver.Config{Credentials: &root})
	if err != nil {
		panic(err)
	}
	engine, err := core.New(ctx, backend)
	if err != nil {
		panic(err)
	}
	return engine
}

// Hand out a key that may only read one bucket, and create the bucket.
func Example() {
	ctx := context.Background()
	engine := newEngine(ctx)
	plan, err := engine.PlanCreate(ctx, core.CreateOptions{
		Buckets: []string{"photos"}, CreateBuckets: true, Access: policy.ReadOnly,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	applied, err := engine.Apply(ctx, plan, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	key := applied.Result().AccessKey
	fmt.Println(key.UserName, key.SecretAccessKey != "")
	// Output:
	// s3.read-only.photos true
}

// A dry run prints the steps of a plan and applies none.
func ExampleEngine_PlanCreate() {
	ctx := context.Background()
	plan, err := newEngine(ctx).PlanCreate(ctx, core.CreateOptions{
		Buckets: []string{"photos"}, CreateBuckets: true, Access: policy.WriteOnly, PermissionsBoundary: core.NoBoundary,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, step := range plan.Steps {
		fmt.Println(step.Verb, step.Resource.Kind, step.Resource.Name)
	}
	// Output:
	// create bucket photos
	// create user s3.write-only.photos
	// put policy s3.write-only.photos
	// create access-key
}

// Temporary credentials need no user. They end by themselves.
func ExampleEngine_Apply() {
	ctx := context.Background()
	engine := newEngine(ctx)
	if err := engine.CreateBucket(ctx, driver.CreateBucketRequest{Bucket: "photos"}); err != nil {
		fmt.Println(err)
		return
	}
	plan, err := engine.PlanCreate(ctx, core.CreateOptions{Buckets: []string{"photos"}, DurationSeconds: 900})
	if err != nil {
		fmt.Println(err)
		return
	}
	applied, err := engine.Apply(ctx, plan, func(step core.Step, _ core.Outcome) { fmt.Println(step.Verb, step.Resource.Kind) })
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(applied.Result().Session.SessionToken != "")
	// Output:
	// create role
	// attach attachment
	// open session
	// true
}

// What a plan cannot do is refused before anything changes.
func ExampleEngine_PlanCreate_missing() {
	ctx := context.Background()
	_, err := newEngine(ctx).PlanCreate(ctx, core.CreateOptions{Buckets: []string{"photos"}})
	fmt.Println(errors.Is(err, fault.NotFound), fault.HintOf(err))
	// Output:
	// true create-bucket
}

func ExampleEngine_ListUsers() {
	ctx := context.Background()
	engine := newEngine(ctx)
	plan, err := engine.PlanCreate(ctx, core.CreateOptions{Buckets: []string{"photos"}, CreateBuckets: true, UserName: "alice"})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := engine.Apply(ctx, plan, nil); err != nil {
		fmt.Println(err)
		return
	}
	for user, err := range engine.ListUsers(ctx) {
		fmt.Println(user.Name, err)
	}
	// Output:
	// alice <nil>
}

func ExampleEngine_PutObject() {
	ctx := context.Background()
	engine := newEngine(ctx)
	if err := engine.CreateBucket(ctx, driver.CreateBucketRequest{Bucket: "notes"}); err != nil {
		fmt.Println(err)
		return
	}
	if _, err := engine.PutObject(ctx, driver.PutObjectRequest{
		Bucket: "notes", Key: "hello.txt", Body: strings.NewReader("Hello!"), ContentType: "text/plain",
	}); err != nil {
		fmt.Println(err)
		return
	}
	var text strings.Builder
	detail, err := engine.GetObject(ctx, driver.GetObjectRequest{Bucket: "notes", Key: "hello.txt", Body: &text})
	fmt.Println(text.String(), detail.Size, err)
	// Output:
	// Hello! 6 <nil>
}

// Deleting a user takes its keys and policies along.
func ExampleEngine_PlanDeleteUser() {
	ctx := context.Background()
	engine := newEngine(ctx)
	if _, err := engine.CreateUser(ctx, driver.CreateUserRequest{Name: "alice"}); err != nil {
		fmt.Println(err)
		return
	}
	if _, err := engine.CreateAccessKey(ctx, driver.CreateAccessKeyRequest{UserName: "alice"}); err != nil {
		fmt.Println(err)
		return
	}
	plan, err := engine.PlanDeleteUser(ctx, "alice")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, step := range plan.Steps {
		fmt.Println(step.Verb, step.Resource.Kind)
	}
	// Output:
	// delete access-key
	// delete user
}
