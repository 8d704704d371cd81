package systems

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// minioVersion is the server's last public version. Neither binaries nor images of it exist, so it is built.
const minioVersion = "v0.0.0-20260212201848-7aac2a2c5b7c"

const minioUser = "minio-root"

var sharedMinIO shared

// MinIO is a MinIO server: in a container if docker or podman answers, else as a process.
func MinIO(t testing.TB) *System {
	t.Helper()
	return sharedMinIO.get(t, "minio", startMinIO)
}

// NewMinIO is a MinIO server for one test; it ends with the test.
func NewMinIO(t testing.TB) *System {
	t.Helper()
	return fresh(t, "minio", startMinIO)
}

func startMinIO() (*System, *guard, error) {
	engine, err := findEngine()
	if err != nil {
		return nil, nil, err
	}
	if engine == nil {
		return startMinIOProcess()
	}
	system, g, err := startMinIOContainer(*engine)
	if err != nil {
		return nil, nil, fmt.Errorf("%w (to run it as a process: %s=process)", err, engineVariable)
	}
	return system, g, nil
}

func newMinIO(runsOn, address string) *System {
	return &System{
		Name: "minio", RunsOn: runsOn, EndpointURL: "http://" + address, Region: "us-east-1",
		AccessKeyID: minioUser, SecretAccessKey: rand.Text(),
	}
}

// minioEnv passes the root credentials to the server without exposing them in a process's arguments. It turns off the
// web console, which would listen on all addresses.
func minioEnv(s *System) []string {
	return append(os.Environ(), "MINIO_ROOT_USER="+s.AccessKeyID, "MINIO_ROOT_PASSWORD="+s.SecretAccessKey, "MINIO_BROWSER=off")
}

func startMinIOProcess() (*System, *guard, error) {
	binary, err := minioBinary(runtime.GOOS)
	if err != nil {
		return nil, nil, err
	}
	var system *System
	var server *process
	err = withFreePort(func(port string) error {
		system = newMinIO("minio (process)", "127.0.0.1:"+port)
		dir, err := runDir("minio")
		if err != nil {
			return err
		}
		server, err = startProcess(dir, minioEnv(system), nil, binary, "server",
			"--address", "127.0.0.1:"+port, "--config-dir", filepath.Join(dir, "config"), filepath.Join(dir, "data"))
		if err != nil {
			return err
		}
		system.LogPath = server.log.Name()
		return server.ready(func() error { return probeMinIO(system) })
	})
	if err != nil {
		return nil, nil, fmt.Errorf("cannot start minio: %w", err)
	}
	return system, server.guard, nil
}

func startMinIOContainer(e engine) (*System, *guard, error) {
	image, err := minioImage(e)
	if err != nil {
		return nil, nil, err
	}
	mark, err := label()
	if err != nil {
		return nil, nil, err
	}
	name := containerName()
	system := newMinIO(fmt.Sprintf("minio (container, %s)", e), "")
	g, err := startGuard(guardContainer, os.Environ(), nil, nil, e.command, name)
	if err != nil {
		return nil, nil, err
	}
	if err := runMinIOContainer(e, system, name, image, mark); err != nil {
		g.stop()
		return nil, nil, fmt.Errorf("cannot start minio in a container: %w", err)
	}
	return system, g, nil
}

// runMinIOContainer sets limits because the engines' defaults may exceed what they are permitted to set.
func runMinIOContainer(e engine, system *System, name, image string, mark []string) error {
	args := append([]string{"run", "--detach", "--name", name,
		"--publish", "127.0.0.1::9000", "--volume", "/data",
		"--ulimit", "nofile=16384:16384", "--ulimit", "nproc=4096:4096",
		"--env", "MINIO_ROOT_USER", "--env", "MINIO_ROOT_PASSWORD", "--env", "MINIO_BROWSER"}, mark...)
	args = append(args, image, "server", "--address", ":9000", "/data")
	if _, err := runToolEnv(2*time.Minute, minioEnv(system), e.command, args...); err != nil {
		return err
	}
	ports, err := e.run(time.Minute, "port", name, "9000/tcp")
	if err != nil {
		return err
	}
	address, _, _ := strings.Cut(ports, "\n")
	system.EndpointURL = "http://" + strings.TrimSpace(address)
	return waitReadyContainer(e, name, func() error { return probeMinIO(system) })
}

func waitReadyContainer(e engine, name string, probe func() error) error {
	err := waitReady(&guard{done: make(chan struct{})}, probe)
	if err == nil {
		return nil
	}
	log, logErr := e.run(time.Minute, "logs", name)
	if logErr != nil {
		log = logErr.Error()
	}
	return fmt.Errorf("%w: %s", err, tail(log, 2000))
}

// probeMinIO lists the buckets: the server's health endpoint answers before its accounts work.
func probeMinIO(s *System) error {
	client, err := minio.New(strings.TrimPrefix(s.EndpointURL, "http://"), &minio.Options{
		Creds: credentials.NewStaticV4(s.AccessKeyID, s.SecretAccessKey, ""), Region: s.Region, MaxRetries: 1,
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err = client.ListBuckets(ctx)
	return err
}
