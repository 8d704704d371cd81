package main

import (
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The scripts in testdata read like a terminal session: what is typed, what is printed, which exit code. Those in
// "offline" need neither a server nor a plugin; script_systems_test.go has the others.

func TestOffline(t *testing.T) { runScripts(t, "offline", testscript.Params{}) }

// runScripts runs the scripts of a folder, each in an empty folder with an empty HOME. B is a bucket name that no other
// script uses.
func runScripts(t *testing.T, folder string, params testscript.Params) {
	setup := params.Setup
	params.Dir = filepath.Join("testdata", folder)
	params.RequireExplicitExec = true
	params.Setup = func(env *testscript.Env) error {
		env.Setenv("HOME", env.Cd)
		env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.Cd, ".config"))
		env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
		env.Setenv("GORACE", os.Getenv("GORACE"))
		env.Setenv("B", "b-"+strings.ToLower(rand.Text()[:12]))
		if setup != nil {
			if err := setup(env); err != nil {
				return err
			}
		}
		return listenForScripts(env)
	}
	params.Cmds = map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "oneline": oneLine, "secretless": secretless, "plan": isPlan}
	testscript.Run(t, params)
}

// listenForScripts starts endpoints that are no S3: NOT_S3 answers with a web page, NOT_TLS speaks no TLS, SELF_SIGNED has
// a certificate that nobody vouches for, DOWN does not answer at all.
func listenForScripts(env *testscript.Env) error {
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte("<html><body>It works!</body></html>")) //nolint:errcheck // the script sees it
	})
	plain, tls := httptest.NewServer(page), httptest.NewTLSServer(page)
	env.Defer(plain.Close)
	env.Defer(tls.Close)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	env.Setenv("NOT_S3", plain.URL)
	env.Setenv("NOT_TLS", strings.Replace(plain.URL, "http:", "https:", 1))
	env.Setenv("SELF_SIGNED", tls.URL)
	env.Setenv("DOWN", "http://"+free.Addr().String())
	return free.Close()
}

// exits runs a command and checks its exit code: exits 2 s3-credentials create.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGS]...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d\n%s", got, want, ts.ReadFile("stderr"))
	}
}

// oneLine checks that standard error is a single error line, followed at most by where to read on.
func oneLine(ts *testscript.TestScript, _ bool, _ []string) {
	lines := strings.Split(strings.TrimSuffix(ts.ReadFile("stderr"), "\n"), "\n")
	if len(lines) == 2 && strings.HasPrefix(lines[1], "Try 's3-credentials ") {
		lines = lines[:1]
	}
	if len(lines) != 1 || !strings.HasPrefix(lines[0], "Error: ") {
		ts.Fatalf("stderr is not one sentence: %q", lines)
	}
}

// secretless checks that a secret appears in neither output.
func secretless(ts *testscript.TestScript, _ bool, args []string) {
	for _, secret := range args {
		if secret != "" && strings.Contains(ts.ReadFile("stdout")+ts.ReadFile("stderr"), secret) {
			ts.Fatalf("the secret was printed")
		}
	}
}
