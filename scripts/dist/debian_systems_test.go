//go:build systems

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// TestDebInACleanRoot installs the package where nothing is but what every Debian has and the readers of its pages and completions,
// looks that these work without another step, and removes it.
func TestDebInACleanRoot(t *testing.T) {
	root := debianRoot(t, "mandoc", "fish", "zsh")
	if err := copyFile(madeFile(t, "*.deb"), filepath.Join(root, "s3-credentials.deb"), 0o644); err != nil {
		t.Fatal(err)
	}
	inRoot(t, root, "dpkg", "--install", "/s3-credentials.deb")
	checkPlugins(t, inRoot(t, root, "s3-credentials", "plugins"), "/usr/bin")
	for _, c := range []struct {
		name, want string
		args       []string
	}{
		{"version", testVersion, []string{"s3-credentials", "--version"}},
		{"man", "/usr/share/man/man1/s3-credentials-create.1", []string{"mman", "-w", "s3-credentials-create"}},
		{"bash", "-F _s3_credentials s3-credentials", []string{"bash", "-c", ". /usr/share/bash-completion/completions/s3-credentials; complete -p s3-credentials"}},
		{"zsh", "_s3-credentials", []string{"zsh", "-fc", "autoload -U compinit; compinit -D; echo $_comps[s3-credentials]"}},
		{"fish", "create", []string{"fish", "--command", "complete --do-complete 's3-credentials cre'"}},
	} {
		if got := inRoot(t, root, c.args...); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	inRoot(t, root, "dpkg", "--purge", "s3-credentials")
	if left := inRoot(t, root, "find", "/usr", "/etc", "/var/lib/dpkg/info", "-name", "*s3-credentials*"); left != "" {
		t.Errorf("left: %s", left)
	}
	systems.Report(t, "deb in a clean root of this machine's Debian")
}

// debianRoot is a root file system with Debian's essential packages, the others named, and what these need. It has the files that
// this machine's packages have: nothing is fetched.
func debianRoot(t testing.TB, others ...string) string {
	t.Helper()
	systems.Program(t, "dpkg-query")
	wanted := closure(t, others)
	root := t.TempDir()
	var paths strings.Builder
	for line := range strings.Lines(run1(t, []string{"LC_ALL=C"}, "dpkg-query", append([]string{"--listfiles"}, wanted...)...)) {
		path := strings.TrimSpace(line)
		// Folders that are links now are where their files went; that of a diverted file is what took its place.
		real, err := filepath.EvalSymlinks(filepath.Dir(path))
		if err != nil || !filepath.IsAbs(path) {
			continue // left out when the machine was set up, as manuals are in containers
		}
		if _, err := os.Lstat(path); err == nil {
			paths.WriteString("." + filepath.Join(real, filepath.Base(path)) + "\n")
		}
	}
	for _, path := range []string{"/bin", "/sbin", "/lib", "/lib64", "/etc/passwd", "/etc/group", "/etc/ld.so.cache", "/etc/ld.so.conf"} {
		if _, err := os.Lstat(path); err == nil {
			paths.WriteString("." + path + "\n")
		}
	}
	list := filepath.Join(t.TempDir(), "files")
	if err := os.WriteFile(list, []byte(paths.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	run1(t, nil, "sh", "-c", `tar -C / --no-recursion -cf - -T "$1" | tar -C "$2" -xf -`, "sh", list, root)
	dpkg := filepath.Join(root, "var/lib/dpkg")
	for _, name := range []string{"info", "updates", "triggers", "alternatives"} {
		if err := os.MkdirAll(filepath.Join(dpkg, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	status := run1(t, nil, "dpkg-query", append([]string{"--status"}, wanted...)...)
	if err := os.WriteFile(filepath.Join(dpkg, "status"), []byte(status), 0o644); err != nil {
		t.Fatal(err)
	}
	return root
}

// closure are the essential packages, the others, and what they depend on.
func closure(t testing.TB, others []string) []string {
	t.Helper()
	const format = "${Package}\t${Essential}\t${Pre-Depends}, ${Depends}\t${Provides}\n"
	out, err := exec.CommandContext(t.Context(), "dpkg-query", "--show", "--showformat", format).Output()
	if err != nil {
		t.Fatal(err)
	}
	needs, provided, wanted := map[string]string{}, map[string]string{}, others
	for line := range bytes.Lines(out) {
		fields := strings.Split(strings.TrimSuffix(string(line), "\n"), "\t")
		needs[fields[0]] = fields[2]
		for _, name := range packages.FindAllStringSubmatch(fields[3], -1) {
			provided[name[1]] = fields[0]
		}
		if fields[1] == "yes" {
			wanted = append(wanted, fields[0])
		}
	}
	for i := 0; i < len(wanted); i++ {
		if _, ok := needs[wanted[i]]; !ok {
			t.Fatalf("Debian's package %s is not installed here", wanted[i])
		}
		for _, name := range packages.FindAllStringSubmatch(needs[wanted[i]], -1) {
			need := name[1]
			if _, ok := needs[need]; !ok {
				need = provided[need]
			}
			if need != "" && !slices.Contains(wanted, need) {
				wanted = append(wanted, need)
			}
		}
	}
	return wanted
}

// packages finds the names in a list of dependencies such as "libc6 (>= 2.36), debconf | debconf-2.0, python3:any".
var packages = regexp.MustCompile(`(?:^|[,|])\s*([a-z0-9][a-z0-9+.-]+)`)
