//go:build systems

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
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
