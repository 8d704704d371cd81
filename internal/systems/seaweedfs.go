package systems

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// sharedSeaweedFS and the like are the servers that the tests of a package share.
var sharedSeaweedFS, sharedSeaweedFSStrict, sharedSeaweedFSReadOnly shared

// SeaweedFS is a SeaweedFS server on which IAM may be written, and that is otherwise as it starts by default.
func SeaweedFS(t testing.TB) *System {
	t.Helper()
	return sharedSeaweedFS.get(t, "seaweedfs", func() (*System, *guard, error) { return startSeaweedFS("-s3.iam.readOnly=false") })
}

// NewSeaweedFS is a SeaweedFS server for one test; it ends with the test.
func NewSeaweedFS(t testing.TB) *System {
	t.Helper()
	return fresh(t, "seaweedfs", func() (*System, *guard, error) { return startSeaweedFS("-s3.iam.readOnly=false") })
}

// SeaweedFSStrict is one on which a key may not make further keys for its own user.
func SeaweedFSStrict(t testing.TB) *System {
	t.Helper()
	return sharedSeaweedFSStrict.get(t, "seaweedfs", func() (*System, *guard, error) {
		return startSeaweedFS("-s3.iam.readOnly=false", "-s3.iam.selfServiceRequiresGrant=true")
	})
}

// SeaweedFSReadOnly is one on which IAM may only be read, as on one that starts without options.
func SeaweedFSReadOnly(t testing.TB) *System {
	t.Helper()
	return sharedSeaweedFSReadOnly.get(t, "seaweedfs", func() (*System, *guard, error) { return startSeaweedFS() })
}

func startSeaweedFS(options ...string) (*System, *guard, error) {
	binary, err := seaweedFSBinary()
	if err != nil {
		return nil, nil, err
	}
	var system *System
	var server *process
	err = withFreePort(func(port string) error {
		system = &System{
			Name: "seaweedfs", RunsOn: "seaweedfs (process)", EndpointURL: "http://127.0.0.1:" + port, Region: "us-east-1",
			AccessKeyID: "ADMIN" + rand.Text()[:15], SecretAccessKey: rand.Text(),
		}
		server, err = runSeaweedFS(binary, system, port, options)
		if err != nil {
			return err
		}
		system.LogPath = server.log.Name()
		return server.ready(func() error { return probeSeaweedFS(system) })
	})
	if err != nil {
		return nil, nil, fmt.Errorf("cannot start seaweedfs: %w", err)
	}
	return system, server.guard, nil
}

// runSeaweedFS starts master, volume server, filer and S3 in one process. It turns off what tests do not need, and what would report
// to somebody. Each bucket that is written to gets several volumes, and without a limit of ours there may be as many as the disk has room
// for, were they full: the tests make more buckets than that.
func runSeaweedFS(binary string, s *System, port string, options []string) (*process, error) {
	dir, run, err := unprivileged("seaweedfs")
	if err != nil {
		return nil, err
	}
	identities, err := writeIdentities(dir, s)
	if err != nil {
		return nil, err
	}
	if binary, err = within(dir, binary); err != nil {
		return nil, err
	}
	args := slices.Concat(run, []string{
		binary, "-logdir=" + dir, "mini", "-dir=" + dir, "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3.port=" + port, "-s3.config=" + identities,
		"-volume.max=10000", "-master.telemetry=false", "-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
		"-s3.localSocket=" + filepath.Join(dir, "s3.sock"), "-filer.localSocket=" + filepath.Join(dir, "filer.sock"),
	})
	for _, flag := range []string{"s3.port.grpc", "master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc"} {
		free, err := freePort()
		if err != nil {
			return nil, err
		}
		args = append(args, "-"+flag+"="+free)
	}
	return startProcess(dir, append(withoutAWS(os.Environ()), "HOME="+dir), nil, append(args, options...)...)
}

// writeIdentities writes the file that names the administrator: a secret must not stand in an argument.
func writeIdentities(dir string, s *System) (string, error) {
	type credential struct {
		AccessKey string `json:"accessKey"`
		SecretKey string `json:"secretKey"`
	}
	type identity struct {
		Name        string       `json:"name"`
		Credentials []credential `json:"credentials"`
		Actions     []string     `json:"actions"`
	}
	document, err := json.Marshal(map[string][]identity{"identities": {{
		Name: "admin", Credentials: []credential{{s.AccessKeyID, s.SecretAccessKey}}, Actions: []string{"Admin", "Read", "List", "Tagging", "Write"},
	}}})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "identities.json")
	owner, err := os.Stat(dir)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(path, document, 0o600); err != nil {
		return "", err
	}
	return path, os.Chown(path, int(owner.Sys().(*syscall.Stat_t).Uid), -1)
}

// probeSeaweedFS asks as nobody: the S3 part starts last, when the others answer.
func probeSeaweedFS(s *System) error {
	return probeHTTP(s.EndpointURL+"/", http.StatusForbidden)
}
