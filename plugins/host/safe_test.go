//go:build !windows

package host_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// startedSays is in the error of a script that was started.
const startedSays = "ended before it was ready"

// TestPluginsThatOthersCouldExchangeAreRefused has scripts that would leave a trace if they were started.
func TestPluginsThatOthersCouldExchangeAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		file, folder, linked os.FileMode
		says                 string
	}{
		"file":             {0o757, 0o755, 0, "may be written by everybody"},
		"folder":           {0o755, 0o757, 0, "may be written by everybody"},
		"temporary folder": {0o755, 0o777 | os.ModeSticky, 0, "may be written by everybody"},
		"folder of a link": {0o755, 0o755, 0o777, "may be written by everybody"},
		"file of a link":   {0o757, 0o755, 0o755, "may be written by everybody"},
		"group":            {0o775, 0o775, 0, startedSays},
		"link":             {0o775, 0o775, 0o775, startedSays},
	} {
		t.Run(name, func(t *testing.T) {
			trace := filepath.Join(t.TempDir(), "trace")
			dir := t.TempDir()
			path := filepath.Join(dir, host.Prefix+"traced")
			if err := os.WriteFile(path, []byte("#!/bin/sh\ntouch "+trace+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			if c.linked != 0 {
				links := t.TempDir()
				link := filepath.Join(links, host.Prefix+"traced")
				if err := errors.Join(os.Symlink(path, link), os.Chmod(links, c.linked)); err != nil {
					t.Fatal(err)
				}
				defer os.Chmod(links, 0o755)
				path = link
			}
			if err := errors.Join(os.Chmod(filepath.Join(dir, host.Prefix+"traced"), c.file), os.Chmod(dir, c.folder)); err != nil {
				t.Fatal(err)
			}
			_, err := host.Launch(context.Background(), host.Options{Path: path})
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v", err)
			}
			refused := c.says != startedSays
			if _, err := os.Stat(trace); (err == nil) == refused {
				t.Errorf("started: %v", err == nil)
			}
			if refused && fault.CodeOf(err) != fault.FailedPrecondition {
				t.Errorf("the code is %s", fault.CodeOf(err))
			}
		})
	}
}

// TestARefusedPluginIsNotPassedOver has another plugin of the name later in the search.
func TestARefusedPluginIsNotPassedOver(t *testing.T) {
	first, second := put(t, filepath.Join(t.TempDir(), "1"), "one", 0o755), put(t, filepath.Join(t.TempDir(), "2"), "one", 0o755)
	if err := os.Chmod(first, 0o777); err != nil {
		t.Fatal(err)
	}
	o := host.Options{Name: "one", Dirs: []string{first, second}}
	if _, err := host.Launch(context.Background(), o); !errors.Is(err, fault.FailedPrecondition) || !strings.Contains(err.Error(), first) {
		t.Errorf("got %v", err)
	}
	found := host.Discover(o)
	if len(found) < 2 || !errors.Is(found[0].Problem, fault.FailedPrecondition) || !found[1].Shadowed {
		t.Errorf("found %+v", found)
	}
}

func TestWhoMayOwnAPlugin(t *testing.T) {
	for _, c := range []struct {
		owner, user int
		trusted     bool
	}{{0, 0, true}, {0, 1000, true}, {1000, 1000, true}, {1000, 0, false}, {1001, 1000, false}} {
		file := fstest.MapFS{"file": {Mode: 0o755, Sys: &syscall.Stat_t{Uid: uint32(c.owner)}}}
		info, err := file.Stat("file")
		if err != nil {
			t.Fatal(err)
		}
		if why := host.Unsafe(info, c.user); (why == "") != c.trusted || !c.trusted && !strings.Contains(why, "belongs to") {
			t.Errorf("a file of %d for %d: %q", c.owner, c.user, why)
		}
	}
}
