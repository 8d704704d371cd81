package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// readyWithin is how long a server may take to answer.
const readyWithin = 3 * time.Minute

// guard runs the server $@ until its own standard input ends, which it does with the test process, however that ends.
const guard = `
exec 3<&0
"$@" </dev/null 3<&- & server=$!
{ read -r _ <&3; kill -TERM $server; } & waiter=$!
wait $server; status=$?
kill $waiter 2>/dev/null
exit $status
`

// cacheDir is a folder for what is built once, outside of the clone and on a disk.
func cacheDir(t *testing.T) string {
	t.Helper()
	base := os.Getenv("S3_CREDENTIALS_CACHE")
	if base == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			t.Fatalf("no folder to cache in, set S3_CREDENTIALS_CACHE: %v", err)
		}
		base = filepath.Join(user, "s3-credentials")
	}
	return base
}

// build builds a program of a folder or package into a folder that ends with the test, and returns its path.
func build(t *testing.T, folder, pkg, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	command := exec.CommandContext(t.Context(), "go", "build", "-o", path, pkg)
	command.Dir = folder
	if said, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s cannot be built: %v\n%s", pkg, err, said)
	}
	return path
}

var shared struct {
	sync.Mutex
	config *driver.Config
	close  func()
}

// TestMain ends the server after the last test.
func TestMain(m *testing.M) {
	code := m.Run()
	if shared.close != nil {
		shared.close()
	}
	os.Exit(code)
}

// versitygw is the server that the tests share, and its administrator. It is the program of the module in go.mod.
func versitygw(t *testing.T) driver.Config {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.config == nil {
		program := build(t, ".", "github.com/versity/versitygw/cmd/versitygw", "versitygw")
		config, err := start(program, cacheDir(t))
		if err != nil {
			t.Fatalf("versitygw does not start: %v", err)
		}
		shared.config = &config
		report(t)
	}
	return *shared.config
}

// start starts the server on a free port, and again where another process took that meanwhile.
func start(program, cache string) (driver.Config, error) {
	var failed error
	for range 4 {
		config, err := startOnce(program, cache)
		if err == nil {
			return config, nil
		}
		failed = errors.Join(failed, err)
	}
	return driver.Config{}, failed
}

func startOnce(program, cache string) (config driver.Config, err error) {
	base := filepath.Join(cache, "run")
	if err := os.MkdirAll(base, 0o700); err != nil {
		return config, err
	}
	dir, err := os.MkdirTemp(base, fmt.Sprintf("versitygw-%d-", os.Getpid()))
	if err != nil {
		return config, err
	}
	for _, folder := range []string{"data", "metadata", "versions", "accounts"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o700); err != nil {
			return config, err
		}
	}
	address, err := freeAddress()
	if err != nil {
		return config, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return config, err
	}
	root := &driver.Credentials{AccessKeyID: "root" + rand.Text()[:8], SecretAccessKey: rand.Text()}
	command := exec.Command("sh", "-c", guard, "sh", program, "--port", address, "--quiet",
		"--iam-dir", filepath.Join(dir, "accounts"), "posix", "--sidecar", filepath.Join(dir, "metadata"),
		"--versioning-dir", filepath.Join(dir, "versions"), filepath.Join(dir, "data"))
	command.Env = append(os.Environ(), "ROOT_ACCESS_KEY_ID="+root.AccessKeyID, "ROOT_SECRET_ACCESS_KEY="+root.SecretAccessKey)
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for the test process
	hold, err := command.StdinPipe()
	if err != nil {
		return config, err
	}
	if err := command.Start(); err != nil {
		return config, err
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = command.Wait() }()
	shared.close = func() {
		_ = hold.Close()
		<-ended
		_ = log.Close()
		_ = os.RemoveAll(dir)
	}
	if err := ready("http://"+address, ended); err != nil {
		said, _ := os.ReadFile(log.Name())
		shared.close()
		shared.close = nil
		return config, fmt.Errorf("%w:\n%s", err, said)
	}
	return driver.Config{EndpointURL: "http://" + address, Region: defaultRegion, Credentials: root}, nil
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

// ready waits until the server answers.
func ready(url string, ended <-chan struct{}) error {
	client := http.Client{Timeout: 5 * time.Second}
	defer client.CloseIdleConnections()
	deadline := time.After(readyWithin)
	for {
		answer, err := client.Get(url)
		if err == nil {
			_, _ = io.Copy(io.Discard, answer.Body)
			return answer.Body.Close()
		}
		select {
		case <-ended:
			return errors.New("it ended at once")
		case <-deadline:
			return fmt.Errorf("it did not answer within %s: %w", readyWithin, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// report notes that the server was started, for the end of "make test".
func report(t *testing.T) {
	t.Helper()
	path := os.Getenv("S3_CREDENTIALS_TEST_REPORT")
	if path == "" {
		return
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = fmt.Fprintln(file, "examples/versitygw\ton versitygw (process)")
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		t.Fatalf("the report cannot be written: %v", err)
	}
}
