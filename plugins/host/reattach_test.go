package host_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/wire"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// TestReattach starts a plugin as somebody with a debugger does: with the cookie in its environment, and its handshake
// line copied from its stdout.
func TestReattach(t *testing.T) {
	plugin := exec.Command(program(t, "fine"))
	plugin.Env = append(os.Environ(), "PLUGIN_PROTOCOL_VERSIONS=1",
		wire.Handshake.MagicCookieKey+"="+wire.Handshake.MagicCookieValue)
	stdout, err := plugin.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := plugin.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = plugin.Process.Signal(os.Interrupt); _ = plugin.Process.Kill(); _ = plugin.Wait() }()
	line, err := bufio.NewReader(stdout).ReadString('\n')
	parts := strings.Split(line, "|")
	if err != nil || len(parts) < 5 {
		t.Fatalf("the plugin said %q: %v", line, err)
	}
	t.Setenv(host.EnvReattach, fmt.Sprintf(`{"acme": {"network": %q, "address": %q}}`, parts[2], parts[3]))
	defer func() { _ = os.Remove(parts[3]) }()
	for range 2 {
		p, err := host.Launch(context.Background(), host.Options{Name: "acme"})
		if err != nil {
			t.Fatal(err)
		}
		d, err := p.Open(context.Background(), driver.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if description, err := d.Describe(context.Background()); err != nil || description.Name != "fine" || p.PID() != 0 || p.Protocol() != 1 {
			t.Errorf("got %+v, %v", description, err)
		}
		_ = p.Close()
		if !alive(plugin.Process.Pid) {
			t.Fatal("closing ended a plugin that somebody else started")
		}
	}
	d, err := host.Connect(context.Background(), host.Options{Name: "acme"}, driver.Config{})
	if err != nil {
		t.Fatal(err)
	}
	end(t, d)
	if _, err := d.(driver.Reopener).Reopen(context.Background()); !errors.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), host.EnvReattach) {
		t.Errorf("a plugin that somebody else started was opened again: %v", err)
	}
	t.Setenv(host.EnvReattach, "not JSON")
	if _, err := host.Launch(context.Background(), host.Options{Name: "acme"}); !errors.Is(err, fault.InvalidArgument) {
		t.Errorf("got %v", err)
	}
}

func TestRunByHand(t *testing.T) {
	plugin := exec.Command(program(t, "fine"))
	var stdout, stderr strings.Builder
	plugin.Stdout, plugin.Stderr = &stdout, &stderr
	err := plugin.Run()
	if err == nil || stdout.Len() > 0 || !strings.Contains(stderr.String(), "is a plugin of s3-credentials") {
		t.Errorf("it ended with %v and printed %q and %q", err, stdout.String(), stderr.String())
	}
}
