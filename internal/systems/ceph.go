package systems

import (
	"crypto/rand"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

//go:embed ceph.sh
var cephCluster string

var sharedCeph shared

// Ceph is a Ceph cluster in memory with a RADOS gateway, from the operating system's packages.
func Ceph(t testing.TB) *System {
	t.Helper()
	return sharedCeph.get(t, "ceph", startCeph)
}

// NewCeph is a cluster for one test; it ends with the test.
func NewCeph(t testing.TB) *System {
	t.Helper()
	return fresh(t, "ceph", startCeph)
}

func startCeph() (*System, *guard, error) {
	version, err := cephVersion()
	if err != nil {
		return nil, nil, err
	}
	var system *System
	var server *process
	err = withFreePort(func(port string) error {
		system = &System{
			Name: "ceph", RunsOn: "ceph (" + version + ", processes)", EndpointURL: "http://127.0.0.1:" + port, Region: "us-east-1",
			AccessKeyID: rand.Text()[:20], SecretAccessKey: rand.Text(),
		}
		server, err = startCluster(system, port)
		if err != nil {
			return err
		}
		system.LogPath = server.log.Name()
		return server.ready(func() error { return probeMinIO(system) })
	})
	if err != nil {
		return nil, nil, fmt.Errorf("cannot start ceph: %w", err)
	}
	return system, server.guard, nil
}

// cephVersion fails where one of the programs is missing.
func cephVersion() (string, error) {
	for _, program := range []string{"setpriv", "ceph", "ceph-authtool", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin"} {
		if _, err := exec.LookPath(program); err != nil {
			return "", fmt.Errorf("%s is not on the PATH; on Debian: apt install --no-install-recommends ceph-mon ceph-osd radosgw ceph-common", program)
		}
	}
	said, err := runTool(readyWithin, "radosgw", "--version")
	if fields := strings.Fields(said); err == nil && len(fields) > 2 { // ceph version 16.2.15 (...) pacific (stable)
		return fields[2], nil
	}
	return "unknown version", err
}

func startCluster(s *System, port string) (*process, error) {
	monitor, err := freePort()
	if err != nil {
		return nil, err
	}
	old, err := freePort()
	if err != nil {
		return nil, err
	}
	dir, run, err := unprivileged("ceph")
	if err != nil {
		return nil, err
	}
	// The daemons end with the shell, however it ends.
	env := append(os.Environ(), "KEY="+s.AccessKeyID, "SECRET="+s.SecretAccessKey, "RUN=setpriv --pdeathsig KILL")
	return startProcess(dir, env, nil, append(run, "sh", "-c", cephCluster, "ceph", filepath.Join(dir, "cluster"), port, monitor, old)...)
}
