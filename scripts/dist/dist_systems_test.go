//go:build systems

package main

import (
	"bytes"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// testVersion is newer than the Python tool's.
const testVersion = "1.0.0"

// folder holds what the tests of this package share.
var folder string

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "s3-credentials-dist-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

// run1 runs a program and returns what it prints.
func run1(t testing.TB, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// program is this package's, without the race detector, with which packing takes minutes.
var program = sync.OnceValues(func() (string, error) {
	path := filepath.Join(folder, "dist")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, out)
	}
	return path, err
})

// dist makes a release for this machine's architecture, under the Python tool's name.
func dist(out string, env []string) error {
	path, err := program()
	if err != nil {
		return err
	}
	cmd := exec.Command(path, "-version", testVersion, "-tags", "grpcnotrace", "-platforms", "linux/"+runtime.GOARCH, "-wheel-name", "s3-credentials", "-out", out)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

var distOnce = sync.OnceValues(func() (string, error) {
	out := filepath.Join(folder, "first")
	return out, dist(out, nil)
})

// made is the folder with the release that the tests share.
func made(t testing.TB) string {
	t.Helper()
	systems.Program(t, "podman") // which builds the image
	out, err := distOnce()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// madeFile is the one file of the release that matches a pattern.
func madeFile(t testing.TB, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(made(t), pattern))
	if err != nil || len(found) != 1 {
		t.Fatalf("files like %s: %v %v", pattern, found, err)
	}
	return found[0]
}

// unpacked is a folder with the content of an archive.
func unpacked(t testing.TB, archive string, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	run1(t, nil, "tar", append([]string{"-xzf", archive, "-C", dir}, args...)...)
	return dir
}

// TestTwoBuildsAreEqual builds at another time, in other folders, for another user and in another part of the world.
func TestTwoBuildsAreEqual(t *testing.T) {
	first, second := made(t), filepath.Join(t.TempDir(), "second")
	if err := dist(second, []string{"TMPDIR=" + t.TempDir(), "TZ=Asia/Tokyo", "LC_ALL=C", "USER=somebody", "GOFLAGS=-buildvcs=true", "GOAMD64=v3"}); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, dir := range []string{first, second} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			names[entry.Name()] = true
		}
	}
	if len(names) != len(allFormats())+1 {
		t.Errorf("%d files of %d formats: %v", len(names), len(allFormats()), names)
	}
	for name := range names {
		a, errA := os.ReadFile(filepath.Join(first, name))
		b, errB := os.ReadFile(filepath.Join(second, name))
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs: %v %v", name, errA, errB)
		}
	}
}

func TestChecksumsAreOfAllFiles(t *testing.T) {
	out := made(t)
	content, err := os.ReadFile(filepath.Join(out, marker))
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for _, entry := range entries {
		if entry.Name() == marker {
			continue
		}
		sum, err := sha256Of(filepath.Join(out, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&want, "%s  %s\n", hex.EncodeToString(sum), entry.Name())
	}
	if string(content) != want.String() {
		t.Errorf("checksums\n%s\nwant\n%s", content, want.String())
	}
}

// TestLicencesGoAlong looks for the AGPL, and for a licence of each module that the bill of materials has.
func TestLicencesGoAlong(t *testing.T) {
	root := filepath.Join(unpacked(t, madeFile(t, "*linux-"+runtime.GOARCH+".tar.gz"), "--strip-components=1"), filepath.FromSlash(docFolder))
	text, err := os.ReadFile(filepath.Join(root, agplProgram, "AGPL-3.0.txt"))
	if err != nil || !strings.Contains(string(text), "GNU AFFERO GENERAL PUBLIC LICENSE") {
		t.Errorf("the AGPL's text: %v", err)
	}
	content, err := os.ReadFile(madeFile(t, "*.cdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	var materials bom
	if err := json.Unmarshal(content, &materials); err != nil {
		t.Fatal(err)
	}
	libraries := 0
	for _, c := range materials.Components {
		switch c.Type {
		case "library":
			libraries++
			name := c.Name
			if name == "std" {
				name = "go"
			}
			if found, _ := os.ReadDir(filepath.Join(root, "licenses", name)); len(found) == 0 {
				t.Errorf("no licence of %s", c.Name)
			}
		case "application":
			if agpl := c.Licenses[0].License.ID != "Apache-2.0"; agpl != (c.Name == agplProgram) {
				t.Errorf("%s is under %v", c.Name, c.Licenses)
			}
		}
	}
	if libraries < 50 {
		t.Errorf("%d libraries", libraries)
	}
}

// TestOtherSystemsBuild builds all programs, and the packages for authors of backends, for Windows and macOS.
func TestOtherSystemsBuild(t *testing.T) {
	for _, p := range []platform{{"windows", "amd64"}, {"darwin", "arm64"}} {
		t.Run(p.name(), func(t *testing.T) {
			out := t.TempDir() + string(filepath.Separator)
			run1(t, goEnv(p), "go", "build", "-buildvcs=false", "-o", out, module+"/cmd/...")
			run1(t, goEnv(p), "go", "build", module+"/core/...", module+"/backends/...", module+"/plugins/...", module+"/conformance/...", module+"/scripts/dist")
			programs, err := os.ReadDir(out)
			if err != nil || len(programs) != 5 {
				t.Errorf("%d programs: %v", len(programs), err)
			}
		})
	}
}

// TestSourceBuildsWithoutANetwork builds the source as the recipes do, with the version that they set.
func TestSourceBuildsWithoutANetwork(t *testing.T) {
	root := unpacked(t, madeFile(t, "*-source.tar.gz"), "--strip-components=1")
	env := []string{"CGO_ENABLED=0", "GOPROXY=off", "GOFLAGS=-mod=vendor", "GOWORK=off", "GOMODCACHE=" + t.TempDir()}
	run1(t, env, "go", "-C", root, "list", "-deps", "./cmd/...")
	program := filepath.Join(t.TempDir(), "s3-credentials")
	run1(t, env, "go", "-C", root, "build", "-trimpath", "-tags", "grpcnotrace",
		"-ldflags", "-X "+module+"/internal/version.number=7.8.9", "-o", program, "./cmd/s3-credentials")
	if got := run1(t, nil, program, "--version"); !strings.Contains(got, "7.8.9") {
		t.Errorf("it is %s", got)
	}
	if _, err := buildinfo.ReadFile(program); err != nil {
		t.Error(err)
	}
	for _, recipe := range []string{"s3-credentials.rb", "s3-credentials.nix"} {
		text, err := os.ReadFile(filepath.Join(made(t), recipe))
		if err != nil || strings.Contains(string(text), "<no value>") || !strings.Contains(string(text), testVersion+"-source.tar.gz") {
			t.Errorf("%s: %v\n%s", recipe, err, text)
		}
	}
}

// checkPlugins looks that "s3-credentials plugins" found all backends of this project in a folder.
func checkPlugins(t testing.TB, printed, folder string) {
	t.Helper()
	var listed []struct{ Name, Path, Problem string }
	if err := json.Unmarshal([]byte(printed), &listed); err != nil {
		t.Fatalf("%v: %s", err, printed)
	}
	var names []string
	for _, b := range listed {
		names = append(names, b.Name)
		if b.Problem != "" || filepath.Dir(b.Path) != folder {
			t.Errorf("backend %+v, want one in %s", b, folder)
		}
	}
	for _, want := range []string{"aws", "ceph", "garage", "minio", "rustfs", "seaweedfs", "versitygw"} {
		if !slices.Contains(names, want) {
			t.Errorf("no backend %s in %v", want, names)
		}
	}
}
