package host_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// connected is a driver of the plugin of that name, and the plugin's file.
func connected(t *testing.T, name string, pins map[string]string) (driver.Reopener, driver.Driver, string) {
	t.Helper()
	path := program(t, name)
	o := host.Options{Name: name, Dirs: []string{filepath.Dir(path)}, Pins: pins, StartTimeout: patience}
	d, err := host.Connect(context.Background(), o, driver.Config{Region: "here"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d.(driver.Reopener), d, path
}

// end ends the plugin in a call.
func end(t *testing.T, d driver.Driver) {
	t.Helper()
	if d.(driver.Reopener).Ended() {
		t.Fatal("the driver has ended before its plugin")
	}
	_, err := d.GetUser(context.Background(), driver.GetUserRequest{Name: "die"})
	if !errors.Is(err, fault.Unavailable) || !d.(driver.Reopener).Ended() {
		t.Fatalf("the call in which the plugin ended gave %v", err)
	}
}

// TestReopen opens a driver anew whose plugin has ended: with its configuration, while the former one stays ended.
func TestReopen(t *testing.T) {
	privateTemp(t)
	ended, d, _ := connected(t, "fine", nil)
	end(t, d)
	again, err := ended.Reopen(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close() //nolint:errcheck // what follows says it
	description, err := again.Describe(context.Background())
	if err != nil || description.Region != "here" {
		t.Errorf("it was opened with another configuration: %+v, %v", description, err)
	}
	if _, err := again.WhoAmI(context.Background()); err != nil {
		t.Errorf("the further driver: %v", err)
	}
	if _, err := d.WhoAmI(context.Background()); !errors.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "ended unexpectedly") {
		t.Errorf("a call to the driver that ended gave %v", err)
	}
}

// TestReopenAfterAKill kills the plugin between two calls, with a child that would outlive it.
func TestReopenAfterAKill(t *testing.T) {
	privateTemp(t)
	file := filepath.Join(t.TempDir(), "pid")
	t.Setenv("S3_CREDENTIALS_PLUGIN_PID_FILE", file)
	ended, _, _ := connected(t, "family", nil)
	child := childIn(t, file)
	plugin, err := syscall.Getpgid(child)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(plugin, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the end of the plugin is not noticed", ended.Ended)
	again, err := ended.Reopen(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if alive(child) {
		t.Error("the former plugin's child outlived it")
	}
	second := childIn(t, file)
	if err := again.Close(); err != nil || second == child {
		t.Errorf("closing the further driver: %v", err)
	}
	eventually(t, "the further plugin's child outlived it", func() bool { return !alive(second) })
}

func childIn(t *testing.T, file string) int {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// TestReopenChecksThePin replaces the plugin's file while the plugin runs.
func TestReopenChecksThePin(t *testing.T) {
	privateTemp(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	sum, err := host.Checksum(self)
	if err != nil {
		t.Fatal(err)
	}
	ended, d, path := connected(t, "fine", map[string]string{"fine": sum})
	end(t, d)
	if err := errors.Join(os.Remove(path), os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755)); err != nil {
		t.Fatal(err)
	}
	if _, err := ended.Reopen(context.Background()); !errors.Is(err, fault.FailedPrecondition) || !strings.Contains(err.Error(), "pinned") {
		t.Errorf("got %v", err)
	}
}
