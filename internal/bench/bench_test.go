//go:build systems

// Package bench measures whole commands against named peers, in one run, and reports ratios: this tool against the
// Python tool, and against bare programs over the same libraries (peer/). It is run by make bench, never as a test.
//
// A metric x-PEER is the median of this tool's time over the peer's: under 1 is faster.
package bench

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

const (
	startRounds    = 15
	transferRounds = 5
	largeSize      = 256 << 20
	smallSize      = 4 << 10
	smallCount     = 2000
	listCount      = 100_000
)

func TestMain(m *testing.M) { systems.Main(m) }

// tools are the programs that are compared, built as they are now.
type tools struct {
	ours, python, peer string
	env                []string
}

func build(b *testing.B, system *systems.System, backend string) tools {
	b.Helper()
	t := tools{ours: systems.Binary(b, "s3-credentials"), python: systems.Python(b), peer: filepath.Join(b.TempDir(), "peer")}
	t.env = os.Environ()
	if system != nil {
		systems.PluginBinary(b, backend)
		t.env = append(system.Env(), "S3_CREDENTIALS_BACKEND="+backend)
	}
	if out, err := exec.Command("go", "build", "-o", t.peer, "./peer").CombinedOutput(); err != nil {
		b.Fatalf("building the peer: %v\n%s", err, out)
	}
	return t
}

func (t tools) tool(args ...string) command {
	return command{name: "s3-credentials", path: t.ours, args: args, env: t.env}
}

func (t tools) pythonTool(args ...string) command {
	return command{name: "python", path: t.python, args: args, env: t.env}
}

func (t tools) bare(args ...string) command {
	return command{name: "bare", path: t.peer, args: args, env: t.env}
}

func BenchmarkHelp(b *testing.B) {
	t := build(b, nil, "")
	compare(b, startRounds, t.tool("--help"), t.pythonTool("--help"))
}

func BenchmarkPolicy(b *testing.B) {
	t := build(b, nil, "")
	compare(b, startRounds, t.tool("policy", "my-bucket", "--read-only"), t.pythonTool("policy", "my-bucket", "--read-only"))
}

func BenchmarkWhoAmI(b *testing.B) {
	t := build(b, systems.Moto(b), "aws")
	compare(b, startRounds, t.tool("whoami"), t.pythonTool("whoami"), t.bare("whoami"))
}

func BenchmarkPutLarge(b *testing.B) {
	t := build(b, systems.MinIO(b), "minio")
	file := filepath.Join(b.TempDir(), "large")
	randomFile(b, file, largeSize)
	bucket := t.bucket(b)
	compare(b, transferRounds, t.tool("put-object", bucket, "large", file, "--silent"), t.bare("put", bucket, "large", file))
}

func BenchmarkGetLarge(b *testing.B) {
	t := build(b, systems.MinIO(b), "minio")
	file := filepath.Join(b.TempDir(), "large")
	randomFile(b, file, largeSize)
	bucket := t.bucket(b)
	t.bare("put", bucket, "large", file).run(b)
	compare(b, transferRounds, t.tool("get-object", bucket, "large", "-o", file), t.bare("get", bucket, "large", file))
}

func BenchmarkPutSmall(b *testing.B) {
	t := build(b, systems.MinIO(b), "minio")
	bucket, folder := t.bucket(b), smallFiles(b)
	compare(b, transferRounds,
		t.tool("put-objects", bucket, folder, "--silent"),
		t.bare("put-many", bucket, folder),
		t.rclone(b, "copy", "--ignore-times", folder, ":s3:"+bucket+"/"+filepath.Base(folder)))
}

func BenchmarkGetSmall(b *testing.B) {
	t := build(b, systems.MinIO(b), "minio")
	bucket := t.bucket(b)
	t.bare("put-many", bucket, smallFiles(b)).run(b)
	target := b.TempDir()
	compare(b, transferRounds,
		t.tool("get-objects", bucket, "-o", target, "--silent"),
		t.bare("get-many", bucket, target),
		t.rclone(b, "copy", "--ignore-times", ":s3:"+bucket, target))
}

func BenchmarkList(b *testing.B) {
	t := build(b, systems.MinIO(b), "minio")
	bucket := t.bucket(b)
	t.fill(b, bucket, listCount)
	compare(b, transferRounds, t.tool("list-bucket", bucket, "--nl"), t.bare("list", bucket), t.rclone(b, "lsf", "-R", ":s3:"+bucket))
}

func BenchmarkDelete(b *testing.B) {
	t := build(b, systems.MinIO(b), "minio")
	bucket := t.bucket(b)
	refill := func() { t.fill(b, bucket, listCount) }
	ours, bare := t.tool("delete-objects", bucket, "--prefix", "o", "--silent"), t.bare("delete", bucket)
	purge := t.rclone(b, "delete", ":s3:"+bucket)
	ours.before, bare.before, purge.before = refill, refill, refill
	compare(b, 1, ours, bare, purge)
}

// bucket makes a bucket for one benchmark; it ends with the server.
func (t tools) bucket(b *testing.B) string {
	b.Helper()
	name := fmt.Sprintf("bench-%d-%s", os.Getpid(), sanitized(b.Name()))
	t.bare("make-bucket", name).run(b)
	return name
}

// fill puts so many empty objects into a bucket.
func (t tools) fill(b *testing.B, bucket string, count int) {
	b.Helper()
	t.bare("fill", bucket, fmt.Sprint(count)).run(b)
}

// rclone is the rclone program of this machine; make bench says how to get it.
func (t tools) rclone(b *testing.B, args ...string) command {
	b.Helper()
	path, err := exec.LookPath("rclone")
	if err != nil {
		b.Fatal("rclone is one of the named peers and is not installed: install it, from Debian or rclone's own packages")
	}
	args = append(args, "--s3-provider", "Minio", "--s3-env-auth", "--transfers", "16", "--checkers", "16", "--config", "")
	return command{name: "rclone", path: path, args: args, env: append(t.env, "RCLONE_S3_ENDPOINT="+endpoint(t.env))}
}
