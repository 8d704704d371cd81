package host_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/plugins/host"
	"github.com/s3-credentials/s3-credentials/plugins/serve"
)

// TestMain makes this test binary play every part: the tests, a plugin that behaves as the name of its file says, and
// a host that is to be killed.
func TestMain(m *testing.M) {
	base := filepath.Base(os.Args[0])
	if behave, ok := behaviours[strings.TrimPrefix(base, host.Prefix)]; ok {
		behave()
		return
	}
	// With the race detector, a plugin sleeps for a second when it exits.
	os.Setenv("GORACE", "atexit_sleep_ms=0") //nolint:errcheck // it fails for invalid names only
	os.Exit(m.Run())
}

// behaviours are the plugins, by name, and the host that is to be killed.
var behaviours = map[string]func(){
	"fine": func() { serve.Serve(openFake) },
	"aws":  func() { serve.Serve(openFake) },
	"crash": func() {
		fmt.Fprintln(os.Stderr, "cannot find my libraries")
		os.Exit(3)
	},
	"silent-crash": func() { os.Exit(0) },
	"hang":         func() { time.Sleep(time.Hour) },
	"chatty":       func() { fmt.Println("Hello, I am 100% your plugin!"); time.Sleep(time.Hour) },
	"half-line":    func() { fmt.Print("1|1|unix"); time.Sleep(time.Hour) },
	"version":      func() { fmt.Println("1|7|unix|/nowhere|grpc|"); time.Sleep(time.Hour) },
	"netrpc":       func() { fmt.Println("1|1|unix|/nowhere|netrpc|"); time.Sleep(time.Hour) },
	"no-socket":    func() { fmt.Println("1|1|unix|/nowhere|grpc|"); time.Sleep(time.Hour) },
	"core":         func() { handshake("2|1|unix|/nowhere|grpc|") },
	"no-number":    func() { handshake("1|one|unix|/nowhere|grpc|") },
	"few-parts":    func() { handshake("1|1") },
	"remote":       func() { handshake("1|1|tcp|192.0.2.1:80|grpc|") },
	"loopback":     func() { handshake("1|1|tcp|127.0.0.1:80|grpc|") },
	"host-name":    func() { handshake("1|1|tcp|example.invalid:80|grpc|") },
	"network":      func() { handshake("1|1|carrier-pigeon|/nowhere|grpc|") },
	"relative":     func() { handshake("1|1|unix|socket|grpc|") },
	"abstract":     func() { handshake("1|1|unix|@socket|grpc|") },
	"web": func() {
		path := filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "s")
		protocols := &http.Protocols{}
		protocols.SetUnencryptedHTTP2(true)
		l, err := net.Listen("unix", path)
		if err != nil {
			os.Exit(1)
		}
		fmt.Printf("1|1|unix|%s|grpc|\n", path)
		_ = (&http.Server{Protocols: protocols, Handler: http.NotFoundHandler()}).Serve(l)
	},
	"deaf": func() {
		// It listens, and says nothing.
		path := filepath.Join(os.Getenv("PLUGIN_UNIX_SOCKET_DIR"), "s")
		listenUnix(path)
		fmt.Printf("1|1|unix|%s|grpc|\n", path)
		time.Sleep(time.Hour)
	},
	"stubborn": func() {
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
		go func() { time.Sleep(time.Hour) }()
		serve.Serve(func(ctx context.Context, c driver.Config) (driver.Driver, error) {
			return &fake{close: func() { time.Sleep(time.Hour) }}, nil
		})
		time.Sleep(time.Hour)
	},
	"family": func() {
		// A child that would outlive it, and holds its stdout and stderr.
		child := exec.Command("sleep", "3600")
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		_ = child.Start()
		writeEnv("PID_FILE", fmt.Sprint(child.Process.Pid))
		serve.Serve(openFake)
	},
	"family-crash": func() {
		child := exec.Command("sleep", "3600")
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		_ = child.Start()
		os.Exit(4)
	},
	"noisy":    func() { serve.Serve(openNoisy) },
	"the-host": hostToBeKilled,
}

// handshake prints the line, and waits to be ended.
func handshake(line string) {
	fmt.Println(line)
	time.Sleep(time.Hour)
}

// writeEnv writes text into the file that a variable names.
func writeEnv(name, text string) {
	_ = os.WriteFile(os.Getenv("S3_CREDENTIALS_PLUGIN_"+name), []byte(text), 0o600)
}

// hostToBeKilled starts a plugin, says where it is, and waits for its end.
func hostToBeKilled() {
	p, err := host.Launch(context.Background(), host.Options{Path: os.Args[1]})
	if err != nil {
		fmt.Println("error", err)
		return
	}
	if _, err := p.Open(context.Background(), driver.Config{}); err != nil {
		fmt.Println("error", err)
		return
	}
	fmt.Println("pid", p.PID())
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = p.Close()
}

type fake struct {
	driver.Unimplemented
	region string
	close  func()
}

func openFake(_ context.Context, config driver.Config) (driver.Driver, error) {
	return &fake{region: config.Region}, nil
}

func (f *fake) Describe(context.Context) (driver.Description, error) {
	return driver.Description{Name: "fine", Version: "1.2.3", Region: f.region}, nil
}

// WhoAmI returns what the plugin sees of its surroundings.
func (*fake) WhoAmI(context.Context) (driver.Caller, error) {
	input, err := io.ReadAll(os.Stdin)
	var cores syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_CORE, &cores); err != nil {
		return driver.Caller{}, err
	}
	return driver.Caller{UserID: fmt.Sprintf("cores=%d/%d\n%s", cores.Cur, cores.Max, strings.Join(os.Environ(), "\n")), Account: fmt.Sprint(len(input), err), ARN: fmt.Sprint(syscall.Getpgrp() == os.Getpid())}, nil
}

// GetUser ends the process in the middle of the call, or hangs in it.
func (*fake) GetUser(_ context.Context, req driver.GetUserRequest) (driver.User, error) {
	if req.Name == "die" {
		os.Exit(9)
	}
	select {}
}

func (f *fake) Close() error {
	if f.close != nil {
		f.close()
	}
	return nil
}

// program makes a plugin of the given name in a folder of its own, and returns its file.
func program(t testing.TB, name string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), host.Prefix+name)
	if os.Link(self, path) == nil {
		return path
	}
	data, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}
