package systems

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"time"
)

// buildWithin allows for the first build on a small machine.
const buildWithin = 25 * time.Minute

// minioBinary is the server for an operating system. It is built once, into the cache.
func minioBinary(goos string) (string, error) {
	dir, err := cacheDir("minio", buildTags, minioVersion, goos+"-"+runtime.GOARCH)
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "minio")
	err = locked("minio-build", func() error {
		if _, err := os.Stat(binary); err == nil {
			return nil
		}
		return buildMinIO(dir, binary, goos)
	})
	return binary, err
}

// buildMinIO installs into a separate GOPATH: with GOBIN set, go refuses to install for another system.
func buildMinIO(dir, binary, goos string) error {
	modules, err := runTool(time.Minute, "go", "env", "GOMODCACHE")
	if err != nil {
		return err
	}
	gopath, err := os.MkdirTemp(dir, "build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(gopath)
	env := append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+runtime.GOARCH, "GOFLAGS=", "GOBIN=",
		"GOPATH="+gopath, "GOMODCACHE="+modules, "GOWORK=off")
	_, err = runToolEnv(buildWithin, env, "go", "install", "-trimpath", "-tags", buildTags, "-ldflags=-s -w",
		"github.com/minio/minio@"+minioVersion)
	if err != nil {
		return fmt.Errorf("cannot build minio: %w", err)
	}
	built := filepath.Join(gopath, "bin", "minio")
	if goos != runtime.GOOS {
		built = filepath.Join(gopath, "bin", goos+"_"+runtime.GOARCH, "minio")
	}
	return os.Rename(built, binary)
}

const minioDockerfile = `FROM scratch
COPY minio /minio
ENTRYPOINT ["/minio"]
`

// minioImage is the engine's image of the server, built if missing. Nothing is pulled: the image has one file.
func minioImage(e engine) (string, error) {
	binary, err := minioBinary("linux")
	if err != nil {
		return "", err
	}
	image := path.Join("localhost/s3-credentials-test-minio", buildTags) + ":" + minioVersion
	err = locked("minio-image", func() error {
		if err := e.reap(); err != nil {
			return err
		}
		if _, err := e.run(time.Minute, "image", "inspect", image); err == nil {
			return nil
		}
		context := filepath.Dir(binary)
		if err := os.WriteFile(filepath.Join(context, "Dockerfile"), []byte(minioDockerfile), 0o600); err != nil {
			return err
		}
		_, err := e.run(10*time.Minute, "build", "--tag", image, context)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("cannot make an image of minio with %s: %w", e, err)
	}
	return image, nil
}
