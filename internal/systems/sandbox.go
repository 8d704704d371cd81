package systems

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var sharedSandbox shared

// Sandbox is this project's sandbox: it enforces its users' policies.
func Sandbox(t testing.TB) *System {
	t.Helper()
	return sharedSandbox.get(t, "sandbox", startSandbox)
}

// NewSandbox is an empty sandbox for one test; it ends with the test.
func NewSandbox(t testing.TB) *System {
	t.Helper()
	return fresh(t, "sandbox", startSandbox)
}

func startSandbox() (*System, *guard, error) {
	binary, err := builtBinary("s3-credentials-sandbox")
	if err != nil {
		return nil, nil, err
	}
	dir, err := runDir("sandbox")
	if err != nil {
		return nil, nil, err
	}
	fromServer, toUs, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	defer toUs.Close()
	server, err := startProcess(dir, withoutAWS(os.Environ()), toUs,
		binary, "--dir", filepath.Join(dir, "data"), "--listen", "127.0.0.1:0", "--format", "json")
	if err != nil {
		_ = fromServer.Close() // nobody reads from it
		return nil, nil, err
	}
	system := &System{Name: "sandbox", RunsOn: "sandbox (process)", LogPath: server.log.Name()}
	if err := system.readAnnouncement(server, fromServer); err != nil {
		return nil, nil, fmt.Errorf("cannot start the sandbox: %w", err)
	}
	return system, server.guard, nil
}

// readAnnouncement waits for the line in which the sandbox announces its endpoint and keys.
func (s *System) readAnnouncement(server *process, from *os.File) error {
	type announcement struct {
		Endpoint string `json:"endpoint_url"`
		Region   string `json:"region"`
		Key      string `json:"access_key_id"`
		Secret   string `json:"secret_access_key"`
	}
	read := make(chan announcement, 1)
	go func() {
		defer from.Close()
		reader := bufio.NewReader(from)
		var a announcement
		if line, err := reader.ReadBytes('\n'); err == nil && json.Unmarshal(line, &a) == nil {
			read <- a
		}
		_, _ = io.Copy(io.Discard, reader) // keeps the sandbox from blocking on a full pipe
	}()
	return server.ready(func() error {
		select {
		case a := <-read:
			s.EndpointURL, s.Region, s.AccessKeyID, s.SecretAccessKey = a.Endpoint, a.Region, a.Key, a.Secret
			return nil
		case <-time.After(10 * time.Millisecond):
			return errors.New("it has not said that it is ready")
		}
	})
}
