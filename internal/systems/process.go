package systems

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// process is a server that runs as a guarded process.
type process struct {
	guard *guard
	// log is the open log file. It stays readable if the server ends before it is ready and its folder is removed.
	log *os.File
}

// startProcess starts a server that keeps its data in dir; the guard removes dir at the end. The server's output goes
// to a log file in dir, except that standard output goes to out if that is given.
func startProcess(dir string, env []string, out *os.File, args ...string) (*process, error) {
	log, err := os.OpenFile(filepath.Join(dir, "log"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
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
	return &process{guard: g, log: log}, nil
}

// ready waits for the server. If the server does not become ready, ready ends it and returns the end of its log.
func (p *process) ready(probe func() error) error {
	defer p.log.Close()
	err := waitReady(p.guard, probe)
	if err == nil {
		return nil
	}
	p.guard.stop()
	said, readErr := io.ReadAll(io.NewSectionReader(p.log, 0, 1<<20))
	return errors.Join(fmt.Errorf("%w: %s", err, tail(string(said), 2000)), readErr)
}

// attempts is how often a server is restarted when another process takes its port first.
const attempts = 4

// withFreePort calls start with a free port, and again with another one if the server ends at once.
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
