package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// bucketsDeleter is delete-bucket with its options.
type bucketsDeleter struct {
	change
	objects bool
}

func newDeleteBucket() *cli.Command {
	d := &bucketsDeleter{}
	return &cli.Command{
		Name:    "delete-bucket",
		Summary: "Delete specified buckets, if they are empty",
		Long: "If one of them does not exist or has objects, none is deleted. Older versions of objects, delete markers and unfinished uploads are not " +
			"looked for: a bucket that has nothing but those is not deleted, and neither are those named after it. With --objects, all that is in them goes too, older versions of " +
			"objects included, and cannot be put back. The users and keys that were made for a bucket stay: see list-users and delete-user.",
		Examples: []cli.Example{
			{Purpose: "To delete an empty bucket", Line: "s3-credentials delete-bucket my-empty-bucket"},
			{Purpose: "To see what would be deleted with one that is not empty", Line: "s3-credentials delete-bucket my-bucket --objects --dry-run"},
			{Purpose: "To delete it with all that is in it", Line: "s3-credentials delete-bucket my-bucket --objects"},
		},
		Args: []cli.Arg{{Name: "BUCKETS", Required: true, Repeated: true, Complete: cli.CompleteBucket, Check: checkBucket}},
		Options: append(d.askingOptions(),
			cli.Flag(&d.objects, "objects", "Delete all that is in them too: objects with all their versions, and unfinished uploads").
				Needing(driver.CapBucketEmpty)),
		Check: d.check,
		Run:   d.run,
	}
}

func (d *bucketsDeleter) run(ctx context.Context, env *cli.Env, buckets []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	plan, err := engine.PlanDeleteBuckets(ctx, buckets, d.objects)
	if err != nil {
		return err
	}
	return d.carryOut(ctx, env, engine, proposal{
		plan: plan,
		show: func(w io.Writer) {
			for _, s := range plan.Steps {
				fmt.Fprintln(w, wouldDeleteBucket(s))
			}
			if !d.objects {
				fmt.Fprintln(w, "A bucket with older versions of objects, delete markers or unfinished uploads, which are not looked for, stays, and those after it")
			}
		},
		question: d.question(buckets),
		apply: func(ctx context.Context, e *execution) error {
			_, err := e.apply(ctx, plan, func(s core.Step, o core.Outcome) { env.Step("%s", deletedBucket(s, o)) })
			return err
		},
	})
}

func (d *bucketsDeleter) question(buckets []string) string {
	noun, with := "bucket ", ""
	if len(buckets) > 1 {
		noun = "buckets "
	}
	if d.objects {
		with = " and all that is in them"
		if len(buckets) == 1 {
			with = " and all that is in it"
		}
	}
	return "Delete " + noun + strings.Join(buckets, ", ") + with + "?"
}

func wouldDeleteBucket(s core.Step) string {
	if s.Resource.Kind != core.KindContents {
		return "Would delete bucket: " + s.Resource.Name
	}
	count := "objects that these credentials may not list"
	if s.Before != nil {
		count = counted(int64(s.Before.Objects), "object")
		if s.Before.Objects >= core.CountedObjects {
			count += " or more"
		}
	}
	return fmt.Sprintf("Would delete all that is in bucket %s: %s; older versions, delete markers and unfinished uploads are not counted", s.Resource.Bucket, count)
}

func deletedBucket(s core.Step, o core.Outcome) string {
	if s.Resource.Kind != core.KindContents {
		return "Deleted bucket: " + s.Resource.Name
	}
	return fmt.Sprintf("Deleted all that was in bucket %s; objects, versions and uploads: %d", s.Resource.Bucket, o.Emptied)
}
