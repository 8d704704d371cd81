//go:build systems

package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// engine is the program that runs containers. Limits are set because its defaults may exceed what it is permitted to set.
func engine(t testing.TB) (podman string, runArgs []string) {
	t.Helper()
	return systems.Program(t, "podman"), []string{"run", "--rm", "--quiet", "--network", "host", "--pull", "never",
		"--ulimit", "nofile=16384:16384", "--ulimit", "nproc=4096:4096"}
}

// inRoot runs a program in a container whose root is a folder, which keeps what the program changes.
func inRoot(t testing.TB, root string, args ...string) string {
	t.Helper()
	podman, run := engine(t)
	return run1(t, nil, podman, append(append(run, "--workdir", "/", "--env", "HOME=/", "--rootfs", root), args...)...)
}

// scratch is a root with nothing but a folder for sockets: no libc of any kind.
func scratch(t testing.TB) string {
	t.Helper()
	root := t.TempDir()
	for _, name := range []string{"tmp", "usr/local"} {
		if err := os.MkdirAll(filepath.Join(root, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestArchiveNeedsNoLibc unpacks the archive into /usr/local of a root that has nothing else.
func TestArchiveNeedsNoLibc(t *testing.T) {
	root := scratch(t)
	run1(t, nil, "tar", "-xzf", madeFile(t, "*linux-"+runtime.GOARCH+".tar.gz"), "-C", filepath.Join(root, "usr/local"), "--strip-components=1")
	checkPlugins(t, inRoot(t, root, "/usr/local/bin/s3-credentials", "plugins"), "/usr/local/bin")
	systems.Report(t, "archive and apk in an empty root")
}

// TestApk unpacks what apk would: the last of its three archives.
func TestApk(t *testing.T) {
	root := scratch(t)
	if err := unpackApk(madeFile(t, "*.apk"), root); err != nil {
		t.Fatal(err)
	}
	checkPlugins(t, inRoot(t, root, "/usr/bin/s3-credentials", "plugins"), "/usr/bin")
	if _, err := os.Stat(filepath.Join(root, "usr", manFolder, "s3-credentials.1")); err != nil {
		t.Error(err)
	}
}

// unpackApk unpacks the files of a package of Alpine, which is several archives, each compressed for itself.
func unpackApk(path, root string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	z, err := gzip.NewReader(bytes.NewReader(content)) // reads them as one
	if err != nil {
		return err
	}
	for in := tar.NewReader(z); ; {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if header.Typeflag != tar.TypeReg || strings.HasPrefix(header.Name, ".") {
			continue
		}
		to := filepath.Join(root, header.Name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		file, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, header.FileInfo().Mode())
		if err != nil {
			return err
		}
		if _, err := io.Copy(file, in); err != nil {
			return errors.Join(err, file.Close())
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
}

// TestImage loads the image as its users do, and creates a key on the sandbox with it.
func TestImage(t *testing.T) {
	podman, run := engine(t)
	sandbox := systems.Sandbox(t)
	loaded := run1(t, nil, podman, "load", "--quiet", "--input", madeFile(t, "*-image.tar.gz"))
	_, image, ok := strings.Cut(strings.TrimSpace(loaded), "Loaded image: ")
	if !ok || image != "localhost/s3-credentials:"+testVersion {
		t.Fatalf("loaded %q", loaded)
	}
	defer run1(t, nil, podman, "rmi", image)
	if got := run1(t, nil, podman, append(run, image, "policy", "my-bucket", "--read-only")...); !strings.Contains(got, "s3:GetObject") {
		t.Errorf("policy: %s", got)
	}
	checkPlugins(t, run1(t, nil, podman, append(run, image, "plugins")...), "/usr/bin")
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "AWS_REGION"} {
		run = append(run, "--env", name)
	}
	got := run1(t, sandbox.Env(), podman, append(run, image, "create", "dist-image", "--create-bucket", "--read-only")...)
	if !strings.Contains(got, `"SecretAccessKey"`) {
		t.Errorf("create: %s", got)
	}
	systems.Report(t, "image in %s, on the sandbox", filepath.Base(podman))
}
