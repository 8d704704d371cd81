package main

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

var bucketColumns = []string{"Name", "CreationDate"}

// bucketLister is list-buckets with its options.
type bucketLister struct {
	list    listing
	details bool
}

func newListBuckets() *cli.Command {
	l := &bucketLister{list: listing{shown: bucketColumns}}
	return &cli.Command{
		Name:    "list-buckets",
		Summary: "List buckets",
		Examples: []cli.Example{
			{Purpose: "To list all buckets and their creation time as JSON", Line: "s3-credentials list-buckets"},
			{Purpose: "Add --csv or --tsv for CSV or TSV format", Line: "s3-credentials list-buckets --csv"},
			{Purpose: "To read it yourself, in a terminal", Line: "s3-credentials list-buckets --table"},
			{Purpose: "For extra details per bucket (slower) add --details", Line: "s3-credentials list-buckets --details"},
		},
		Args: []cli.Arg{{Name: "BUCKETS", Repeated: true, Complete: cli.CompleteBucket, Check: checkBucket}},
		Options: append([]cli.Option{
			cli.Flag(&l.details, "details", "Include extra bucket details (slower)").
				Using(driver.CapBucketACL, driver.CapBucketPublicAccessBlock, driver.CapBucketWebsite),
		}, l.list.options()...),
		Check: l.list.check,
		Run:   l.run,
	}
}

func (l *bucketLister) run(ctx context.Context, env *cli.Env, names []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	missing := once(names)
	buckets := matching(engine.ListBuckets(ctx), func(b driver.BucketInfo) bool {
		missing = slices.DeleteFunc(missing, func(name string) bool { return name == b.Name })
		return len(names) == 0 || slices.Contains(names, b.Name)
	})
	if err := l.print(ctx, env, engine, buckets); err != nil || len(missing) == 0 {
		return err
	}
	return fault.New(fault.NotFound, "bucket does not exist: %s", strings.Join(missing, ", "))
}

func (l *bucketLister) print(ctx context.Context, env *cli.Env, engine *core.Engine, buckets iter.Seq2[driver.BucketInfo, error]) error {
	if !l.details {
		return printRows(env, &l.list, bucketColumns, buckets, asRow(bucketRow))
	}
	words := l.list.format().Name == "table"
	if words {
		l.list.shown = []string{"Name", "public", "public_through", "region", "CreationDate", "bucket_acl", "public_access_block", "bucket_website"}
	}
	detailed := lookedUp(ctx, buckets, func(ctx context.Context, b driver.BucketInfo) (orderedjson.Object, error) {
		return bucketDetails(ctx, engine, b, words)
	})
	return printRows(env, &l.list, detailColumns(), detailed, asIs)
}

// detailColumns are the columns with --details: those of the Python tool first.
func detailColumns() []string {
	columns := append(slices.Clone(bucketColumns), "region")
	for _, s := range settingTexts {
		if s.column != "" {
			columns = append(columns, s.column)
		}
	}
	return append(columns, "public", "public_through")
}

func bucketRow(b driver.BucketInfo) orderedjson.Object {
	row := orderedjson.Object{{Name: "Name", Value: b.Name}}
	row.AddTime("CreationDate", b.Created)
	return row
}

// bucketDetails adds the bucket's region and settings, and whether everybody may reach it. A setting that is not set or not supported is null.
func bucketDetails(ctx context.Context, engine *core.Engine, b driver.BucketInfo, words bool) (orderedjson.Object, error) {
	row, access := bucketRow(b), &core.BucketAccess{Bucket: b.Name}
	head, err := engine.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: b.Name})
	if err != nil {
		return nil, err
	}
	region := cmp.Or(head.Region, b.Region, engine.Description().Region, "us-east-1")
	row.Add("region", region)
	for _, s := range settingTexts {
		if s.column == "" {
			continue
		}
		value, err := engine.GetBucketSetting(ctx, driver.GetBucketSettingRequest{Bucket: b.Name, Setting: s.setting})
		_ = access.Add(s.setting, value, err) // what is an error is one below
		switch {
		case err == nil && words:
			row.Add(s.column, s.words(value, websiteURL(engine, b.Name, region)))
		case err == nil:
			row.Add(s.column, s.value(value, websiteURL(engine, b.Name, region)))
		case errors.Is(err, fault.NotFound), errors.Is(err, fault.Unsupported),
			errors.Is(err, fault.PermissionDenied) && s.setting != driver.SettingACL:
			row.Add(s.column, nil)
		default:
			return nil, err
		}
	}
	return row, addPublic(ctx, engine, &row, access, words)
}

// addPublic says whether everybody may reach the bucket, and through what; or, where that is unknown, why.
func addPublic(ctx context.Context, engine *core.Engine, row *orderedjson.Object, access *core.BucketAccess, words bool) error {
	public, err := engine.PublicAccess(ctx, access)
	through := public.Through
	if public.Is == core.PublicUnknown {
		through = public.Unknown
	}
	row.Add("public", public.Is)
	if words {
		row.AddText("public_through", strings.Join(through, "; "))
	} else {
		row.Add("public_through", textList(through))
	}
	return err
}

// websiteURL returns the URL of a bucket's website; empty if the system has none.
func websiteURL(engine *core.Engine, bucket, region string) string {
	url := strings.NewReplacer("{bucket}", bucket, "{region}", region).Replace(engine.Description().WebsiteURL)
	if url != "" && !strings.HasSuffix(url, "/") {
		url += "/"
	}
	return url
}
