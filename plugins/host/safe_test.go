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
	const open = "may be written by everybody"
	for name, c := range map[string]struct {
		file, folder, linked, parent os.FileMode
		says                         string
	}{
		"file":                {0o757, 0o755, 0, 0o755, open},
		"folder":              {0o755, 0o757, 0, 0o755, open},
		"temporary folder":    {0o755, 0o777 | os.ModeSticky, 0, 0o755, open},
		"folder of a link":    {0o755, 0o755, 0o777, 0o755, open},
		"file of a link":      {0o757, 0o755, 0o755, 0o755, open},
		"parent":              {0o755, 0o755, 0, 0o777, open},
		"parent after a link": {0o755, 0o755, 0o755, 0o777, open},
		"temporary parent":    {0o755, 0o755, 0, 0o777 | os.ModeSticky, startedSays},
		"group":               {0o775, 0o775, 0, 0o775, startedSays},
		"link":                {0o775, 0o775, 0o775, 0o775, startedSays},
	} {
		t.Run(name, func(t *testing.T) {
			trace := filepath.Join(t.TempDir(), "trace")
			parent := t.TempDir()
			dir := filepath.Join(parent, "plugins", "mine")
			path := script(t, dir, trace)
			if c.linked != 0 {
				links := t.TempDir()
				link := filepath.Join(links, host.Prefix+"traced")
				if err := errors.Join(os.Symlink(path, link), os.Chmod(links, c.linked)); err != nil {
					t.Fatal(err)
				}
				defer os.Chmod(links, 0o755)
				path = link
			}
			if err := errors.Join(os.Chmod(filepath.Join(dir, host.Prefix+"traced"), c.file), os.Chmod(dir, c.folder), os.Chmod(parent, c.parent)); err != nil {
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

// script makes a plugin that leaves a trace when it is started, and returns its path.
func script(t *testing.T, dir, trace string) string {
	t.Helper()
	path := filepath.Join(dir, host.Prefix+"traced")
	err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(path, []byte("#!/bin/sh\ntouch "+trace+"\n"), 0o755))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestFoldersOnTheWayAreNamed has one folder that everybody may write to, on ways to a file through links and ".." of which a
// cleaned path knows nothing.
func TestFoldersOnTheWayAreNamed(t *testing.T) {
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	trace, open := filepath.Join(base, "trace"), filepath.Join(base, "open")
	script(t, filepath.Join(open, "inner", "plugins"), trace)
	script(t, filepath.Join(base, "safe", "plugins"), trace)
	err = errors.Join(
		os.Chmod(open, 0o777),
		os.Symlink("../open/inner", filepath.Join(base, "safe", "way")),    // safe/way/../ is open, not safe
		os.Symlink(filepath.Join(base, "safe"), filepath.Join(open, "to")), // which others may exchange
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"open/inner/plugins", "safe/way/plugins", "safe/way/../inner/plugins", "open/to/plugins"} {
		_, err := host.Launch(context.Background(), host.Options{Path: base + "/" + dir + "/" + host.Prefix + "traced"})
		if !errors.Is(err, fault.FailedPrecondition) || !strings.Contains(err.Error(), open+" may be written by everybody") {
			t.Errorf("%s: got %v", dir, err)
		}
	}
	if _, err := os.Stat(trace); err == nil {
		t.Error("one was started")
	}
}

// TestAPluginBelowAFolderOfAnotherUserIsRefused gives a folder away, as only root can.
func TestAPluginBelowAFolderOfAnotherUserIsRefused(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a folder to another user")
	}
	parent := t.TempDir()
	path := script(t, filepath.Join(parent, "plugins"), filepath.Join(t.TempDir(), "trace"))
	if err := os.Chown(parent, 1001, -1); err != nil {
		t.Fatal(err)
	}
	_, err := host.Launch(context.Background(), host.Options{Path: path})
	if !errors.Is(err, fault.FailedPrecondition) || !strings.Contains(err.Error(), parent+" belongs to the user with the id 1001") {
		t.Errorf("got %v", err)
	}
}

// TestNoSocketIsMadeWhereOthersCouldExchangeItsFolder has a folder for temporary files that is not sticky.
func TestNoSocketIsMadeWhereOthersCouldExchangeItsFolder(t *testing.T) {
	path := program(t, "fine")
	temp := privateTemp(t)
	if err := os.Chmod(temp, 0o777); err != nil {
		t.Fatal(err)
	}
	p, err := host.Launch(context.Background(), host.Options{Path: path})
	if err == nil {
		_ = p.Close()
	}
	if !errors.Is(err, fault.FailedPrecondition) || !strings.Contains(err.Error(), "TMPDIR") {
		t.Errorf("got %v", err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
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
		if why := host.Unsafe(info, c.user, false); (why == "") != c.trusted || !c.trusted && !strings.Contains(why, "belongs to") {
			t.Errorf("a file of %d for %d: %q", c.owner, c.user, why)
		}
	}
}
