package host_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

func TestFailedStarts(t *testing.T) {
	privateTemp(t)
	for _, c := range []struct {
		name string
		says []string
	}{
		{"crash", []string{"ended before it was ready (exit status 3)", "cannot find my libraries"}},
		{"silent-crash", []string{"ended before it was ready (exit status 0)"}},
		{"family-crash", []string{"ended before it was ready (exit status 4)"}},
		{"hang", []string{"did not answer within 700ms"}},
		{"half-line", []string{"did not answer within 700ms"}},
		{"deaf", []string{"did not answer within 700ms"}},
		{"chatty", []string{"prints to stdout before its handshake", "100% your plugin!"}},
		{"version", []string{"version 7", "version 1", "update"}},
		{"netrpc", []string{"netrpc"}},
		{"core", []string{"speaks version 2 of go-plugin's own protocol"}},
		{"no-number", []string{"something other than a number for a protocol version", "1|1|unix|"}},
		{"few-parts", []string{`it printed "1|1"`}},
		{"remote", []string{"names the address \"192.0.2.1:80\" of the network \"tcp\" in its handshake", "unix socket"}},
		{"loopback", []string{"names the address \"127.0.0.1:80\" of the network \"tcp\" in its handshake", "unix socket"}},
		{"host-name", []string{`the address "example.invalid:80" of the network "tcp"`}},
		{"network", []string{`of the network "carrier-pigeon"`}},
		{"relative", []string{`the address "socket" of the network "unix" in its handshake; it has to be the absolute path`}},
		{"abstract", []string{`the address "@socket"`}},
		{"web", []string{"does not speak gRPC", "404 (Not Found)"}},
		{"no-socket", []string{"no-socket"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			began := time.Now()
			o := host.Options{Path: program(t, c.name)}
			if strings.Contains(c.says[0], "700ms") {
				o.StartTimeout = 700 * time.Millisecond
			}
			p, err := host.Launch(context.Background(), o)
			if err == nil {
				_, err = p.Open(context.Background(), driver.Config{})
				_ = p.Close()
			}
			if !errors.Is(err, fault.Unavailable) {
				t.Fatalf("got %v (%s)", err, fault.CodeOf(err))
			}
			for _, says := range append(c.says, "the plugin "+c.name) {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("%q does not say %q", err, says)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q is more than one line", err)
			}
			if took := time.Since(began); took > patience {
				t.Errorf("it took %s", took)
			}
		})
	}
}

func TestFilesThatAreNoPrograms(t *testing.T) {
	privateTemp(t)
	dir := t.TempDir()
	for _, c := range []struct {
		name, content string
		mode          os.FileMode
		says          string
	}{
		{"plain", "echo hello", 0o644, "chmod +x"},
		{"noshebang", "echo hello", 0o755, "not a program for this machine"},
		{"otherarch", "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 200), 0o755, "not a program for this machine"},
		{"nointerpreter", "#!/no/such/interpreter\n", 0o755, "interpreter"},
	} {
		path := filepath.Join(dir, host.Prefix+c.name)
		if err := os.WriteFile(path, []byte(c.content), c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := host.Launch(context.Background(), host.Options{Path: path})
		if !errors.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s gave %v", c.name, err)
		}
	}
	if _, err := host.Launch(context.Background(), host.Options{Name: "folder", Path: dir}); !errors.Is(err, fault.Unavailable) {
		t.Errorf("a folder gave %v", err)
	}
}

func TestCancelledStart(t *testing.T) {
	privateTemp(t)
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, err := host.Launch(ctx, host.Options{Path: program(t, "hang")})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}
