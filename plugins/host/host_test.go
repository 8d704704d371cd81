package host_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

const patience = time.Minute

// unixListeners keeps what a deaf plugin listens on from being collected.
var unixListeners []net.Listener

func listenUnix(path string) {
	l, err := net.Listen("unix", path)
	if err != nil {
		os.Exit(5)
	}
	unixListeners = append(unixListeners, l)
}

// privateTemp makes TMPDIR a folder of the test's own, and checks in the end that nothing stayed in it.
func privateTemp(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "h")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s was left in the temporary folder", left[0].Name())
		}
		_ = os.RemoveAll(dir)
	})
	t.Setenv("TMPDIR", dir)
	return dir
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(what)
		}
	}
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil && !zombie(pid) }

// zombie reports a process that is dead but not yet waited for: by nobody, where its parent was killed too.
func zombie(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(status), ") Z ")
}

func launch(t *testing.T, name string, o host.Options) (*host.Plugin, driver.Driver) {
	t.Helper()
	o.Path = program(t, name)
	if o.StartTimeout == 0 {
		o.StartTimeout = patience
	}
	p, err := host.Launch(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	d, err := p.Open(context.Background(), driver.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return p, d
}

func TestLaunchOpenClose(t *testing.T) {
	for name, o := range map[string]host.Options{"socket": {}, "AutoMTLS": host.WithAutoMTLS} {
		t.Run(name, func(t *testing.T) {
			dir := privateTemp(t)
			p, d := launch(t, "fine", o)
			if left, _ := filepath.Glob(filepath.Join(dir, "s3-credentials-*")); len(left) > 0 {
				t.Errorf("%s is there while the plugin runs", left)
			}
			description, err := d.Describe(context.Background())
			if err != nil || description.Version != "1.2.3" || p.Protocol() != 1 {
				t.Errorf("got %+v, %d, %v", description, p.Protocol(), err)
			}
			began := time.Now()
			if err := p.Close(); err != nil {
				t.Error(err)
			}
			if took := time.Since(began); took > patience {
				t.Errorf("closing took %s", took)
			}
			if alive(p.PID()) {
				t.Error("the process is still there")
			}
			if _, err := d.WhoAmI(context.Background()); !errors.Is(err, fault.Unavailable) {
				t.Errorf("a call after the end gave %v", err)
			}
		})
	}
}

func TestSurroundingsOfAPlugin(t *testing.T) {
	privateTemp(t)
	t.Setenv("S3_CREDENTIALS_SECRET_KEY", "hidden")
	t.Setenv("GITHUB_TOKEN", "hidden")
	t.Setenv("S3_CREDENTIALS_OTHER_ADMIN_TOKEN", "hidden")
	t.Setenv("S3_CREDENTIALS_FINE_ADMIN_TOKEN", "of this backend")
	t.Setenv("AWS_PROFILE", "shown")
	t.Setenv("LC_ALL", "C.UTF-8")
	_, d := launch(t, "fine", host.Options{})
	seen, err := d.WhoAmI(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(seen.UserID, "hidden") || !strings.Contains(seen.UserID, "AWS_PROFILE=shown") || !strings.Contains(seen.UserID, "S3_CREDENTIALS_FINE_ADMIN_TOKEN=") ||
		!strings.Contains(seen.UserID, "LC_ALL=C.UTF-8") || !strings.Contains(seen.UserID, "HOME=") {
		t.Errorf("the plugin's environment is\n%s", seen.UserID)
	}
	if !strings.HasPrefix(seen.UserID, "cores=0/0\n") {
		t.Errorf("a crash of the plugin may leave a core file: %.20s", seen.UserID)
	}
	if seen.Account != "0 <nil>" {
		t.Errorf("the plugin read stdin: %s", seen.Account)
	}
	if seen.ARN != "true" {
		t.Error("the plugin is not in a process group of its own")
	}
}

func TestDeathInACall(t *testing.T) {
	privateTemp(t)
	_, d := launch(t, "fine", host.Options{})
	_, err := d.GetUser(context.Background(), driver.GetUserRequest{Name: "die"})
	if !errors.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "ended unexpectedly") {
		t.Errorf("got %v", err)
	}
}

func TestHangInACall(t *testing.T) {
	privateTemp(t)
	p, d := launch(t, "fine", host.Options{})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := d.GetUser(ctx, driver.GetUserRequest{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	requireQuickEnd(t, p)
}

func TestStubbornPluginIsKilled(t *testing.T) {
	privateTemp(t)
	p, _ := launch(t, "stubborn", host.Options{})
	requireQuickEnd(t, p)
}

func requireQuickEnd(t *testing.T, p *host.Plugin) {
	t.Helper()
	began := time.Now()
	_ = p.Close()
	if took := time.Since(began); took > patience {
		t.Errorf("closing took %s", took)
	}
	if alive(p.PID()) {
		t.Error("the process is still there")
	}
}

func TestChildrenGoWithTheirPlugin(t *testing.T) {
	privateTemp(t)
	file := filepath.Join(t.TempDir(), "pid")
	t.Setenv("S3_CREDENTIALS_PLUGIN_PID_FILE", file)
	p, _ := launch(t, "family", host.Options{})
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(err)
	}
	requireQuickEnd(t, p)
	eventually(t, "the child outlived the plugin", func() bool { return !alive(child) })
}

// TestPluginEndsWithItsHost kills hosts in the ways in which hosts are killed.
func TestPluginEndsWithItsHost(t *testing.T) {
	for _, name := range []string{"fine", "stubborn"} {
		for _, how := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT} {
			t.Run(fmt.Sprint(name, " ", how), func(t *testing.T) {
				privateTemp(t)
				cmd := exec.Command(program(t, "the-host"), program(t, name))
				stdin, _ := cmd.StdinPipe()
				defer func() { _ = stdin.Close() }()
				stdout, err := cmd.StdoutPipe()
				if err != nil {
					t.Fatal(err)
				}
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				var pid int
				line, _ := bufio.NewReader(stdout).ReadString('\n')
				if _, err := fmt.Sscanf(line, "pid %d", &pid); err != nil {
					t.Fatalf("the host said %q", line)
				}
				if !alive(pid) {
					t.Fatal("the plugin does not run")
				}
				_ = cmd.Process.Signal(how)
				_ = cmd.Wait()
				eventually(t, "the plugin outlived its host", func() bool { return !alive(pid) })
			})
		}
	}
}
