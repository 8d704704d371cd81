//go:build systems

package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// localserver is started as a user starts it, and asked by programs that know nothing of this project.

func TestLocalserverOnMinIO(t *testing.T) { testLocalserver(t, systems.MinIO(t), "minio", true) }

// moto knows sessions, but does not enforce their policies.
func TestLocalserverOnMoto(t *testing.T) { testLocalserver(t, systems.Moto(t), "aws", false) }

func testLocalserver(t *testing.T, system *systems.System, backend string, enforced bool) {
	bucket := "localserver-" + strings.ToLower(rand.Text()[:8])
	admin := s3.New(s3.Options{
		Region: system.Region, BaseEndpoint: aws.String(system.EndpointURL), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(system.AccessKeyID, system.SecretAccessKey, ""),
	})
	if _, err := admin.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()
		admin.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: aws.String("x")}) //nolint:errcheck // moto lets it be made
		if _, err := admin.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &bucket}); err != nil {
			t.Error(err)
		}
	})

	log := filepath.Join(t.TempDir(), "log")
	args := []string{"--backend", backend, "--read-only", "-d", "15m", "--port", "0", "--audit-log", log, "--debug"}
	if enforced {
		args = append(args, "--verify")
	}
	server := startLocalserver(t, system, bucket, args...)
	if before, _, _ := strings.Cut(server.output(), "Serving "); strings.Contains(before, "\nVerified: ") != enforced {
		t.Errorf("before it served it said %q", before)
	}
	if shown := strings.Count(server.output(), " request method="); shown == 0 {
		t.Errorf("no request is shown in %q", server.output())
	}
	keys := server.root(t)
	checkClient(t, server.sdk(t), bucket, enforced)
	server.botocore(t, system, bucket)

	stderr := server.terminate(t)
	recorded, err := os.ReadFile(log)
	if err != nil || len(auditLines(t, log)) < 2 || !bytes.Contains(recorded, []byte(`"access_key_id": "`+keys.AccessKeyID+`"`)) {
		t.Errorf("the audit log is %s, %v", recorded, err)
	}
	stderr += string(recorded)
	for _, secret := range []string{keys.SecretAccessKey, keys.SessionToken, server.variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"], system.SecretAccessKey} {
		if secret == "" || strings.Contains(stderr, secret) {
			t.Errorf("stderr shows a secret, or there is none (%d characters)", len(secret))
		}
	}
	if left, err := filepath.Glob(filepath.Join(server.runtime, "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestLocalserverEndsWhereCredentialsAreWider verifies them on moto, which holds no session to its policy. What was made for them goes.
func TestLocalserverEndsWhereCredentialsAreWider(t *testing.T) {
	system := systems.NewMoto(t)
	bucket := "wider-" + strings.ToLower(rand.Text()[:8])
	k := &killed{T: t, direct: system, backend: "aws"}
	if stderr, code := k.tool(system, "create", bucket, "-c"); code != 0 {
		t.Fatal(stderr)
	}
	log := filepath.Join(t.TempDir(), "log")
	said, code := k.tool(system, "localserver", bucket, "--verify", "-d", "15m", "--port", "0", "--audit-log", log)
	if code != cli.ExitDiffers || !strings.Contains(said, "the key is wider than what was asked for") || strings.Contains(said, "Serving") ||
		!strings.Contains(said, ", role s3-credentials.AmazonS3FullAccess") {
		t.Errorf("exit code %d: %s", code, said)
	}
	if lines := auditLines(t, log); len(lines) != 2 || lines[1]["exit"] != float64(cli.ExitDiffers) || len(lines[1]["undone"].([]any)) != 2 {
		t.Errorf("the audit log has %v", lines)
	}
	if roles := k.output("list-roles", "--csv"); strings.Contains(roles, "s3-credentials") {
		t.Errorf("the role is left: %s", roles)
	}
}

// checkClient checks that a client may read the bucket, and nothing else.
func checkClient(t *testing.T, client *s3.Client, bucket string, enforced bool) {
	t.Helper()
	if _, err := client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &bucket}); err != nil {
		t.Errorf("listing with the keys: %v", err)
	}
	_, err := client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: aws.String("x"), Body: strings.NewReader("x")})
	var api smithy.APIError
	if enforced && (!errors.As(err, &api) || api.ErrorCode() != "AccessDenied") {
		t.Errorf("writing with read-only keys: %v", err)
	}
}

// localserverProcess is a running localserver.
type localserverProcess struct {
	command *exec.Cmd
	// url is the server's, variables what it says to export, runtime the folder for its token.
	url       string
	variables map[string]string
	runtime   string

	mu     sync.Mutex
	stderr bytes.Buffer
	// read is closed when the process has closed its stderr.
	read chan struct{}
	// resume, if set, lets stderr be read on once the server is ready.
	resume chan struct{}
}

func startLocalserver(t *testing.T, system *systems.System, bucket string, args ...string) *localserverProcess {
	t.Helper()
	p := &localserverProcess{runtime: t.TempDir(), read: make(chan struct{})}
	p.start(t, system, bucket, args...)
	return p
}

func (p *localserverProcess) start(t *testing.T, system *systems.System, bucket string, args ...string) {
	t.Helper()
	p.command = exec.CommandContext(t.Context(), program(t), append([]string{"localserver", bucket}, args...)...)
	p.command.Env = append(system.Env(), "S3_CREDENTIALS_ENDPOINT_URL="+system.EndpointURL, "HOME="+t.TempDir(), "XDG_RUNTIME_DIR="+p.runtime)
	pipe, err := p.command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.command.ProcessState == nil {
			p.command.Process.Kill() //nolint:errcheck // it may have ended
			p.command.Wait()         //nolint:errcheck
		}
	})
	ready := make(chan struct{})
	go p.follow(pipe, ready)
	select {
	case <-ready:
	case <-p.read:
		t.Fatalf("localserver ended: %s", p.output())
	case <-time.After(patience):
		t.Fatalf("localserver is not ready: %s", p.output())
	}
	p.url = regexp.MustCompile(`(?m) credentials for bucket '` + bucket + `' at (http://localhost:\d+/)$`).FindStringSubmatch(p.output())[1]
	p.variables = exported(t, p.output())
}

// follow reads stderr to its end, and says when the server is ready.
func (p *localserverProcess) follow(pipe io.Reader, ready chan<- struct{}) {
	defer close(p.read)
	lines := bufio.NewScanner(pipe)
	for lines.Scan() {
		p.mu.Lock()
		p.stderr.WriteString(lines.Text() + "\n")
		p.mu.Unlock()
		if lines.Text() == "Press Ctrl+C to stop" {
			close(ready)
			if p.resume != nil {
				<-p.resume
			}
		}
	}
}

func (p *localserverProcess) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stderr.String()
}

// exported runs the lines that the server says to run, in a shell, and returns the variables that they set.
func exported(t *testing.T, stderr string) map[string]string {
	t.Helper()
	lines := regexp.MustCompile(`(?m)^  export .*$`).FindAllString(stderr, -1)
	out, err := exec.CommandContext(t.Context(), "sh", "-c", strings.Join(lines, "\n")+"\nenv -0").Output()
	if err != nil {
		t.Fatal(err)
	}
	variables := map[string]string{}
	for entry := range strings.SplitSeq(string(out), "\x00") {
		if name, value, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "AWS_") {
			variables[name] = value
		}
	}
	return variables
}

type localserverKeys struct{ AccessKeyID, SecretAccessKey, SessionToken, Expiration string }

// root asks "/" as curl would.
func (p *localserverProcess) root(t *testing.T) (keys localserverKeys) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&keys); err != nil {
		t.Fatal(err)
	}
	expires, err := time.Parse("2006-01-02T15:04:05.999999-07:00", keys.Expiration)
	if left := time.Until(expires); err != nil || left < 10*time.Minute || left > 16*time.Minute {
		t.Errorf("the keys expire in %s (%q): %v", left, keys.Expiration, err)
	}
	return keys
}

// sdk returns a client that finds its credentials, and the system, by itself.
func (p *localserverProcess) sdk(t *testing.T) *s3.Client {
	t.Helper()
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // so that it is put back
			os.Unsetenv(name)
		}
	}
	for name, value := range p.variables {
		t.Setenv(name, value)
	}
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	loaded, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s3.NewFromConfig(loaded, func(o *s3.Options) { o.UsePathStyle = true })
}

// botocore lists the bucket from Python, with the variables that the server prints.
func (p *localserverProcess) botocore(t *testing.T, system *systems.System, bucket string) {
	t.Helper()
	script := `import botocore.session, sys
s = botocore.session.Session()
s.create_client("s3").list_objects_v2(Bucket=sys.argv[1])
print(s.get_credentials().method)`
	python := exec.CommandContext(t.Context(), filepath.Join(filepath.Dir(systems.Python(t)), "python"), "-c", script, bucket)
	python.Env = slices.DeleteFunc(system.Env(), func(entry string) bool { return strings.HasPrefix(entry, "AWS_") })
	for name, value := range p.variables {
		python.Env = append(python.Env, name+"="+value)
	}
	var stderr bytes.Buffer
	python.Stderr = &stderr
	if out, err := python.Output(); err != nil || string(out) != "container-role\n" {
		t.Errorf("botocore got its credentials from %q, %v: %s", out, err, stderr.String())
	}
}

// terminate ends the server as a service manager does, and returns what it had printed.
func (p *localserverProcess) terminate(t *testing.T) string {
	t.Helper()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.read:
	case <-time.After(patience):
		t.Fatalf("after SIGTERM it still runs: %s", p.output())
	}
	if err := p.command.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v: %s", err, p.output())
	}
	return p.output()
}
