//go:build systems

package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// TestWheelReplacesThePythonTool upgrades the Python tool, goes back, upgrades again and uninstalls: each leaves just its own.
func TestWheelReplacesThePythonTool(t *testing.T) {
	python := systems.Program(t, "python3")
	out := made(t)
	venv := filepath.Join(t.TempDir(), "venv")
	run1(t, nil, python, "-m", "venv", venv)
	bin := filepath.Join(venv, "bin")
	pip := func(args ...string) {
		t.Helper()
		run1(t, []string{"PIP_DISABLE_PIP_VERSION_CHECK=1"}, filepath.Join(bin, "python"), append([]string{"-m", "pip"}, args...)...)
	}
	upgrade := func() {
		t.Helper()
		pip("install", "--quiet", "--no-index", "--find-links", out, "--upgrade", "s3-credentials")
	}
	version := func() string {
		t.Helper()
		return strings.TrimSpace(run1(t, nil, filepath.Join(bin, "s3-credentials"), "--version"))
	}

	pip("install", "--quiet", "s3-credentials==0.17")
	before := installedFiles(t, venv)
	upgrade()
	if got := version(); !strings.Contains(got, testVersion) {
		t.Errorf("after the upgrade: %s", got)
	}
	checkPlugins(t, run1(t, []string{"PATH=", "HOME=" + t.TempDir()}, filepath.Join(bin, "s3-credentials"), "plugins"), bin)
	for _, name := range []string{manFolder + "s3-credentials-create.1", bashFolder + "s3-credentials", zshFolder + "_s3-credentials", fishFolder + "s3-credentials.fish"} {
		if _, err := os.Stat(filepath.Join(venv, name)); err != nil {
			t.Error(err)
		}
	}
	for _, name := range installedFiles(t, venv) {
		if strings.Contains(name, "site-packages/s3_credentials") && !strings.Contains(name, testVersion+".dist-info/") {
			t.Errorf("left of the Python tool: %s", name)
		}
	}

	pip("install", "--quiet", "s3-credentials==0.17")
	if got := version(); !strings.Contains(got, "0.17") {
		t.Errorf("back: %s", got)
	}
	if after := installedFiles(t, venv); !slices.Equal(after, before) {
		t.Errorf("going back leaves other files: %v", difference(before, after))
	}

	upgrade()
	pip("uninstall", "--quiet", "--yes", "s3-credentials")
	for _, name := range installedFiles(t, venv) {
		if strings.Contains(name, "s3-credentials") || strings.Contains(name, "s3_credentials") {
			t.Errorf("left: %s", name)
		}
	}
}

// TestWheelsAreSmall: PyPI has a limit, and people's lines too.
func TestWheelsAreSmall(t *testing.T) {
	info, err := os.Stat(madeFile(t, "*.whl"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() >= 40_000_000 {
		t.Errorf("the wheel has %d bytes", info.Size())
	}
}

// installedFiles are the files below a folder, but what Python compiles.
func installedFiles(t *testing.T, root string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !strings.Contains(path, "__pycache__") {
			name, _ := filepath.Rel(root, path)
			out = append(out, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func difference(a, b []string) []string {
	var out []string
	for _, name := range slices.Concat(a, b) {
		if slices.Contains(a, name) != slices.Contains(b, name) {
			out = append(out, name)
		}
	}
	return out
}
