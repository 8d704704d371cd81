//go:build systems

// Package parity runs the Python tool s3-credentials 0.17 and this one side by side: the same command, on the same
// fresh state of a moto server, and compares what they print, their exit codes, the files they leave and the state of
// the server. Where docs/differences.md says that they differ, a case checks that they differ in just that way.
package parity

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// atLeast is how many cases the suite promises.
const atLeast = 150

// caseTimeout is for one command; either tool takes about a second where nothing else runs.
const caseTimeout = 3 * time.Minute

// parityCase is one command line, run by both tools.
type parityCase struct {
	name string
	// given is the state of the server before.
	given []given
	// files are what the working folder holds before: name to content. A name that ends in "/" is an empty folder.
	files map[string]string
	stdin string
	// typed is what a person types, where standard input and standard error are a terminal; empty for none.
	typed string
	args  []string
	// env is added to the environment.
	env []string
	// offline says that the command needs no server.
	offline bool
	// unordered says that the lines of stdout may come in any order.
	unordered bool
	// differs is the id of the row in docs/differences.md; then check says in which way, in place of the comparison.
	differs string
	check   func(t *testing.T, python, ours outcome)
}

// outcome is all that a command did.
type outcome struct {
	exit   int
	stdout string
	stderr string
	files  map[string]string
	state  map[string]any
}

// side is one of the two tools with a server of its own.
type side struct {
	program string
	server  *systems.System
}

func TestMain(m *testing.M) { systems.Main(m) }

func TestParity(t *testing.T) {
	systems.PluginBinary(t, "aws")
	python := side{program: systems.Python(t), server: systems.NewMoto(t)}
	ours := side{program: systems.Binary(t, "s3-credentials"), server: systems.NewMoto(t)}
	cases := allCases()
	documented := differenceIDs(t)
	checked := map[string]bool{}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			checked[c.differs] = true
			was, is := both(t, c, python, ours)
			if c.differs == "" {
				compare(t, c, was, is)
				return
			}
			if !documented[c.differs] {
				t.Errorf("docs/differences.md has no row %q", c.differs)
			}
			c.check(t, was, is)
		})
	}
	if len(cases) < atLeast {
		t.Errorf("%d cases, at least %d are promised", len(cases), atLeast)
	}
	systems.Report(t, "%d cases beside s3-credentials 0.17 on %s, %d of the documented differences among them",
		len(cases), ours.server.RunsOn, len(checked)-1)
}

// both runs the case with each tool at the same time.
func both(t *testing.T, c parityCase, python, ours side) (was, is outcome) {
	t.Helper()
	dirs := []string{t.TempDir(), t.TempDir()}
	var group sync.WaitGroup
	group.Go(func() { was = python.run(t, c, dirs[0]) })
	group.Go(func() { is = ours.run(t, c, dirs[1]) })
	group.Wait()
	return was, is
}

func (s side) run(t *testing.T, c parityCase, dir string) outcome {
	client := newClient(s.server)
	if !c.offline {
		s.server.Reset(t)
	}
	for _, g := range c.given {
		g(t, client)
	}
	writeFiles(t, dir, c.files)
	ctx, cancel := context.WithTimeout(t.Context(), caseTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, s.program, arguments(c.args, s.server)...)
	command.Dir = dir
	command.Env = append(s.server.Env(), "HOME="+dir+"-home", "PYTHONIOENCODING=utf-8", "PYTHONDONTWRITEBYTECODE=1", "COLUMNS=80")
	command.Env = append(command.Env, c.env...)
	command.Stdin = strings.NewReader(c.stdin)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := error(nil)
	if c.typed == "" {
		err = command.Run()
	} else {
		err = runOnTerminal(t, command, c.typed, &stderr)
	}
	if command.ProcessState == nil {
		t.Errorf("%s: %v", s.program, err)
		return outcome{exit: -1}
	}
	result := outcome{
		exit: command.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String(), files: readFiles(t, dir),
	}
	if !c.offline {
		result.state = client.state(t)
	}
	return result
}

// runOnTerminal runs a command whose standard input and error are a terminal, where a person has typed something.
func runOnTerminal(t *testing.T, command *exec.Cmd, typed string, screen *bytes.Buffer) error {
	t.Helper()
	person, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer person.Close()
	command.Stdin, command.Stderr = tty, tty
	if _, err := person.WriteString(typed); err != nil {
		t.Fatal(err)
	}
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		screen.ReadFrom(person) //nolint:errcheck // a terminal that is gone is an error on Linux
	}()
	err = command.Run()
	tty.Close()
	<-shown
	return err
}

// arguments puts the server's endpoint in place of "{endpoint}".
func arguments(args []string, server *systems.System) []string {
	filled := make([]string, len(args))
	for i, a := range args {
		filled[i] = strings.ReplaceAll(a, "{endpoint}", server.EndpointURL)
	}
	return filled
}

// compare fails the test for each thing in which the two outcomes are not the same.
func compare(t *testing.T, c parityCase, was, is outcome) {
	t.Helper()
	if was.exit != is.exit {
		t.Errorf("exit code: %d, as the Python tool: %d\nours: %s\npython: %s", is.exit, was.exit, is.stderr, lastLine(was.stderr))
	}
	compareStdout(t, c, was.stdout, is.stdout)
	if diff := cmp.Diff(was.files, is.files); diff != "" {
		t.Errorf("files (-python +ours):\n%s", diff)
	}
	compareState(t, was, is)
}

func compareStdout(t *testing.T, c parityCase, was, is string) {
	t.Helper()
	if diff := cmp.Diff(maskedOutput(was, c.unordered), maskedOutput(is, c.unordered)); diff != "" {
		t.Errorf("stdout (-python +ours):\n%s", diff)
	}
}

func compareState(t *testing.T, was, is outcome) {
	t.Helper()
	untagged := cmpopts.IgnoreMapEntries(func(name string, _ any) bool { return name == tagsOfUser })
	if diff := cmp.Diff(was.state, is.state, untagged); diff != "" {
		t.Errorf("state of the server (-python +ours):\n%s", diff)
	}
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

func writeFiles(t *testing.T, dir string, files map[string]string) {
	for name, content := range files {
		path := filepath.Join(dir, name)
		folder := filepath.Dir(path)
		if strings.HasSuffix(name, "/") {
			folder = path
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Error(err)
		}
		if strings.HasSuffix(name, "/") {
			continue
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Error(err)
		}
	}
}

func readFiles(t *testing.T, dir string) map[string]string {
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[name] = string(content)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return files
}
