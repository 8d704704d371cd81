package systems

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"time"
)

// seaweedFSVersion is the server's version 4.53.
const (
	seaweedFSModule  = "github.com/seaweedfs/seaweedfs"
	seaweedFSVersion = "v0.0.0-20261109003541-7506e5f91cd6"
)

// seaweedFSBinary is the server, built once, into the cache.
func seaweedFSBinary() (string, error) {
	dir, err := cacheDir("seaweedfs", seaweedFSVersion, runtime.GOOS+"-"+runtime.GOARCH)
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "weed")
	err = locked("seaweedfs-build", func() error {
		if _, err := os.Stat(binary); err == nil {
			return nil
		}
		return buildSeaweedFS(dir, binary)
	})
	return binary, err
}

// buildSeaweedFS builds in a module of its own with the server's requirements: "go install" refuses the server's module, whose go.mod has
// a replacement.
func buildSeaweedFS(dir, binary string) error {
	module, err := os.MkdirTemp(dir, "build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(module)
	env := append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=mod", "GOWORK=off")
	if err := seaweedFSRequirements(module, env); err != nil {
		return fmt.Errorf("cannot get the source of seaweedfs: %w", err)
	}
	if _, err := runToolEnv(time.Minute, env, "go", "-C", module, "mod", "edit", "-require", seaweedFSModule+"@"+seaweedFSVersion); err != nil {
		return err
	}
	built := filepath.Join(module, "weed")
	if _, err := runToolEnv(buildWithin, env, "go", "-C", module, "build", "-trimpath", "-ldflags=-s -w", "-o", built, seaweedFSModule+"/weed"); err != nil {
		return fmt.Errorf("cannot build seaweedfs: %w", err)
	}
	return os.Rename(built, binary)
}

var moduleLine = regexp.MustCompile(`(?m)^module .*$`)

// seaweedFSRequirements copies go.mod and go.sum of the server into the folder, under another module's name.
func seaweedFSRequirements(to string, env []string) error {
	answer, err := runToolEnv(buildWithin, env, "go", "mod", "download", "-json", seaweedFSModule+"@"+seaweedFSVersion)
	if err != nil {
		return err
	}
	var source struct{ GoMod, Dir string }
	if err := json.Unmarshal([]byte(answer), &source); err != nil {
		return err
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(source.Dir, name))
		if err != nil {
			return err
		}
		if name == "go.mod" {
			content = moduleLine.ReplaceAll(content, []byte("module build"))
		}
		if err := os.WriteFile(filepath.Join(to, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}
