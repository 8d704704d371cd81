package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// testApp is an app with one command, "show", which prints what its options were given as.
type testApp struct {
	App
	out, errs bytes.Buffer
}

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
			c := env.Common
			fmt.Fprintf(env.Stdout, "%s prefix=%s format=%s key=%s/%s/%s auth=%s profile=%s dirs=%v endpoint=%s\n", args, prefix, format,
				c.AccessKey, c.SecretKey, c.SessionToken, c.Auth, c.Profile, c.PluginDirs(), c.EndpointURL)
			pins, err := c.PluginPins()
			fmt.Fprintf(env.Stdout, "pins=%d\n", len(pins))
			return err
		},
	}
	other := &Command{
		Name: "other", Summary: "Other", Offline: true,
		Options: []Option{Flag(new(bool), "silent", "").FromConfig()},
		Run:     func(context.Context, *Env, []string) error { return nil },
	}
	a.App = App{
		Program: "prog", Version: "1", Commands: []*Command{show, other}, Stdin: NewInput(strings.NewReader("")),
		Stdout: &a.out, Stderr: &a.errs,
		Connect: func(context.Context, *Env) (*core.Engine, func(), error) { return nil, nil, nil },
	}
	return a
}

func (a *testApp) config(t *testing.T, content string) {
	t.Helper()
	path := defaultConfigFile()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func TestSources(t *testing.T) {
	pin := strings.Repeat("ab", 32)
	for _, test := range []struct {
		name, args, config string
		env                map[string]string
		want, err          string
		code               int
	}{
		{name: "command line", args: "a -f ini b --prefix x", want: "[a b] prefix=x format=ini "},
		{name: "environment", args: "a", env: map[string]string{"FORMAT": "ini"}, want: "format=ini "},
		{name: "config file", args: "a", config: "# mine\nformat ini\nendpoint-url http://h:1\n", want: "format=ini key=// auth= profile= dirs=[] endpoint=http://h:1"},
		{name: "command line wins", args: "a -f json", config: "format ini", env: map[string]string{"FORMAT": "ini"}, want: "format=json "},
		{name: "environment wins over file", args: "a", config: "format ini", env: map[string]string{"FORMAT": "json"}, want: "format=json "},
		{name: "empty on the command line is given", args: "a --endpoint-url=", config: "endpoint-url http://h", want: "endpoint=\n"},
		{name: "typed options are not read elsewhere", args: "a", env: map[string]string{"PREFIX": "x"}, want: "prefix= "},
		{name: "typed option in file", args: "a", config: "prefix x", code: 2, err: "'prefix' cannot be set in the config file"},
		{name: "slip in file", args: "a", config: "fromat ini", code: 2, err: "No such key 'fromat' in the config file"},
		{name: "slip in file, nearest", args: "a", config: "endpoint http://x", code: 2, err: "Did you mean 'endpoint-url'?"},
		{name: "environment's spelling in file", args: "a", config: "FORMAT ini", code: 2, err: "No such key 'FORMAT'"},
		{name: "equals sign in file", args: "a", config: "secret-key=topsecret", code: 2, err: "'secret-key=' in the config file"},
		{name: "slip with equals sign in file", args: "a", config: "secret-kye=topsecret", code: 2, err: "No such key 'secret-kye' in"},
		{name: "another command's key", args: "a", config: "silent true\nformat ini", want: "format=ini "},
		{name: "bad value in file", args: "a", config: "format xml", code: 2, err: "Invalid value for 'format' in the config file: 'xml' is not one of"},
		{name: "bad value in environment", args: "a", env: map[string]string{"FORMAT": "xml"}, code: 2, err: "the environment variable S3_CREDENTIALS_FORMAT"},
		{name: "identity of the command line", args: "a --auth f", config: "access-key K\nsecret-key S\nsession-token T", want: "key=// auth=f "},
		{name: "identity of the environment", args: "a", env: map[string]string{"ACCESS_KEY": "E", "SECRET_KEY": "S"}, config: "auth f\nsession-token T", want: "key=E/S/ auth= "},
		{name: "identity of the file", args: "a", config: "access-key K\nsecret-key S", want: "key=K/S/ "},
		{name: "a profile is an identity", args: "a --profile p", config: "access-key K\nsecret-key S", want: "key=// auth= profile=p "},
		{name: "plugin folders", args: "a --plugin-dir x --plugin-dir y", want: "dirs=[x y]"},
		{name: "plugin folders of the environment", args: "a", env: map[string]string{"PLUGIN_DIR": "x:y"}, want: "dirs=[x y]"},
		{name: "pins", args: "a", config: "plugin-pin aws=" + pin + "\nplugin-pin minio=" + pin, want: "pins=2"},
		{name: "bad pin", args: "a", config: "plugin-pin aws=12", code: 1, err: "64 hexadecimal digits"},
		{name: "pins are for the file alone", args: "a --plugin-pin aws=" + pin, code: 2, err: "No such option '--plugin-pin'"},
		{name: "pins are not for the environment", args: "a", env: map[string]string{"PLUGIN_PIN": "aws=" + pin}, want: "pins=0"},
		{name: "missing config file", args: "a --config nowhere", code: 2, err: "Cannot read the config file 'nowhere': no such file"},
		{name: "number", args: "a --age x", code: 2, err: "Invalid value for '--age': 'x' is not a whole number"},
		{name: "missing argument", args: "", code: 2, err: "Missing argument 'BUCKETS...'."},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := newTestApp(t, nil)
			for name, value := range test.env {
				t.Setenv("S3_CREDENTIALS_"+name, value)
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
		{background, Usagef("what?"), 2, "Error: what?\nTry 'prog show --help' for help.\n"},
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

func TestStdinIsReadOnce(t *testing.T) {
	in := NewInput(strings.NewReader("x"))
	if content, err := in.ReadFile("-", "--auth"); err != nil || string(content) != "x" {
		t.Fatalf("%q, %v", content, err)
	}
	if _, err := in.Take("PATH"); message(err) != "--auth and PATH cannot both be read from standard input." {
		t.Fatal(err)
	}
}
