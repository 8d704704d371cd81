//go:build systems

package format

import (
	"crypto/rand"
	"path/filepath"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// What create prints is handed to the programs as it is, and they work with it on MinIO: they write an object, list it and
// read it, with permanent and with temporary keys that may do nothing else.
func TestProgramsWorkWithWhatCreatePrints(t *testing.T) {
	minio := systems.MinIO(t)
	systems.PluginBinary(t, "minio")
	tool := systems.Binary(t, "s3-credentials")
	for kind, options := range map[string][]string{"permanent": nil, "temporary": {"-d", "15m"}} {
		for name, use := range map[string]func(t *testing.T, printed, bucket string){"rclone": useRclone, "mc": useMC, "s3cmd": useS3cmd} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				bucket := "format-" + strings.ToLower(rand.Text()[:8])
				admin := append(minio.Env(), "S3_CREDENTIALS_ENDPOINT_URL="+minio.EndpointURL, "S3_CREDENTIALS_BACKEND=minio")
				printed := run(t, "", admin, tool, append([]string{"create", bucket, "-c", "--format", name}, options...)...)
				use(t, printed, bucket)
			})
		}
	}
}

// TestRcloneUploadsWithAWriteOnlyKey has rclone copy a file, which looks at what is there before and after unless it is told not to.
func TestRcloneUploadsWithAWriteOnlyKey(t *testing.T) {
	minio := systems.MinIO(t)
	systems.PluginBinary(t, "minio")
	bucket := "format-" + strings.ToLower(rand.Text()[:8])
	admin := append(minio.Env(), "S3_CREDENTIALS_ENDPOINT_URL="+minio.EndpointURL, "S3_CREDENTIALS_BACKEND=minio")
	tool := systems.Binary(t, "s3-credentials")
	config := file(t, "rclone.conf", run(t, "", admin, tool, "create", bucket, "-c", "--write-only", "--format", "rclone"))
	run(t, "", nil, program(t, "rclone"), "--config", config, "--retries", "1", "copyto", file(t, "x.txt", "hello"), bucket+":"+bucket+"/x.txt")
	if got := run(t, "", admin, tool, "get-object", bucket, "x.txt"); got != "hello" {
		t.Errorf("rclone wrote %q", got)
	}
}

func useRclone(t *testing.T, printed, bucket string) {
	config := file(t, "rclone.conf", printed)
	rclone := func(input string, args ...string) string {
		return run(t, input, nil, program(t, "rclone"), append([]string{"--config", config, "--retries", "1"}, args...)...)
	}
	at := bucket + ":" + bucket
	rclone("hello", "rcat", at+"/x.txt")
	if got := rclone("", "lsf", at); got != "x.txt\n" {
		t.Errorf("rclone lists %q", got)
	}
	if got := rclone("", "cat", at+"/x.txt"); got != "hello" {
		t.Errorf("rclone reads %q", got)
	}
}

func useMC(t *testing.T, printed, bucket string) {
	dir := t.TempDir()
	mc := func(input string, args ...string) string {
		return run(t, input, nil, mcProgram(t), append([]string{"--config-dir", dir, "--quiet"}, args...)...)
	}
	mc(printed, "alias", "import", "mine")
	mc("hello", "pipe", "mine/"+bucket+"/x.txt")
	if got := mc("", "ls", "mine/"+bucket); !strings.Contains(got, "x.txt") {
		t.Errorf("mc lists %q", got)
	}
	if got := mc("", "cat", "mine/"+bucket+"/x.txt"); got != "hello" {
		t.Errorf("mc reads %q", got)
	}
}

func useS3cmd(t *testing.T, printed, bucket string) {
	config := file(t, "s3cfg", printed)
	s3cmd := func(args ...string) string {
		return run(t, "", nil, program(t, "s3cmd"), append([]string{"--config", config, "--no-progress"}, args...)...)
	}
	at := "s3://" + bucket
	s3cmd("put", file(t, "x.txt", "hello"), at+"/x.txt")
	if got := s3cmd("ls", at); !strings.Contains(got, at+"/x.txt") {
		t.Errorf("s3cmd lists %q", got)
	}
	target := filepath.Join(t.TempDir(), "back.txt")
	s3cmd("get", at+"/x.txt", target)
	if got := run(t, "", nil, "cat", target); got != "hello" {
		t.Errorf("s3cmd reads %q", got)
	}
}
