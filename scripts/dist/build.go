package main

import (
	"context"
	"os"
	"path/filepath"
)

// module is where internal/version is.
const module = "github.com/s3-credentials/s3-credentials"

// programs is the folder with the programs for a platform.
func (r *release) programs(p platform) string { return filepath.Join(r.work, p.name(), "bin") }

// build builds programs for a platform: all of cmd, or those named. Go's settings that change what is built are not those of who runs this.
func (r *release) build(ctx context.Context, p platform, packages ...string) error {
	if len(packages) == 0 {
		packages = []string{"./cmd/..."}
	}
	dir := r.programs(p)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	stamp := "-s -w -X " + module + "/internal/version.number=" + r.version
	if r.commit != "" {
		stamp += " -X " + module + "/internal/version.commit=" + r.commit
	}
	args := append([]string{"build", "-trimpath", "-buildvcs=false", "-tags", r.tags, "-ldflags", stamp,
		"-o", dir + string(filepath.Separator)}, packages...)
	_, err := output(ctx, command{dir: r.root, env: goEnv(p), name: "go", args: args})
	return err
}

func goEnv(p platform) []string {
	return []string{"CGO_ENABLED=0", "GOOS=" + p.os, "GOARCH=" + p.arch, "GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=", "GOFLAGS=", "GOFIPS140=off", "GOWORK=off"}
}
