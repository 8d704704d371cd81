//go:build systems

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// The examples of --help are run as a user would who copies them into a shell, on a system where what they name exists.

func TestExamplesOnMoto(t *testing.T) {
	runExamples(t, systems.NewMoto(t), describedByPlugin(t, "aws").Capabilities)
}

func TestExamplesOnMinIO(t *testing.T) {
	runExamples(t, systems.MinIO(t), describedByPlugin(t, "minio").Capabilities)
}

func TestExamplesOnSeaweedFS(t *testing.T) {
	runExamples(t, systems.SeaweedFS(t), describedByPlugin(t, "seaweedfs").Capabilities)
}

func TestExamplesOnCeph(t *testing.T) {
	runExamples(t, systems.Ceph(t), describedByPlugin(t, "ceph").Capabilities)
}

func TestExamplesOnGarage(t *testing.T) {
	runExamples(t, systems.Garage(t), describedByPlugin(t, "garage").Capabilities)
}

// runExamples expects of each example that it does what it says, or, where it needs what the system has not, that it
// is refused with the exit code for that.
func runExamples(t *testing.T, system *systems.System, capabilities []driver.Capability) {
	bin := filepath.Dir(program(t))
	if system.Name != "minio" { // the race detector sees each example on one system, as it does the scripts
		bin = filepath.Dir(systems.Binary(t, "s3-credentials"))
	}
	stage := &stage{system: system, bin: bin, capabilities: capabilities}
	for _, command := range commands(cli.NewInput(strings.NewReader(""))) {
		if len(command.Examples) == 0 && !command.Hidden {
			t.Errorf("%s has no example", command.Name)
		}
		for _, example := range command.Examples {
			t.Run(command.Name, func(t *testing.T) {
				line := stage.prepare(t, example.Line)
				want := cli.ExitDone
				if len(lacking(needsOf(command, example.Line, capabilities), capabilities)) > 0 {
					want = cli.ExitUnsupported
				}
				if command.Name == "verify" && system.Name == "moto" && !strings.Contains(line, "--dry-run") {
					want = cli.ExitDiffers // moto holds no key to its policies
				}
				if command.Name == "localserver" && want != cli.ExitUnsupported {
					stage.serve(t, line)
					return
				}
				if code, out := stage.run(t, line); code != want {
					t.Errorf("%s\nexit code %d, want %d\n%s", line, code, want, out)
				}
			})
		}
	}
}

// stage is where examples run: a folder of their own for each, and a system with what they name.
type stage struct {
	system       *systems.System
	bin, folder  string
	capabilities []driver.Capability
}

var (
	exampleBucket = regexp.MustCompile(`\bmy-(existing-)?bucket\b`)
	exampleEmpty  = regexp.MustCompile(`\bmy-empty-bucket\b`)
	examplePort   = regexp.MustCompile(` --port [0-9]+`)
	exampleUser   = regexp.MustCompile(`\busername[0-9]?\b`)
	keyPattern    = regexp.MustCompile(`"AccessKeyId": "(\w+)"`)
)

// exampleKey is AWS's.
const exampleKey = "AKIAIOSFODNN7EXAMPLE"

// prepare makes what the line names, and returns the line with what differs from machine to machine replaced.
func (s *stage) prepare(t *testing.T, line string) string {
	t.Helper()
	s.folder = t.TempDir()
	for _, name := range []string{"one.txt", "two.txt", "file.txt", "my-folder/three.txt"} {
		path := filepath.Join(s.folder, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(name), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	s.prepareProfiles(t, line)
	if bucket := exampleBucket.FindString(line); bucket != "" {
		s.prepareBucket(t, bucket)
	}
	if bucket := exampleEmpty.FindString(line); bucket != "" {
		if code, out := s.run(t, "s3-credentials create "+bucket+" -c --silent --username "+bucket+" >&2"); code != 0 {
			t.Fatal(out)
		}
	}
	if strings.Contains(line, "my-new-bucket") && !slices.Contains(s.capabilities, driver.CapAccessKeys) {
		// A user is its key there, and gets no other.
		_, _ = s.run(t, "s3-credentials delete-user s3.read-write.my-new-bucket") // of another example
	}
	for _, user := range exampleUser.FindAllString(line, -1) {
		_, _ = s.run(t, "s3-credentials delete-user "+user) // of another example, with its keys
		code, out := s.run(t, "s3-credentials create my-bucket -c --silent --username "+user+" >&2")
		if code != 0 {
			t.Fatal(out)
		}
		line = strings.ReplaceAll(line, exampleKey, keyPattern.FindStringSubmatch(out)[1])
	}
	return strings.NewReplacer("http://127.0.0.1:9000", s.system.EndpointURL, "/path/to", s.folder).Replace(line)
}

// prepareProfiles makes the system that to copy from, and a sandbox that to copy to.
func (s *stage) prepareProfiles(t *testing.T, line string) {
	t.Helper()
	var config strings.Builder
	for profile, system := range map[string]*systems.System{"old": s.system, "new": s.system} {
		if profile == "new" && strings.Contains(line, "copy-access") {
			system = systems.NewSandbox(t)
		}
		fmt.Fprintf(&config, "[profile %s]\nendpoint_url = %s\nregion = %s\naws_access_key_id = %s\naws_secret_access_key = %s\n",
			profile, system.EndpointURL, system.Region, system.AccessKeyID, system.SecretAccessKey)
	}
	folder := filepath.Join(s.folder, ".aws")
	if err := errors.Join(os.Mkdir(folder, 0o700), os.WriteFile(filepath.Join(folder, "config"), []byte(config.String()), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// prepareBucket makes a bucket with objects in it and every setting that the system has.
func (s *stage) prepareBucket(t *testing.T, bucket string) {
	t.Helper()
	client := s3.New(s3.Options{
		Region: s.system.Region, BaseEndpoint: aws.String(s.system.EndpointURL), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(s.system.AccessKeyID, s.system.SecretAccessKey, ""),
	})
	ctx, name := t.Context(), aws.String(bucket)
	s.makeBucket(t, client, bucket)
	for _, key := range []string{"one.txt", "two.txt", "hello.txt", "path/two.txt", "path/three.js", "my-folder/four.txt"} {
		_, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: name, Key: aws.String(key), Body: strings.NewReader(key)})
		if err != nil {
			t.Fatal(err)
		}
	}
	policy := strings.ReplaceAll(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["*"]},`+
		`"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::BUCKET/*"]}]}`, "BUCKET", bucket)
	err := os.WriteFile(filepath.Join(s.folder, "policy.json"), []byte(policy), 0o600)
	if slices.Contains(s.capabilities, driver.CapBucketPolicy) {
		_, policyErr := client.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: name, Policy: &policy})
		err = errors.Join(err, policyErr)
	}
	if slices.Contains(s.capabilities, driver.CapBucketCORS) {
		_, corsErr := client.PutBucketCors(ctx, &s3.PutBucketCorsInput{Bucket: name, CORSConfiguration: &types.CORSConfiguration{
			CORSRules: []types.CORSRule{{AllowedMethods: []string{"GET"}, AllowedOrigins: []string{"*"}}},
		}})
		err = errors.Join(err, corsErr)
	}
	if slices.Contains(s.capabilities, driver.CapBucketPublicAccessBlock) {
		_, blockErr := client.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{
			Bucket: name, PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
				IgnorePublicAcls: aws.Bool(true), // Ceph keeps none of which nothing is true
			},
		})
		err = errors.Join(err, blockErr)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// makeBucket makes a bucket unless it is there. On Garage, one that S3 makes has a name for its maker alone.
func (s *stage) makeBucket(t *testing.T, client *s3.Client, bucket string) {
	t.Helper()
	if s.system.AdminToken != "" {
		maker := "maker-of-" + bucket
		if code, out := s.run(t, "s3-credentials list-bucket "+bucket+" || { s3-credentials create "+bucket+" -c --silent --username "+maker+" && s3-credentials delete-user "+maker+"; } >&2"); code != 0 {
			t.Fatal(out)
		}
		return
	}
	var owned *types.BucketAlreadyOwnedByYou
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String(bucket)}); err != nil && !errors.As(err, &owned) {
		t.Fatal(err)
	}
}

// command is a shell that runs a line as the system's administrator.
func (s *stage) command(ctx context.Context, line string) *exec.Cmd {
	command := exec.CommandContext(ctx, "bash", "-e", "-o", "pipefail", "-c", line)
	command.Dir = s.folder
	command.Env = append(s.system.Env(), "PATH="+s.bin+":"+os.Getenv("PATH"), "HOME="+s.folder, "XDG_CONFIG_HOME="+s.folder+"/.config", "AWS_CONFIG_FILE="+s.folder+"/.aws/config",
		"S3_CREDENTIALS_ENDPOINT_URL="+s.system.EndpointURL, "S3_CREDENTIALS_REGION="+s.system.Region,
		"S3_CREDENTIALS_ACCESS_KEY="+s.system.AccessKeyID, "S3_CREDENTIALS_SECRET_KEY="+s.system.SecretAccessKey)
	if strings.Contains(line, "copy-access") {
		// They would come before those of each profile.
		command.Env = append(command.Env, "AWS_ENDPOINT_URL=", "AWS_REGION=", "AWS_DEFAULT_REGION=")
	}
	return command
}

// run runs a line and returns its exit code, and what it printed to standard error.
func (s *stage) run(t *testing.T, line string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var errs bytes.Buffer
	command := s.command(ctx, line)
	command.Stderr = &errs
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return command.ProcessState.ExitCode(), errs.String()
}

// serve runs an example that never ends by itself, on any free port, until it serves.
func (s *stage) serve(t *testing.T, line string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	line = examplePort.ReplaceAllString(line, "") // any may be taken
	command := s.command(ctx, "exec "+line+" --port 0")
	errs, err := command.StderrPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	said, serves := "", false
	for lines := bufio.NewScanner(errs); !serves && lines.Scan(); {
		said += lines.Text() + "\n"
		serves = strings.HasPrefix(lines.Text(), "Serving ")
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	_, copyErr := bytes.NewBuffer(nil).ReadFrom(errs)
	if err := errors.Join(copyErr, command.Wait()); err != nil || !serves {
		t.Errorf("%s\n%v\n%s", line, err, said)
	}
}
