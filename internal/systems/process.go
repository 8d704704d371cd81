package systems

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// process is a server that runs as a process of this machine, guarded.
type process struct {
	guard *guard
	log   string
	// said is the log, open until the server is ready: when it ends before, its folder goes, and the log with it.
	said *os.File
}

// startProcess starts a server with the given folder for its data, which the guard removes at the end. Its output
// goes to a file in that folder, except for its standard output where out is given.
func startProcess(dir string, env []string, out *os.File, args ...string) (*process, error) {
	path := filepath.Join(dir, "log")
	log, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	if out == nil {
		out = log
	}
	g, err := startGuard(guardProcess, env, out, log, append([]string{dir}, args...)...)
	if err != nil {
		log.Close()
		return nil, err
	}
	return &process{guard: g, log: path, said: log}, nil
}

// ready waits for the server; when it does not come up it is ended, and the error has the end of its log.
func (p *process) ready(probe func() error) error {
	defer p.said.Close()
	err := waitReady(p.guard, probe)
	if err == nil {
		return nil
	}
	p.guard.stop()
	said, readErr := io.ReadAll(io.NewSectionReader(p.said, 0, 1<<20))
	return errors.Join(fmt.Errorf("%w: %s", err, tail(string(said), 2000)), readErr)
}

// attempts is how often a server is started anew when another process took the port that was free a moment before.
const attempts = 4

// withFreePort calls start with a port that is free now, and again with another one when the server ends at once.
func withFreePort(start func(port string) error) error {
	var err error
	for range attempts {
		var port string
		if port, err = freePort(); err != nil {
			return err
		}
		if err = start(port); !errors.Is(err, errEnded) {
			return err
		}
	}
	return err
}

func freePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, err
}

// probeHTTP reports whether the URL answers with the status.
func probeHTTP(url string, status int) error {
	client := http.Client{Timeout: 5 * time.Second}
	defer client.CloseIdleConnections()
	response, err := client.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != status {
		return fmt.Errorf("%s answered %s", url, response.Status)
	}
	return nil
}

// secret is a random password of 26 letters and digits.
func secret() string { return rand.Text() }
