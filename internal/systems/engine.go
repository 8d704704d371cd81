package systems

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// engineVariable names the variable that selects where MinIO runs: "docker" or "podman" (that engine, or the tests
// fail), "container" (either, or the tests fail) or "process". By default it is the engine that answers, else a process.
const engineVariable = "S3_CREDENTIALS_TEST_ENGINE"

// engine is a container engine that answers.
type engine struct {
	command string
	version string
}

func (e engine) String() string { return e.command + " " + e.version }

// findEngine returns the engine to use; nil means a process.
var findEngine = sync.OnceValues(func() (*engine, error) {
	wanted := os.Getenv(engineVariable)
	candidates := []string{"docker", "podman"}
	switch wanted {
	case "process":
		return nil, nil
	case "docker", "podman":
		candidates = []string{wanted}
	}
	var problems []error
	for _, command := range candidates {
		found, err := askEngine(command)
		if err == nil {
			return found, nil
		}
		problems = append(problems, fmt.Errorf("%s: %w", command, err))
	}
	if wanted == "" {
		return nil, nil
	}
	return nil, fmt.Errorf("%s=%s, and no such engine answers: %w", engineVariable, wanted, errors.Join(problems...))
})

// askEngine asks for the engine's version. The docker command is often installed without its server.
func askEngine(command string) (*engine, error) {
	format := "{{.Server.Version}}"
	if command == "podman" {
		format = "{{.Client.Version}}"
	}
	version, err := runTool(30*time.Second, command, "version", "--format", format)
	if err != nil {
		return nil, err
	}
	if command == "podman" { // it reports a version even if it cannot run containers
		if _, err := runTool(30*time.Second, command, "info", "--format", "{{.Host.OCIRuntime.Name}}"); err != nil {
			return nil, err
		}
	}
	return &engine{command: command, version: version}, nil
}

func (e engine) run(timeout time.Duration, args ...string) (string, error) {
	return runTool(timeout, e.command, args...)
}

// runTool returns the command's standard output, or an error with its standard error.
func runTool(timeout time.Duration, command string, args ...string) (string, error) {
	return runToolEnv(timeout, nil, command, args...)
}

func runToolEnv(timeout time.Duration, env []string, command string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, command, args...)
	cmd.Env = env
	cmd.WaitDelay = time.Second
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", command, strings.Join(args, " "), err, tail(complaint.String(), 2000))
	}
	return strings.TrimSpace(string(out)), nil
}

// tail is the end of a text, which usually has the reason of a failure.
func tail(text string, max int) string {
	text = strings.TrimSpace(text)
	if len(text) > max {
		text = "..." + text[len(text)-max:]
	}
	return text
}

// hostLabel marks containers that the tests of a host started; their names contain the process id. With both, a later
// run finds the containers of processes that were killed together with their guards.
const (
	hostLabel  = "s3-credentials.test.host"
	namePrefix = "s3-credentials-test-"
)

func containerName() string {
	return fmt.Sprintf("%s%d-%s", namePrefix, os.Getpid(), strings.ToLower(rand.Text()[:8]))
}

// label is the option that marks a container.
func label() ([]string, error) {
	host, err := os.Hostname()
	return []string{"--label", hostLabel + "=" + host}, err
}

// reap removes the containers of this host whose test processes have ended.
func (e engine) reap() error {
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	list, err := e.run(time.Minute, "ps", "--all", "--filter", "label="+hostLabel+"="+host, "--format", "{{.Names}}")
	if err != nil {
		return err
	}
	for _, name := range strings.Fields(list) {
		if ownerIsAlive(name) {
			continue
		}
		// A failure means nothing: the guard may be removing the container at this moment.
		_, _ = e.run(time.Minute, "rm", "--force", "--volumes", name)
	}
	return nil
}

// ownerIsAlive reports whether the process that started a container is running; true for a container with another name.
func ownerIsAlive(name string) bool {
	pid, _, _ := strings.Cut(strings.TrimPrefix(name, namePrefix), "-")
	owner, err := strconv.Atoi(pid)
	return err != nil || alive(owner)
}
