//go:build systems

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
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
	"github.com/aws/smithy-go"
	"github.com/minio/minio-go/v7"
	miniocredentials "github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes this test binary the program too.
func TestMain(m *testing.M) {
	// With the race detector, a program sleeps for a second when it exits, and tests start hundreds of them.
	os.Setenv("GORACE", "atexit_sleep_ms=0") //nolint:errcheck // it fails for invalid names only
	testscript.Main(m, map[string]func(){"s3-credentials-sandbox": main})
}

// started is a sandbox process and what it announced.
type started struct {
	Endpoint string `json:"endpoint_url"`
	Region   string `json:"region"`
	Key      string `json:"access_key_id"`
	Secret   string `json:"secret_access_key"`

	command *exec.Cmd
	rest    *bufio.Reader
	stderr  *bytes.Buffer
}

// start runs the program in a folder.
func start(t *testing.T, dir string) *started {
	t.Helper()
	s := &started{stderr: &bytes.Buffer{}}
	s.command = exec.Command("s3-credentials-sandbox", "--dir", dir, "--format", "json")
	s.command.Stderr = s.stderr
	out, err := s.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.command.Process.Kill() // it has ended already where the test went well
		_ = s.command.Wait()
	})
	s.rest = bufio.NewReader(out)
	line, err := s.rest.ReadBytes('\n')
	if err != nil {
		t.Fatalf("no announcement: %v: %s", err, s.stderr)
	}
	if err := json.Unmarshal(line, s); err != nil {
		t.Fatalf("announced %q: %v", line, err)
	}
	return s
}

// end asks the sandbox to end, and checks that it does so cleanly and had nothing else to say.
func (s *started) end(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := s.command.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(s.rest)
	if err != nil || len(rest) > 0 {
		t.Errorf("also printed %q (%v)", rest, err)
	}
	if err := s.command.Wait(); err != nil {
		t.Errorf("%v ends it with %v", signal, err)
	}
	if s.stderr.Len() > 0 {
		t.Errorf("complained: %s", s.stderr)
	}
}

func (s *started) provider() aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(s.Key, s.Secret, "")
}

func (s *started) s3(provider aws.CredentialsProvider) *s3.Client {
	return s3.New(s3.Options{
		Region: s.Region, BaseEndpoint: &s.Endpoint, UsePathStyle: true, Retryer: aws.NopRetryer{}, Credentials: provider,
	})
}

func (s *started) iam() *iam.Client {
	return iam.New(iam.Options{Region: s.Region, BaseEndpoint: &s.Endpoint, Retryer: aws.NopRetryer{}, Credentials: s.provider()})
}

func (s *started) sts(provider aws.CredentialsProvider) *sts.Client {
	return sts.New(sts.Options{Region: s.Region, BaseEndpoint: &s.Endpoint, Retryer: aws.NopRetryer{}, Credentials: provider})
}

// user makes a user with a policy and returns their key.
func (s *started) user(t *testing.T, name, policy string) aws.CredentialsProvider {
	t.Helper()
	ctx, client := context.Background(), s.iam()
	if _, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: &name}); err != nil {
		t.Fatal(err)
	}
	_, err := client.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("p"), PolicyDocument: &policy})
	if err != nil {
		t.Fatal(err)
	}
	made, err := client.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return credentials.NewStaticCredentialsProvider(*made.AccessKey.AccessKeyId, *made.AccessKey.SecretAccessKey, "")
}

func (s *started) bucket(t *testing.T, name string) {
	t.Helper()
	if _, err := s.s3(s.provider()).CreateBucket(context.Background(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, what, code string, err error) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Errorf("%s: want %s, got %v", what, code, err)
	}
}

const readOnly = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:ListBucket","s3:GetObject"],` +
	`"Resource":["arn:aws:s3:::the-bucket","arn:aws:s3:::the-bucket/*"]}]}`

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

func TestOneSandboxPerFolder(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir)
	code, stdout, stderr := runHere(t, "--dir", dir)
	if code != 1 || stdout != "" || !strings.Contains(stderr, "another sandbox runs in "+dir) {
		t.Errorf("a second one: exit %d, %q, %q", code, stdout, stderr)
	}
	s.end(t, syscall.SIGTERM)
}

// A sandbox that was killed leaves its sockets behind, which must not keep the next one from starting.
func TestStartsAfterAKill(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir)
	if err := s.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.command.Wait() // it was killed, and says so
	start(t, dir).end(t, syscall.SIGTERM)
}

// runHere runs the program to its end, for the cases where it does not get to serve.
func runHere(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "s3-credentials-sandbox", args...)
	var out, complaint bytes.Buffer
	command.Stdout, command.Stderr = &out, &complaint
	var exit *exec.ExitError
	if err := command.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return command.ProcessState.ExitCode(), out.String(), complaint.String()
}

func TestWrongUsage(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no folder":      {nil, "--dir"},
		"no such format": {[]string{"--dir", "x", "--format", "yaml"}, "'yaml' is not one of 'text', 'env', 'json'"},
		"no such option": {[]string{"--dri", "x"}, "dri"},
		"no address":     {[]string{"--dir", "x", "--listen", "here"}, "'here' is no address"},
		"for everybody":  {[]string{"--dir", "x", "--listen", "0.0.0.0:0"}, "--allow-remote"},
		"an argument":    {[]string{"--dir", "x", "y"}, "(y)"},
	} {
		code, stdout, stderr := runHere(t, c.args...)
		said, tail, _ := strings.Cut(stderr, "\n")
		if code != 2 || stdout != "" || !strings.Contains(said, c.says) || tail != "Try 's3-credentials-sandbox --help' for help.\n" {
			t.Errorf("%s: exit %d, %q, %q", name, code, stdout, stderr)
		}
	}
	for _, help := range []string{"--help", "-h", "help"} {
		if code, stdout, stderr := runHere(t, help); code != 0 || stderr != "" || !strings.Contains(stdout, "--listen") {
			t.Errorf("%s: exit %d, %q, %q", help, code, stdout, stderr)
		}
	}
}
