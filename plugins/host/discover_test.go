package host_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// put makes an executable of the given name, and returns its folder.
func put(t *testing.T, dir, name string, mode os.FileMode) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, host.Prefix+name), []byte("#!/bin/sh\nexit 1\n"), mode); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestOrderOfTheSearch(t *testing.T) {
	root := t.TempDir()
	folder := func(name string) string { return filepath.Join(root, name) }
	option1 := put(t, folder("option1"), "one", 0o755)
	option2 := put(t, folder("option2"), "one", 0o755)
	env := put(t, folder("env"), "one", 0o755)
	put(t, env, "two", 0o755)
	t.Setenv(host.EnvDirs, env+string(filepath.ListSeparator)+"relative")
	t.Setenv("XDG_DATA_HOME", folder("data"))
	user := put(t, folder("data/s3-credentials/plugins"), "two", 0o755)
	put(t, user, "three", 0o644)
	path := put(t, folder("path"), "three", 0o755)
	put(t, path, "Bad_Name", 0o755)
	put(t, folder("current"), "four", 0o755)
	put(t, folder("current/relative"), "four", 0o755)
	t.Chdir(folder("current"))
	t.Setenv("PATH", strings.Join([]string{".", "", path, "relative"}, string(filepath.ListSeparator)))

	var got []string
	for _, f := range host.Discover(host.Options{Dirs: []string{option1, option2}}) {
		relative, _ := filepath.Rel(root, filepath.Dir(f.Path))
		line := f.Name + " " + relative + " " + string(f.Source)
		if f.Shadowed {
			line += " shadowed"
		}
		if f.Problem != nil {
			line += " problem"
		}
		got = append(got, line)
	}
	want := []string{
		"one option1 dirs",
		"one option2 dirs shadowed",
		"one env environment shadowed",
		"two env environment",
		"three data/s3-credentials/plugins user problem",
		"two data/s3-credentials/plugins user shadowed",
		"three path path",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestAFolderIsListedOnce has a link to a folder in PATH, as /bin is one to /usr/bin.
func TestAFolderIsListedOnce(t *testing.T) {
	root := t.TempDir()
	t.Setenv("XDG_DATA_HOME", root)
	folder, link := put(t, filepath.Join(root, "usr", "bin"), "one", 0o755), filepath.Join(root, "bin")
	if err := os.Symlink(folder, link); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder+string(filepath.ListSeparator)+link)
	if found := host.Discover(host.Options{}); len(found) != 1 || filepath.Dir(found[0].Path) != folder {
		t.Errorf("found %+v", found)
	}
}

// TestOneProgramForSeveralBackends finds a backend in the program of another, behind one of its own in the same folder.
func TestOneProgramForSeveralBackends(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	t.Setenv("PATH", "")
	const starts = "#!/bin/sh\necho \"started as $0 with [$*]\" >&2\nexit 1\n"
	first, second := put(t, t.TempDir(), "aws", 0o755), put(t, t.TempDir(), "versitygw", 0o755)
	for _, file := range []string{filepath.Join(first, host.Prefix+"aws"), filepath.Join(second, host.Prefix+"versitygw")} {
		if err := os.WriteFile(file, []byte(starts), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name  string
		dirs  []string
		wants string
	}{
		{"aws", []string{first, second}, "backend-aws with []"},
		{"versitygw", []string{first, second}, "backend-aws with [versitygw]"},
		{"versitygw", []string{second, first}, "backend-versitygw with []"},
	} {
		var log strings.Builder
		_, err := host.Launch(t.Context(), host.Options{Name: c.name, Dirs: c.dirs, Log: &log})
		if err == nil || !strings.Contains(err.Error(), c.wants) {
			t.Errorf("%s in %v: %v, want %q", c.name, c.dirs, err, c.wants)
		}
	}
	put(t, first, "versitygw", 0o755)
	var own []string
	for _, f := range host.Discover(host.Options{Name: "versitygw", Dirs: []string{first}}) {
		own = append(own, strings.TrimPrefix(f.Path, first), strconv.FormatBool(f.Shadowed))
	}
	if got, want := strings.Join(own, " "), "/s3-credentials-backend-versitygw false /s3-credentials-backend-aws true"; got != want {
		t.Errorf("found %s, want %s", got, want)
	}
}

func TestMissingPluginSaysWhereItLooked(t *testing.T) {
	dir := t.TempDir()
	_, err := host.Launch(context.Background(), host.Options{Name: "acme", Dirs: []string{dir}})
	if !errors.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "s3-credentials-backend-acme") ||
		fault.HintOf(err) != fault.HintPluginFolder {
		t.Errorf("got %v", err)
	}
	put(t, dir, "acme", 0o644)
	_, err = host.Launch(context.Background(), host.Options{Name: "acme", Dirs: []string{dir}})
	if err == nil || !strings.Contains(err.Error(), "chmod +x") {
		t.Errorf("got %v", err)
	}
}

// TestMissingPluginOfThisProject names the program to install, which is in this repository.
func TestMissingPluginOfThisProject(t *testing.T) {
	t.Setenv("PATH", "")
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	for name, program := range map[string]string{"aws": "aws", "ceph": "aws", "minio": "minio", "rustfs": "minio", "acme": ""} {
		_, err := host.Launch(t.Context(), host.Options{Name: name})
		_, line, found := strings.Cut(fmt.Sprint(err), "go install github.com/s3-credentials/s3-credentials/")
		folder, _, _ := strings.Cut(line, "@latest")
		if found != (program != "") || found && folder != "cmd/s3-credentials-backend-"+program {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(filepath.Join("..", "..", folder, "main.go")); found && err != nil {
			t.Error(err)
		}
	}
}

func TestNamesOfBackends(t *testing.T) {
	for _, name := range []string{"", "../evil", "a/b", "A", "a b", "-a", "a-", "a--b", ".", strings.Repeat("a", 65)} {
		if _, err := host.Launch(context.Background(), host.Options{Name: name}); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%q gave %v", name, err)
		}
	}
}

func TestPins(t *testing.T) {
	path := program(t, "fine")
	o := host.Options{Name: "fine", Dirs: []string{filepath.Dir(path)}}
	sum, err := host.Checksum(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, pin := range []string{sum, strings.ToUpper(sum), "sha256:" + sum} {
		o.Pins = map[string]string{"fine": pin, "other": "00"}
		p, err := host.Launch(context.Background(), o)
		if err != nil {
			t.Fatalf("with the pin %s: %v", pin, err)
		}
		_ = p.Close()
	}
	// A file that would leave a trace if it were started.
	trace := filepath.Join(t.TempDir(), "trace")
	dir := t.TempDir()
	script := filepath.Join(dir, host.Prefix+"traced")
	if err := os.WriteFile(script, []byte("#!/bin/sh\ntouch "+trace+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, pin := range []string{sum, "", "nonsense"} {
		_, err := host.Launch(context.Background(), host.Options{Name: "traced", Dirs: []string{dir}, Pins: map[string]string{"traced": pin}})
		if !errors.Is(err, fault.FailedPrecondition) || !strings.Contains(err.Error(), "pinned") || fault.HintOf(err) != fault.HintPin {
			t.Errorf("with the pin %q: %v", pin, err)
		}
	}
	if _, err := os.Stat(trace); err == nil {
		t.Error("a program was started in spite of its pin")
	}
}
