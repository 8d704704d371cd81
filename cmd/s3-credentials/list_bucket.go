package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

var objectColumns = []string{"Key", "LastModified", "ETag", "Size", "StorageClass", "Owner"}

// objectLister is list-bucket with its options.
type objectLister struct {
	list   listing
	prefix string
	urls   bool
}

func newListBucket() *cli.Command {
	l := &objectLister{list: listing{shown: []string{"Key", "Size", "LastModified", "StorageClass"}}}
	return &cli.Command{
		Name:    "list-bucket",
		Summary: "List contents of bucket",
		Needs:   []driver.Capability{driver.CapObjects},
		Examples: []cli.Example{
			{Purpose: "To list the contents of a bucket as JSON", Line: "s3-credentials list-bucket my-bucket"},
			{Purpose: "Add --csv or --tsv for CSV or TSV format", Line: "s3-credentials list-bucket my-bucket --csv"},
			{Purpose: "To read it yourself, in a terminal", Line: "s3-credentials list-bucket my-bucket --table"},
			{Purpose: "Add --urls to get an extra URL field for each key", Line: "s3-credentials list-bucket my-bucket --urls"},
		},
		Args: []cli.Arg{bucketArg},
		Options: append([]cli.Option{
			cli.Text(&l.prefix, "prefix", "List keys starting with this prefix").OrEmpty().Completing(cli.CompleteKey),
			cli.Flag(&l.urls, "urls", "Show URLs for each key"),
		}, l.list.options()...),
		Check: l.list.check,
		Run:   l.run,
	}
}

func (l *objectLister) run(ctx context.Context, env *cli.Env, args []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	columns := objectColumns
	base := ""
	if l.urls {
		columns = append(slices.Clone(columns), "URL")
		l.list.shown = []string{"Key", "Size", "LastModified", "URL"}
		base = engine.Description().EndpointURL + "/" + escapePath(args[0]) + "/"
	}
	objects := engine.ListObjects(ctx, driver.ListObjectsRequest{Bucket: args[0], Prefix: l.prefix})
	return printRows(env, &l.list, columns, objects, asRow(func(o driver.ObjectInfo) orderedjson.Object {
		return objectRow(o, base)
	}))
}

// objectRow has the members in S3's order.
func objectRow(o driver.ObjectInfo, base string) orderedjson.Object {
	row := make(orderedjson.Object, 0, 8)
	row.Add("Key", o.Key)
	row.AddTime("LastModified", o.LastModified)
	row.AddText("ETag", o.ETag)
	if len(o.ChecksumAlgorithm) > 0 {
		row.Add("ChecksumAlgorithm", o.ChecksumAlgorithm)
	}
	row.AddText("ChecksumType", o.ChecksumType)
	row.Add("Size", o.Size)
	row.AddText("StorageClass", o.StorageClass)
	if o.Owner != nil {
		row.Add("Owner", ownerValue(*o.Owner))
	}
	if base != "" {
		row.Add("URL", base+escapePath(o.Key))
	}
	return row
}

// escapePath escapes a key for a URL as S3 signs it: everything except slashes and unreserved characters.
func escapePath(key string) string {
	var b strings.Builder
	for i := range len(key) {
		c := key[i]
		if c == '/' || strings.IndexByte("-._~", c) >= 0 || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}
