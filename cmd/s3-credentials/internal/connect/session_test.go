package connect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// show is a command that prints what the options of its session were given as.
func show(_ context.Context, env *cli.Env, _ []string) error {
	s := Of(env)
	_, err := fmt.Fprintf(env.Stdout, "key=%s/%s/%s auth=%s profile=%s dirs=%v bundle=%s insecure=%t\n",
		s.key.AccessKeyID, s.key.SecretAccessKey, s.key.SessionToken, s.key.File, s.Profile, s.PluginDirs(), s.Config().CABundle, s.Config().Insecure)
	if err != nil {
		return err
	}
	options, err := s.HostOptions(env.Stderr)
	fmt.Fprintf(env.Stdout, "pins=%d settings=%v\n", len(options.Pins), options.Settings)
	return err
}

func TestSources(t *testing.T) {
	pin := strings.Repeat("ab", 32)
	current, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, args, config string
		env                map[string]string
		want, err          string
		code               int
	}{
		{name: "the key of the command line", args: "--auth f", config: "access-key K\nsecret-key S\nsession-token T", want: "key=// auth=f "},
		{name: "the key of the environment", env: map[string]string{"ACCESS_KEY": "E", "SECRET_KEY": "S"}, config: "auth f\nsession-token T", want: "key=E/S/ auth= "},
		{name: "the key of the file", config: "access-key K\nsecret-key S", want: "key=K/S/ "},
		{name: "a profile names a key", args: "--profile p", config: "access-key K\nsecret-key S", want: "key=// auth= profile=p "},
		{name: "a key leaves the profile", args: "--access-key K", config: "profile p\nsecret-key S", want: "key=K// auth= profile=p "},
		{name: "plugin folders", args: "--plugin-dir x --plugin-dir y", want: "dirs=[x y]"},
		{name: "plugin folders of the environment", env: map[string]string{"PLUGIN_DIR": "/x:/y:"}, want: "dirs=[/x /y ]"},
		{name: "relative plugin folders of the environment", env: map[string]string{"PLUGIN_DIR": "/x:."}, code: 2, err: "the environment variable S3_CREDENTIALS_PLUGIN_DIR: '.' is relative; only the command line"},
		{name: "relative plugin folders of the file", config: "plugin-dir plugins", code: 2, err: "'plugin-dir' in the config file: 'plugins' is relative; only the command line"},
		{name: "a bundle", env: map[string]string{"CA_BUNDLE": "/ca.pem"}, config: "ca-bundle /other.pem", want: "bundle=/ca.pem insecure=false"},
		{name: "a bundle in the current folder", args: "--ca-bundle ca.pem", want: "bundle=" + filepath.Join(current, "ca.pem") + " "},
		{name: "a relative bundle of the file", config: "ca-bundle ca.pem", code: 2, err: "'ca-bundle' in the config file: 'ca.pem' is relative; only the command line"},
		{name: "insecure warns each time", args: "--insecure", want: "insecure=true", err: "Warning: --insecure accepts every certificate"},
		{name: "insecure is not for the environment", env: map[string]string{"INSECURE": "1"}, want: "insecure=false"},
		{name: "insecure is not for the file", config: "insecure true", code: 2, err: "insecure"},
		{name: "pins", config: "plugin-pin aws=" + pin + "\nplugin-pin minio=" + pin, want: "pins=2"},
		{name: "bad pin", config: "plugin-pin aws=12", code: 1, err: "64 hexadecimal digits"},
		{name: "settings", args: "--backend-setting admin-url=http://h/?a=b --backend-setting admin-token=x", want: "settings=map[admin-token:x admin-url:http://h/?a=b]"},
		{name: "settings of the file", config: "backend-setting admin-url=u\nbackend-setting admin-token=t", want: "settings=map[admin-token:t admin-url:u]"},
		{name: "a setting without a value", args: "--backend-setting secret", code: 1, err: "--backend-setting must be NAME=VALUE"},
		{name: "a setting with a bad name", args: "--backend-setting Admin_URL=secret", code: 1, err: "small letters, digits and hyphens"},
		{name: "pins are for the file alone", args: "--plugin-pin aws=" + pin, code: 2, err: "No such option '--plugin-pin'"},
		{name: "pins are not for the environment", env: map[string]string{"PLUGIN_PIN": "aws=" + pin}, want: "pins=0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			home := t.TempDir()
			t.Setenv("XDG_CONFIG_HOME", home)
			for name, value := range test.env {
				t.Setenv("S3_CREDENTIALS_"+name, value)
			}
			path := filepath.Join(home, "s3-credentials", "config")
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(test.config), 0o600)); err != nil {
				t.Fatal(err)
			}
			var out, errs bytes.Buffer
			app := &cli.App{
				Program: "s3-credentials", Commands: []*cli.Command{{Name: "show", Offline: true, Run: show}}, NewSession: NewSession, ConfigFile: true,
				Stdin: cli.NewInput(strings.NewReader("")), Stdout: &out, Stderr: &errs,
			}
			code := app.Main(t.Context(), append([]string{"show"}, strings.Fields(test.args)...))
			if code != test.code || !strings.Contains(out.String(), test.want) || !strings.Contains(errs.String(), test.err) {
				t.Errorf("exit %d, stdout %q, stderr %q", code, &out, &errs)
			}
		})
	}
}
