package bulk

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

func TestLocalName(t *testing.T) {
	for key, want := range map[string]string{
		"a": "a", "a/b": "a/b", "a/": "a", "a/b/": "a/b", " a ": " a ", "a b/é🪣": "a b/é🪣", "...": "...", "..a": "..a", "a..": "a..", ".a": ".a",
		`a\b`: `a\b`, "C:x": "C:x", "-rf": "-rf", "a\nb": "a\nb", "~/x": "~/x",
	} {
		if got, err := localName(key); err != nil || filepath.ToSlash(got) != want {
			t.Errorf("%q: got %q, %v", key, got, err)
		}
	}
	const out, noName = "leads out of the target folder", "no file can have this name"
	for key, says := range map[string]string{
		"../x": out, "..": out, "../": out, "/x": out, "/": out, "//": out, "//x": out, "x/../../y": out, "a/b/../../../c": out, "./../x": out, "/../x": out,
		"": noName, ".": noName, "./": noName, "./x": noName, "x/.": noName, "x/./y": noName, "a//b": noName, "a//": noName, "x/../y": noName, "x/..": noName,
		"a\x00b": noName, "a\xff": noName,
	} {
		if got, err := localName(key); !errors.Is(err, fault.InvalidArgument) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: got %q, %v", key, got, err)
		}
	}
}

func TestTargetKeepsInside(t *testing.T) {
	tree(t, "outside/", "t/sub/", "t/file", "t/out -> ../outside", "t/in -> sub", "t/loop -> loop")
	target, err := newTarget("t")
	if err != nil {
		t.Fatal(err)
	}
	defer target.close()
	for key, says := range map[string]string{
		"new/folder/x": "", "sub/x": "", "in/x": "", "marker/": "", "out": "",
		"out/x":    "'" + filepath.Join(target.dir, "out") + "' leads out of the target folder",
		"out/":     "leads out of the target folder",
		"out/s/x":  "leads out of the target folder",
		"loop/x":   "leads out of the target folder",
		"file/x":   "'" + filepath.Join(target.dir, "file") + "' is a file here",
		"file/x/y": "is a file here",
		"file/":    "is a file here",
		"sub":      "is a folder here",
	} {
		p, err := target.place(key)
		if err == nil {
			err = target.prepare(p)
		}
		if says == "" && err != nil || says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
			t.Errorf("%q: got %v, want %q", key, err, says)
		}
	}
	if entries, err := os.ReadDir("outside"); err != nil || len(entries) > 0 {
		t.Errorf("outside the target: %v, %v", entries, err)
	}
	for _, folder := range []string{"t/new/folder", "t/marker"} {
		if info, err := os.Stat(folder); err != nil || !info.IsDir() {
			t.Errorf("%s: %v", folder, err)
		}
	}
}

func TestTargetIsMadeWhenNeeded(t *testing.T) {
	tree(t, "file")
	target, err := newTarget("a/b/../c")
	if err != nil {
		t.Fatal(err)
	}
	defer target.close()
	if _, err := os.Stat("a"); err == nil {
		t.Error("it was made too early")
	}
	if err := os.MkdirAll("a/b", 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := target.folder(); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat("a/c"); err != nil || !info.IsDir() {
		t.Error(err)
	}
	blocked, err := newTarget("file/x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := blocked.folder(); !errors.Is(err, fault.InvalidArgument) || !strings.Contains(err.Error(), "cannot make the folder") {
		t.Errorf("got %v", err)
	}
}
