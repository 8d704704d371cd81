//go:build systems

package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/minio/minio-go/v7"
	miniocredentials "github.com/minio/minio-go/v7/pkg/credentials"
)

func TestDataSurvivesARestart(t *testing.T) {
	ctx, dir := context.Background(), filepath.Join(t.TempDir(), "deep", "er")
	first := start(t, dir)
	first.bucket(t, "the-bucket")
	_, err := first.s3(first.provider()).PutObject(ctx, &s3.PutObjectInput{
		Bucket: aws.String("the-bucket"), Key: aws.String("key"), Body: strings.NewReader("hello"), ContentType: aws.String("text/x-hello"),
	})
	if err != nil {
		t.Fatal(err)
	}
	reader := first.user(t, "reader", readOnly)
	first.end(t, syscall.SIGTERM)

	second := start(t, dir)
	if second.Key != first.Key || second.Secret != first.Secret {
		t.Error("the root keys changed")
	}
	object, err := second.s3(reader).GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("the-bucket"), Key: aws.String("key")})
	if err != nil {
		t.Fatal(err)
	}
	defer object.Body.Close()
	content, err := io.ReadAll(object.Body)
	if err != nil || string(content) != "hello" || *object.ContentType != "text/x-hello" {
		t.Errorf("got %q of type %s (%v)", content, *object.ContentType, err)
	}
	second.end(t, os.Interrupt)
}

func TestFilesAreForTheOwnerOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := start(t, dir)
	s.bucket(t, "the-bucket")
	for path, want := range map[string]os.FileMode{
		".": 0o700, "buckets": 0o700, "iam": 0o700, "run": 0o700, "root-keys.json": 0o600, "log": 0o600, "run/s3.sock": 0o600, "run/private.sock": 0o600,
	} {
		info, err := os.Stat(filepath.Join(dir, path))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: want mode %o, got %v (%v)", path, want, info.Mode(), err)
		}
	}
	s.end(t, syscall.SIGTERM)
	if err := os.Chmod(filepath.Join(dir, "root-keys.json"), 0o644); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := runHere(t, "--dir", dir)
	if code != 1 || !strings.Contains(stderr, "chmod 600") {
		t.Errorf("keys that others can read: exit %d, %q", code, stderr)
	}
}

func TestPoliciesAreEnforced(t *testing.T) {
	ctx, s := context.Background(), start(t, t.TempDir())
	s.bucket(t, "the-bucket")
	s.bucket(t, "other-bucket")
	root, user := s.s3(s.provider()), s.user(t, "reader", readOnly)
	for _, bucket := range []string{"the-bucket", "other-bucket"} {
		_, err := root.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: aws.String("key"), Body: strings.NewReader("hello")})
		if err != nil {
			t.Fatal(err)
		}
	}
	client := s.s3(user)
	object, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("the-bucket"), Key: aws.String("key")})
	if err != nil {
		t.Errorf("read: %v", err)
	} else {
		defer object.Body.Close()
	}
	if _, err = client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("the-bucket")}); err != nil {
		t.Errorf("list: %v", err)
	}
	_, err = client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("other-bucket"), Key: aws.String("key")})
	wantCode(t, "read another bucket", "AccessDenied", err)
	_, err = client.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("the-bucket"), Key: aws.String("new"), Body: strings.NewReader("x")})
	wantCode(t, "write", "AccessDenied", err)
	_, err = client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String("the-bucket"), Key: aws.String("key")})
	wantCode(t, "delete", "AccessDenied", err)

	identity, err := s.sts(user).GetCallerIdentity(ctx, nil)
	if err != nil || !strings.HasSuffix(*identity.Arn, ":user/reader") {
		t.Errorf("who it is: %v (%v)", identity, err)
	}
	if _, err := s.iam().DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: aws.String("reader"), PolicyName: aws.String("p")}); err != nil {
		t.Fatal(err)
	}
	_, err = client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("the-bucket")})
	wantCode(t, "list, right after the policy was deleted", "AccessDenied", err)
}

func TestWrongKeysAreRefused(t *testing.T) {
	ctx, s := context.Background(), start(t, t.TempDir())
	wrongSecret := credentials.NewStaticCredentialsProvider(s.Key, "wrong", "")
	unknown := credentials.NewStaticCredentialsProvider("AKIAUNKNOWN", "wrong", "")
	_, err := s.s3(wrongSecret).ListBuckets(ctx, nil)
	wantCode(t, "S3, wrong secret", "SignatureDoesNotMatch", err)
	_, err = s.s3(unknown).ListBuckets(ctx, nil)
	wantCode(t, "S3, unknown key", "InvalidAccessKeyId", err)
	_, err = s.sts(wrongSecret).GetCallerIdentity(ctx, nil)
	wantCode(t, "STS, wrong secret", "SignatureDoesNotMatch", err)
	_, err = s.sts(unknown).GetCallerIdentity(ctx, nil)
	wantCode(t, "STS, unknown key", "InvalidClientTokenId", err)
	_, err = s.s3(aws.AnonymousCredentials{}).ListBuckets(ctx, nil)
	wantCode(t, "S3, no key", "AccessDenied", err)
}

func TestLackingActionsSaySo(t *testing.T) {
	s := start(t, t.TempDir())
	_, err := s.sts(s.provider()).AssumeRole(context.Background(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::000000000000:role/any"), RoleSessionName: aws.String("any"),
	})
	wantCode(t, "AssumeRole", "InvalidAction", err)
	_, err = s.iam().ListAttachedUserPolicies(context.Background(), &iam.ListAttachedUserPoliciesInput{UserName: aws.String("any")})
	wantCode(t, "ListAttachedUserPolicies", "InvalidAction", err)
}

// Another client: minio-go signs bodies in chunks, and presigns with the service in the query.
func TestMinIOClient(t *testing.T) {
	ctx, s := context.Background(), start(t, t.TempDir())
	client, err := minio.New(strings.TrimPrefix(s.Endpoint, "http://"), &minio.Options{
		Creds: miniocredentials.NewStaticV4(s.Key, s.Secret, ""), Region: s.Region,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.MakeBucket(ctx, "the-bucket", minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	const key = "dir with space/ü+%41&=;.bin"
	content := bytes.Repeat([]byte("0123456789abcdef"), 20<<16) // 20 MiB, in parts
	_, err = client.PutObject(ctx, "the-bucket", key, bytes.NewReader(content), -1, minio.PutObjectOptions{PartSize: 5 << 20})
	if err != nil {
		t.Fatal(err)
	}
	link, err := client.PresignedGetObject(ctx, "the-bucket", key, time.Minute, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(link.String())
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || !bytes.Equal(got, content) {
		t.Errorf("presigned: %s, %d bytes (%v)", response.Status, len(got), err)
	}
}
