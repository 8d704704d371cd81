//go:build systems && !windows

package hostile_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/systems"
	"github.com/s3-credentials/s3-credentials/plugins/host"
	"github.com/s3-credentials/s3-credentials/plugins/serve"
)

// TestMain makes this test binary the plugin that the name of its file says.
func TestMain(m *testing.M) {
	if name, isPlugin := strings.CutPrefix(filepath.Base(os.Args[0]), host.Prefix); isPlugin {
		hostile[name]()
		return
	}
	// With the race detector, a plugin sleeps for a second when it exits.
	os.Setenv("GORACE", "atexit_sleep_ms=0") //nolint:errcheck // it fails for invalid names only
	systems.Main(m)
}

// traceVariable names a file into which plugins write what must not happen.
const traceVariable = "S3_CREDENTIALS_PLUGIN_TEST_TRACE"

func trace(what string) {
	file, err := os.OpenFile(os.Getenv(traceVariable), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer file.Close()
	_, _ = file.WriteString(what + "\n")
}

func forever() { time.Sleep(time.Hour) }

func ignoreSignals() {
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGPIPE)
}

// hostile are the plugins by name.
var hostile = map[string]func(){
	"exits":   func() { os.Exit(0) },
	"crashes": func() { fmt.Fprintln(os.Stderr, "panic: no configuration"); os.Exit(2) },
	"chatty":  func() { fmt.Println("Loading configuration..."); serve.Serve(opener(&backend{})) },
	"version": func() { fmt.Println("1|99|unix|/nowhere|grpc|"); forever() },
	"mute":    func() { ignoreSignals(); forever() },
	"endless": func() { flood(os.Stdout) },
	"noisy":   func() { go flood(os.Stderr); forever() },
	"nobody": func() {
		fmt.Println("1|1|unix|" + filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "none") + "|grpc|")
		forever()
	},
	"babbling": babble,
	"huge-error": func() {
		serveRaw(opener(&backend{}), "/ListUsers", strings.Repeat("e", 100<<20))
	},
	"hangs-opening": func() {
		serve.Serve(func(context.Context, driver.Config) (driver.Driver, error) { select {} })
	},
	"hangs": func() {
		ignoreSignals()
		serve.Serve(opener(&backend{users: func() iter.Seq2[driver.User, error] { select {} }}))
	},
	"dies": func() {
		serve.Serve(opener(&backend{users: func() iter.Seq2[driver.User, error] { os.Exit(1); return nil }}))
	},
	"dies-listing":  func() { serve.Serve(opener(&backend{users: usersThenDeath})) },
	"huge-answer":   func() { serve.Serve(opener(&backend{users: hugeUser})) },
	"dies-sending":  func() { serve.Serve(opener(&backend{get: sendPartAndDie})) },
	"dies-writing":  func() { serve.Serve(opener(&backend{get: writePartAndDie})) },
	"dies-reading":  func() { serve.Serve(opener(&backend{put: readPartAndDie})) },
	"sends-less":    func() { serve.Serve(opener(&backend{get: sendLess})) },
	"writes-less":   func() { serve.Serve(opener(&backend{get: writeLess})) },
	"writes-none":   func() { serve.Serve(opener(&backend{get: func(driver.GetObjectRequest) error { return nil }})) },
	"writes-beside": func() { serve.Serve(opener(&backend{get: writeBeside})) },
	"writes-link": func() {
		serve.Serve(opener(&backend{get: func(r driver.GetObjectRequest) error { return os.Symlink("/etc/hostname", r.Path) }}))
	},
	"stores-less":   func() { serve.Serve(opener(&backend{put: storeLess})) },
	"other-objects": func() { serve.Serve(opener(&backend{})) },
	"stubborn":      func() { ignoreSignals(); serve.Serve(opener(&backend{close: forever})); forever() },
	"parent":        func() { startChild(&syscall.SysProcAttr{}); serve.Serve(opener(&backend{})) },
	"daemon":        func() { startChild(&syscall.SysProcAttr{Setsid: true}); serve.Serve(opener(&backend{})) },
	"aws":           measured,
	"minio":         measured,
	"daemon-dies":   func() { startChild(&syscall.SysProcAttr{Setsid: true}); os.Exit(1) },
}

// flood writes 100 MiB without an end of line.
func flood(to io.Writer) {
	part := bytes.Repeat([]byte("x"), 1<<20)
	for range 100 {
		_, _ = to.Write(part)
	}
	forever()
}

// startChild starts a process that would outlive the plugin, without any of its files.
func startChild(how *syscall.SysProcAttr) {
	child := exec.Command("sleep", "3600")
	child.SysProcAttr = how
	if err := child.Start(); err != nil {
		trace("no child: " + err.Error())
	}
}

func opener(b *backend) driver.Opener {
	return func(context.Context, driver.Config) (driver.Driver, error) { return b, nil }
}

// objectBytes is what every object is said to have.
const objectBytes = 8 << 20

// backend does as little as a plugin can, besides what is hostile.
type backend struct {
	driver.Unimplemented
	users func() iter.Seq2[driver.User, error]
	get   func(driver.GetObjectRequest) error
	put   func(driver.PutObjectRequest) (int64, error)
	close func()
}

func (b *backend) Describe(context.Context) (driver.Description, error) {
	return driver.Description{Name: "hostile", Version: "0", Partition: "aws", Capabilities: []driver.Capability{driver.CapUsers, driver.CapObjects}}, nil
}

func (b *backend) Close() error {
	if b.close != nil {
		b.close()
	}
	return nil
}

func (b *backend) ListUsers(context.Context) iter.Seq2[driver.User, error] {
	if b.users != nil {
		return b.users()
	}
	return func(yield func(driver.User, error) bool) { yield(driver.User{Name: "alice"}, nil) }
}

// ListObjects answers with what belongs to another request.
func (b *backend) ListObjects(context.Context, driver.ListObjectsRequest) iter.Seq2[driver.ObjectInfo, error] {
	return func(yield func(driver.ObjectInfo, error) bool) { yield(driver.ObjectInfo{Key: "precious"}, nil) }
}

func (b *backend) HeadObject(context.Context, driver.HeadObjectRequest) (driver.ObjectDetail, error) {
	return driver.ObjectDetail{Size: objectBytes, ETag: `"e"`}, nil
}

func (b *backend) DeleteObjects(_ context.Context, req driver.DeleteObjectsRequest) (driver.DeleteObjectsResponse, error) {
	trace("deleted " + strings.Join(req.Keys, ","))
	return driver.DeleteObjectsResponse{Deleted: req.Keys}, nil
}

func (b *backend) GetObject(_ context.Context, req driver.GetObjectRequest) (driver.ObjectDetail, error) {
	return driver.ObjectDetail{Size: objectBytes, ETag: `"e"`}, b.get(req)
}

func (b *backend) PutObject(_ context.Context, req driver.PutObjectRequest) (driver.ObjectDetail, error) {
	n, err := b.put(req)
	return driver.ObjectDetail{Size: n, ETag: `"e"`}, err
}

func usersThenDeath() iter.Seq2[driver.User, error] {
	return func(yield func(driver.User, error) bool) {
		for i := range 2500 {
			yield(driver.User{Name: fmt.Sprintf("user-%d", i)}, nil)
		}
		// What was sent is on its way: it is to arrive before the death does.
		time.Sleep(200 * time.Millisecond)
		os.Exit(1)
	}
}

func hugeUser() iter.Seq2[driver.User, error] {
	return func(yield func(driver.User, error) bool) { yield(driver.User{Name: strings.Repeat("u", 100<<20)}, nil) }
}

func sendPartAndDie(req driver.GetObjectRequest) error {
	_, _ = req.Body.Write(make([]byte, objectBytes/2))
	time.Sleep(200 * time.Millisecond)
	os.Exit(1)
	return nil
}

func writePartAndDie(req driver.GetObjectRequest) error {
	_ = os.WriteFile(req.Path, make([]byte, objectBytes/2), 0o600)
	_ = os.WriteFile(filepath.Join(filepath.Dir(req.Path), ".part"), make([]byte, objectBytes/2), 0o600)
	os.Exit(1)
	return nil
}

func readPartAndDie(req driver.PutObjectRequest) (int64, error) {
	_, _ = io.CopyN(io.Discard, req.Body, 10)
	os.Exit(1)
	return 0, nil
}

func sendLess(req driver.GetObjectRequest) error {
	_, err := req.Body.Write(make([]byte, objectBytes/2))
	return err
}

func writeLess(req driver.GetObjectRequest) error {
	return os.WriteFile(req.Path, make([]byte, objectBytes/2), 0o600)
}

// writeBeside writes the object, whole, to the name that the user meant, as well as it can be guessed, and to none that
// it was told.
func writeBeside(req driver.GetObjectRequest) error {
	return os.WriteFile(filepath.Join(filepath.Dir(req.Path), "elsewhere"), make([]byte, objectBytes), 0o600)
}

func storeLess(req driver.PutObjectRequest) (int64, error) {
	return io.CopyN(io.Discard, req.Body, 10)
}
