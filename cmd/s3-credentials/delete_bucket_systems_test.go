//go:build systems

package main

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/systems"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// manyVersions is more than S3 lists, and deletes, at once.
const manyVersions = driver.MaxDeleteObjects + 100

// TestBucketsAreEmptied has buckets with all that can be in one, made by a client that is none of this project's.
func TestBucketsAreEmptied(t *testing.T) {
	for backend, system := range map[string]*systems.System{"minio": systems.MinIO(t), "aws": systems.Moto(t), "sandbox": systems.Sandbox(t)} {
		t.Run(backend, func(t *testing.T) {
			t.Parallel()
			f := &filled{T: t, client: s3.New(s3.Options{
				Region: system.Region, BaseEndpoint: aws.String(system.EndpointURL), UsePathStyle: true,
				Credentials: credentials.NewStaticCredentialsProvider(system.AccessKeyID, system.SecretAccessKey, ""),
			})}
			plugin := map[bool]string{true: "minio", false: "aws"}[backend == "minio"]
			d, err := host.Connect(t.Context(), host.Options{Path: systems.PluginBinary(t, plugin)}, driver.Config{
				EndpointURL: system.EndpointURL, Region: system.Region,
				Credentials: &driver.Credentials{AccessKeyID: system.AccessKeyID, SecretAccessKey: system.SecretAccessKey},
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { d.Close() }) //nolint:errcheck // what it said is what counts
			versioned := backend != "sandbox"
			bucket := f.bucket(versioned)
			kinds := map[string]int{}
			for item, err := range d.EmptyBucket(t.Context(), driver.EmptyBucketRequest{Bucket: bucket}) {
				if err != nil {
					t.Fatal(err)
				}
				switch {
				case item.UploadID != "":
					kinds["uploads"]++
				case item.Key == "many":
					kinds["versions"]++
				default:
					kinds["others"]++
				}
			}
			want := map[string]int{"uploads": 1, "versions": 1, "others": 4}
			if versioned {
				want["versions"], want["others"] = manyVersions+1, 5 // with a delete marker each
			}
			if fmt.Sprint(kinds) != fmt.Sprint(want) {
				t.Errorf("deleted %v, want %v", kinds, want)
			}
			if err := d.DeleteBucket(t.Context(), driver.DeleteBucketRequest{Bucket: bucket}); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestWhatIsToBeKeptKeepsTheBucket has a version that MinIO does not delete before its time.
func TestWhatIsToBeKeptKeepsTheBucket(t *testing.T) {
	system := systems.MinIO(t)
	f := &filled{T: t, client: s3.New(s3.Options{
		Region: system.Region, BaseEndpoint: aws.String(system.EndpointURL), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(system.AccessKeyID, system.SecretAccessKey, ""),
	})}
	bucket, ctx := aws.String("kept-"+strings.ToLower(rand.Text()[:8])), t.Context()
	_, err := f.client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket, ObjectLockEnabledForBucket: aws.Bool(true)})
	f.must(err)
	f.put(*bucket, "free")
	kept, err := f.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: bucket, Key: aws.String("kept"), Body: strings.NewReader("x"), ObjectLockMode: types.ObjectLockModeGovernance,
		ObjectLockRetainUntilDate: aws.Time(time.Now().Add(time.Hour)),
	})
	f.must(err)
	k := &killed{T: t, direct: system, backend: "minio"}
	said, code := k.tool(system, "delete-bucket", *bucket, "--objects")
	for _, want := range []string{
		"cannot finish removal of all that is in bucket " + *bucket + ": cannot delete the version " + *kept.VersionId + ` of "kept" in the bucket`,
		"deleted for good until then: 1",
	} {
		if code != cli.ExitFailed || !strings.Contains(said, want) {
			t.Errorf("exit code %d: %s, want %q", code, said, want)
		}
	}
	_, err = f.client.DeleteObject(ctx, &s3.DeleteObjectInput{
		Bucket: bucket, Key: aws.String("kept"), VersionId: kept.VersionId, BypassGovernanceRetention: aws.Bool(true),
	})
	f.must(err)
	if said, code := k.tool(system, "delete-bucket", *bucket); code != 0 {
		t.Errorf("once it is gone: %s", said)
	}
}

// filled makes buckets that are full.
type filled struct {
	*testing.T
	client *s3.Client
}

// bucket makes a bucket with objects whose keys are awkward, many versions of one that is deleted, and an unfinished upload.
func (f *filled) bucket(versioned bool) string {
	f.Helper()
	bucket, ctx := aws.String("filled-"+strings.ToLower(rand.Text()[:8])), f.Context()
	_, err := f.client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket})
	f.must(err)
	if versioned {
		_, err := f.client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
			Bucket: bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
		})
		f.must(err)
	}
	for _, key := range []string{"a b+c%2F", "ümläut/key", "folder/two", "gone"} {
		f.put(*bucket, key)
	}
	times := map[bool]int{true: manyVersions, false: 1}[versioned]
	for range times {
		f.put(*bucket, "many")
	}
	for _, key := range []string{"gone", "many"} {
		if versioned {
			_, err := f.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: &key})
			f.must(err)
		}
	}
	upload, err := f.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: aws.String("upload")})
	f.must(err)
	_, err = f.client.UploadPart(ctx, &s3.UploadPartInput{
		Bucket: bucket, Key: aws.String("upload"), UploadId: upload.UploadId, PartNumber: aws.Int32(1), Body: strings.NewReader("part"),
	})
	f.must(err)
	return *bucket
}

func (f *filled) put(bucket, key string) {
	f.Helper()
	_, err := f.client.PutObject(f.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("x")})
	f.must(err)
}

func (f *filled) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// TestAnInterruptedDeletionSaysThatItMayHaveBegun interrupts while the system does not answer the request that deletes objects.
func TestAnInterruptedDeletionSaysThatItMayHaveBegun(t *testing.T) {
	s := newSession(t)
	k := &killed{T: t, direct: s.direct, backend: "aws"}
	if said, code := k.tool(s.direct, "create", s.bucket, "-c"); code != 0 {
		t.Fatal(said)
	}
	f := &filled{T: t, client: s3.New(s3.Options{
		Region: s.direct.Region, BaseEndpoint: aws.String(s.direct.EndpointURL), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(s.direct.AccessKeyID, s.direct.SecretAccessKey, ""),
	})}
	f.put(s.bucket, "there")
	deletes := func(r systems.Request) bool {
		return r.Method == http.MethodPost && strings.HasPrefix(r.Query, "delete")
	}
	s.proxy.Reset(func(_ int, r systems.Request) systems.Action {
		if deletes(r) {
			return systems.Hang
		}
		return systems.Pass
	})
	s.start("delete-bucket", s.bucket, "--objects")
	s.until("DeleteObjects", func(seen []systems.Request) bool { return slices.ContainsFunc(seen, deletes) })
	if code, took := s.interrupt(syscall.SIGINT); code != 130 || took > patience {
		t.Errorf("exit %d after %s", code, took)
	}
	const want = "Error: interrupted; objects, versions and uploads deleted for good until then: 0, and perhaps up to 1000 more\n"
	if got := s.stderr.String(); got != want {
		t.Errorf("stderr is %q", got)
	}
	if said, code := k.tool(s.direct, "delete-bucket", s.bucket, "--objects"); code != 0 {
		t.Errorf("run again: %s", said)
	}
}
