package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// testApp is an app with a command "show", which prints what its options were given as.
type testApp struct {
	App
	out, errs bytes.Buffer
}

// testSession has options that lock each other: whoever names a key names its token too.
type testSession struct {
	key, token, url string
	pins            []string
}

func (s *testSession) Options() []Option {
	return []Option{Text(&s.key, "key", "").FromConfig(), Text(&s.token, "token", "").FromConfig(), Text(&s.url, "endpoint-url", "").FromConfig()}
}

func (s *testSession) FileOptions() []Option { return []Option{Texts(&s.pins, "pin", "").FromConfig()} }

func (s *testSession) Locked(isSet func(string) bool) []string {
	if isSet("key") || isSet("token") {
		return []string{"key", "token"}
	}
	return nil
}

func (s *testSession) Begin(*Env) {}

func (s *testSession) Start(context.Context, *Env) error          { return nil }
func (s *testSession) Explain(_ context.Context, err error) error { return err }
func (s *testSession) End()                                       {}

func newTestApp(t *testing.T, run func(env *Env) error) *testApp {
	t.Helper()
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	a := &testApp{}
	var prefix, format string
	var age *int
	show := &Command{
		Name: "show", Summary: "Show",
		Args: []Arg{{Name: "BUCKETS", Required: true, Repeated: true}},
		Options: []Option{
			Text(&prefix, "prefix", ""), Choice(&format, "format", "", "ini", "json").WithShort("f").FromConfig(),
			Number(&age, "age", ""),
		},
		Offline: run == nil,
		Run: func(_ context.Context, env *Env, args []string) error {
			if run != nil {
				return run(env)
			}
			s := env.Session.(*testSession)
			_, err := fmt.Fprintf(env.Stdout, "%s prefix=%s format=%s key=%s/%s endpoint=%s\npins=%v\n", args, prefix, format, s.key, s.token, s.url, s.pins)
			return err
		},
	}
	other := &Command{
		Name: "other", Summary: "Other", Offline: true,
		Options: []Option{Flag(new(bool), "silent", "").FromConfig(), Text(new(string), "header", "").WithShort("h")},
		Run:     func(context.Context, *Env, []string) error { return nil },
	}
	a.App = App{
		Program: "test-prog", Summary: "A test", Commands: []*Command{show, other}, ConfigFile: true,
		NewSession: func() Session { return &testSession{} }, ExitCodes: [][2]string{{"0", "Done."}, {"1", "Failed: it did not."}},
		Stdin: NewInput(strings.NewReader("")), Stdout: &a.out, Stderr: &a.errs,
	}
	return a
}

func (a *testApp) config(t *testing.T, content string) {
	t.Helper()
	path := a.defaultConfigFile()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func TestSources(t *testing.T) {
	for _, test := range []struct {
		name, args, config string
		env                map[string]string
		want, err          string
		code               int
	}{
		{name: "command line", args: "a -f ini b --prefix x", want: "[a b] prefix=x format=ini "},
		{name: "the same twice", args: "a -f ini --format ini", want: "format=ini "},
		{name: "twice", args: "a --prefix x --prefix y", code: 2, err: "Option '--prefix' is given twice, with different values."},
		{name: "environment", args: "a", env: map[string]string{"FORMAT": "ini"}, want: "format=ini "},
		{name: "config file", args: "a", config: "# mine\nformat ini\nendpoint-url http://h:1\n", want: "format=ini key=/ endpoint=http://h:1"},
		{name: "command line wins", args: "a -f json", config: "format ini", env: map[string]string{"FORMAT": "ini"}, want: "format=json "},
		{name: "environment wins over file", args: "a", config: "format ini", env: map[string]string{"FORMAT": "json"}, want: "format=json "},
		{name: "empty on the command line", args: "a --endpoint-url=", config: "endpoint-url http://h", code: 2, err: "Option '--endpoint-url' is given an empty value"},
		{name: "empty in the environment", args: "a", env: map[string]string{"ENDPOINT_URL": ""}, config: "endpoint-url http://h", want: "endpoint=http://h"},
		{name: "typed options are not read elsewhere", args: "a", env: map[string]string{"PREFIX": "x"}, want: "prefix= "},
		{name: "typed option in file", args: "a", config: "prefix x", code: 2, err: "'prefix' cannot be set in the config file"},
		{name: "slip in file", args: "a", config: "fromat ini", code: 2, err: "No such key 'fromat' in the config file"},
		{name: "slip in file, nearest", args: "a", config: "endpoint http://x", code: 2, err: "Did you mean 'endpoint-url'?"},
		{name: "environment's spelling in file", args: "a", config: "FORMAT ini", code: 2, err: "No such key 'FORMAT'"},
		{name: "equals signs in file", args: "a", config: "key=K==\ntoken = T=\nformat =ini\nendpoint-url= http://h:1", want: "format=ini key=K==/T= endpoint=http://h:1"},
		{name: "slip with equals sign in file", args: "a", config: "tokne=topsecret", code: 2, err: "No such key 'tokne' in"},
		{name: "another command's key", args: "a", config: "silent true\nformat ini", want: "format=ini "},
		{name: "bad value in file", args: "a", config: "format xml", code: 2, err: "Invalid value for 'format' in the config file: 'xml' is not one of"},
		{name: "bad value in environment", args: "a", env: map[string]string{"FORMAT": "xml"}, code: 2, err: "the environment variable TEST_PROG_FORMAT"},
		{name: "the command line locks", args: "a --key k", env: map[string]string{"TOKEN": "E"}, config: "token T", want: "key=k/ "},
		{name: "the environment locks", args: "a", env: map[string]string{"KEY": "E"}, config: "token T", want: "key=E/ "},
		{name: "all of one source", args: "a", config: "key K\ntoken T", want: "key=K/T "},
		{name: "of the file alone", args: "a", config: "pin a\npin b", want: "pins=[a b]"},
		{name: "of the file alone, typed", args: "a --pin x", code: 2, err: "No such option '--pin'"},
		{name: "of the file alone, in the environment", args: "a", env: map[string]string{"PIN": "x"}, want: "pins=[]"},
		{name: "missing config file", args: "a --config nowhere", code: 2, err: "Cannot read the config file 'nowhere': no such file"},
		{name: "number", args: "a --age x", code: 2, err: "Invalid value for '--age': 'x' is not a whole number"},
		{name: "missing argument", args: "", code: 2, err: "Missing argument 'BUCKETS...'."},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newTestApp(t, nil)
			for name, value := range test.env {
				t.Setenv("TEST_PROG_"+name, value)
			}
			if test.config != "" {
				a.config(t, test.config)
			}
			code := a.Main(t.Context(), append([]string{"show"}, strings.Fields(test.args)...))
			if code != test.code || !strings.Contains(a.out.String(), test.want) || !strings.Contains(a.errs.String(), test.err) {
				t.Errorf("exit %d, stdout %q, stderr %q", code, &a.out, &a.errs)
			}
			if strings.Contains(a.errs.String(), "topsecret") {
				t.Errorf("a secret in %q", &a.errs)
			}
			if code == 0 && a.errs.Len() > 0 {
				t.Errorf("stderr %q", &a.errs)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	only := func() *testApp {
		a := newTestApp(t, nil)
		a.Commands, a.NewSession, a.ConfigFile = []*Command{a.Commands[0]}, nil, false
		a.Commands[0].Name, a.Commands[0].Args = "", nil
		a.Commands[0].Run = func(context.Context, *Env, []string) error { return nil }
		return a
	}
	several := func() *testApp { return newTestApp(t, nil) }
	const program, show, other, single, version = "Usage: test-prog [OPTIONS] COMMAND", "Usage: test-prog show [OPTIONS] BUCKETS...\n",
		"Usage: test-prog other [OPTIONS]\n", "Usage: test-prog [OPTIONS]\n", "test-prog, version "
	for _, test := range []struct {
		app       func() *testApp
		args, out string
		err       string
		code      int
	}{
		{app: several, args: "--help", out: program},
		{app: several, args: "-h", out: program},
		{app: several, args: "help", out: program},
		{app: several, args: "help show", out: show},
		{app: several, args: "show a --help", out: show},
		{app: several, args: "show -h", out: show},
		{app: several, args: "other -h x"},
		{app: several, args: "help other", out: other},
		{app: several, args: "help shwo", code: 2, err: "No such command 'shwo'. Did you mean 'show'?"},
		{app: several, args: "version", out: version},
		{app: several, args: "--version", out: version},
		{app: several, args: "version x", code: 2, err: "Got unexpected extra argument (x)"},
		{app: several, args: "", code: 2, err: program},
		{app: only, args: "--help", out: single},
		{app: only, args: "-h", out: single},
		{app: only, args: "help", out: single},
		{app: only, args: "version", out: version},
		{app: only, args: "--version", out: version},
		{app: only, args: ""},
		{app: only, args: "--format ini"},
		{app: only, args: "--nothing", code: 2, err: "Error: No such option '--nothing'.\nTry 'test-prog --help' for help.\n"},
	} {
		a := test.app()
		a.config(t, "no such key") // help and version need no settings
		if test.args == "other -h x" || test.args == "" || strings.HasPrefix(test.args, "--format") {
			a.config(t, "")
		}
		code := a.Main(t.Context(), strings.Fields(test.args))
		if code != test.code || !strings.HasPrefix(a.out.String(), test.out) || test.out == "" && a.out.Len() > 0 || !strings.Contains(a.errs.String(), test.err) {
			t.Errorf("%q: exit %d, stdout %q, stderr %q", test.args, code, &a.out, &a.errs)
		}
	}
}

func TestErrReported(t *testing.T) {
	a := newTestApp(t, func(*Env) error { return ErrReported })
	if code := a.Main(t.Context(), []string{"show", "x"}); code != ExitFailed || a.errs.Len() > 0 {
		t.Errorf("exit %d, stderr %q", code, &a.errs)
	}
}

func TestExitCodes(t *testing.T) {
	interrupted, cancel := context.WithCancelCause(context.Background())
	cancel(SignalError{syscall.SIGINT})
	terminated, cancel := context.WithCancelCause(context.Background())
	cancel(SignalError{syscall.SIGTERM})
	background := context.Background()
	for _, test := range []struct {
		ctx  context.Context
		err  error
		code int
		says string
	}{
		{background, nil, 0, ""},
		{background, errors.New("it broke"), 1, "Error: it broke\n"},
		{background, Failure("no"), 1, "Error: no\n"},
		{background, Usagef("what?"), 2, "Error: what?\nTry 'test-prog show --help' for help.\n"},
		{background, fault.New(fault.Unsupported, "cannot"), 3, "Error: cannot\n"},
		{background, fmt.Errorf("more: %w", fault.New(fault.Unsupported, "cannot")), 3, "Error: more: cannot\n"},
		{interrupted, context.Canceled, 130, "Error: interrupted\n"},
		{interrupted, fault.Wrap(fault.Canceled, context.Canceled, "context canceled"), 130, "Error: interrupted\n"},
		{interrupted, fmt.Errorf("left behind: user x: %w", context.Canceled), 130, "left behind: user x"},
		{terminated, context.Canceled, 143, "Error: terminated\n"},
		{interrupted, nil, 0, ""},
	} {
		a := newTestApp(t, func(*Env) error { return test.err })
		code := a.Main(test.ctx, []string{"show", "x"})
		if code != test.code || !strings.Contains(a.errs.String(), test.says) {
			t.Errorf("%v: exit %d, stderr %q; want %d, %q", test.err, code, &a.errs, test.code, test.says)
		}
	}
}

func TestPanicShowsNoStack(t *testing.T) {
	for value, wantStack := range map[string]bool{"": false, "debug": true} {
		a := newTestApp(t, func(*Env) error { panic("boom") })
		t.Setenv("S3_CREDENTIALS_LOG", value)
		code := a.Main(t.Context(), []string{"show", "x"})
		if code != 1 || !strings.Contains(a.errs.String(), "internal error: boom") {
			t.Errorf("exit %d, stderr %q", code, &a.errs)
		}
		if got := strings.Contains(a.errs.String(), "goroutine"); got != wantStack {
			t.Errorf("with S3_CREDENTIALS_LOG=%q a stack trace: %v", value, got)
		}
	}
}

// failingWriter fails as a closed pipe or a full disk does.
type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

func TestOutputThatCannotBeWritten(t *testing.T) {
	for _, test := range []struct {
		err  error
		says string
	}{{syscall.EPIPE, ""}, {syscall.ENOSPC, "Error: cannot write to standard output: no space left on device\n"}} {
		a := newTestApp(t, nil)
		a.Stdout = failingWriter{test.err}
		if code := a.Main(t.Context(), []string{"show", "x"}); code != 1 || a.errs.String() != test.says {
			t.Errorf("%v: exit %d, stderr %q", test.err, code, &a.errs)
		}
	}
}

// TestFilesOfOptionsAreSmall has them endless.
func TestFilesOfOptionsAreSmall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large")
	if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, 1<<40)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, "-"} {
		_, err := NewInput(endless{}).ReadFile(name, "--auth")
		var pathErr *fs.PathError
		if !errors.As(err, &pathErr) || pathErr.Path != name || !strings.Contains(pathErr.Err.Error(), "more than 1 MiB") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// TestAWaitForAFileEnds presses Ctrl-C while nobody writes to a pipe that an option names.
func TestAWaitForAFileEnds(t *testing.T) {
	reading, writing := io.Pipe()
	defer writing.Close()
	ctx, interrupt := context.WithCancelCause(t.Context())
	a := newTestApp(t, nil)
	a.Stdin = NewInput(readerFunc(func(p []byte) (int, error) {
		interrupt(SignalError{Signal: syscall.SIGINT})
		return reading.Read(p)
	}))
	var text string
	a.Commands = []*Command{{Name: "show", Offline: true, Run: func(context.Context, *Env, []string) error { return nil }, Options: []Option{
		Parsed(&text, "policy", "FILE", "Policy", func(path string) (string, error) {
			content, err := a.Stdin.ReadFile(path, "--policy")
			return string(content), err
		}),
	}}}
	if code := a.Main(ctx, []string{"show", "--policy", "-"}); code != ExitInterrupted || a.errs.String() != "Error: interrupted\n" {
		t.Errorf("exit %d, stderr %q", code, &a.errs)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestStdinIsReadOnce(t *testing.T) {
	in := NewInput(strings.NewReader("x"))
	if content, err := in.ReadFile("-", "--auth"); err != nil || string(content) != "x" {
		t.Fatalf("%q, %v", content, err)
	}
	if _, err := in.Take("PATH"); message(err) != "--auth and PATH cannot both be read from standard input." {
		t.Fatal(err)
	}
}
