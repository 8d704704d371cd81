// Command peer does single S3 calls with nothing but the libraries: what a bare program needs for them is what
// this project's figures are compared with. Credentials and endpoint come from the environment, as the SDKs read it.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"golang.org/x/sync/errgroup"
)

const (
	partSize = 16 << 20
	parallel = 16
)

var commands = map[string]func(ctx context.Context, args []string) error{
	"whoami":   whoami,
	"put":      put,
	"get":      get,
	"put-many": putMany,
	"get-many": getMany,
	"list":     list,
	"delete":   deleteAll,

	"make-bucket": makeBucket,
	"fill":        fill,
}

func main() {
	run := commands[os.Args[1]]
	if err := run(context.Background(), os.Args[2:]); err != nil {
		log.Fatal(err)
	}
}

func whoami(ctx context.Context, _ []string) error {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	caller, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
	if err != nil {
		return err
	}
	fmt.Println(*caller.Arn)
	return nil
}

func client() (*minio.Client, error) {
	endpoint, err := url.Parse(os.Getenv("AWS_ENDPOINT_URL"))
	if err != nil {
		return nil, err
	}
	return minio.New(endpoint.Host, &minio.Options{Creds: credentials.NewEnvAWS(), Secure: endpoint.Scheme == "https"})
}

// put BUCKET KEY FILE
func put(ctx context.Context, args []string) error {
	c, err := client()
	if err != nil {
		return err
	}
	_, err = c.FPutObject(ctx, args[0], args[1], args[2], minio.PutObjectOptions{PartSize: partSize, NumThreads: 4})
	return err
}

// get BUCKET KEY FILE, in parallel ranges.
func get(ctx context.Context, args []string) error {
	c, err := client()
	if err != nil {
		return err
	}
	info, err := c.StatObject(ctx, args[0], args[1], minio.StatObjectOptions{})
	if err != nil {
		return err
	}
	file, err := os.Create(args[2])
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for from := int64(0); from < info.Size; from += partSize {
		group.Go(func() error { return getRange(ctx, c, args[0], args[1], file, from, min(from+partSize, info.Size)) })
	}
	return group.Wait()
}

func getRange(ctx context.Context, c *minio.Client, bucket, key string, file *os.File, from, to int64) error {
	var options minio.GetObjectOptions
	if err := options.SetRange(from, to-1); err != nil {
		return err
	}
	body, _, _, err := minio.Core{Client: c}.GetObject(ctx, bucket, key, options)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	_, err = io.Copy(io.NewOffsetWriter(file, from), body)
	return err
}

// putMany BUCKET FOLDER
func putMany(ctx context.Context, args []string) error {
	c, err := client()
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(args[1])
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, e := range entries {
		group.Go(func() error {
			_, err := c.FPutObject(ctx, args[0], e.Name(), filepath.Join(args[1], e.Name()), minio.PutObjectOptions{})
			return err
		})
	}
	return group.Wait()
}

// getMany BUCKET FOLDER
func getMany(ctx context.Context, args []string) error {
	c, err := client()
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for o := range c.ListObjects(ctx, args[0], minio.ListObjectsOptions{Recursive: true}) {
		if o.Err != nil {
			return o.Err
		}
		group.Go(func() error {
			return c.FGetObject(ctx, args[0], o.Key, filepath.Join(args[1], o.Key), minio.GetObjectOptions{})
		})
	}
	return group.Wait()
}

// list BUCKET
func list(ctx context.Context, args []string) error {
	c, err := client()
	if err != nil {
		return err
	}
	for o := range c.ListObjects(ctx, args[0], minio.ListObjectsOptions{Recursive: true}) {
		if o.Err != nil {
			return o.Err
		}
		fmt.Println(o.Key, o.Size, o.ETag)
	}
	return nil
}

// deleteAll BUCKET
func deleteAll(ctx context.Context, args []string) error {
	c, err := client()
	if err != nil {
		return err
	}
	objects := c.ListObjects(ctx, args[0], minio.ListObjectsOptions{Recursive: true})
	var once sync.Once
	for failed := range c.RemoveObjects(ctx, args[0], objects, minio.RemoveObjectsOptions{}) {
		once.Do(func() { err = failed.Err })
	}
	return err
}

// makeBucket BUCKET
func makeBucket(ctx context.Context, args []string) error {
	c, err := client()
	if err != nil {
		return err
	}
	return c.MakeBucket(ctx, args[0], minio.MakeBucketOptions{})
}

// fill BUCKET COUNT
func fill(ctx context.Context, args []string) error {
	c, err := client()
	if err != nil {
		return err
	}
	count, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for i := range count {
		group.Go(func() error {
			_, err := c.PutObject(ctx, args[0], fmt.Sprintf("o%06d", i), strings.NewReader(""), 0, minio.PutObjectOptions{})
			return err
		})
	}
	return group.Wait()
}
