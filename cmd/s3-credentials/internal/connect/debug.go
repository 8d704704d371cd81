package connect

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/debug"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/auth"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/version"
)

// debugOption is the option that says whether there is a log of the run.
func (s *Session) debugOption() cli.Option {
	return cli.FlagOr(&s.debug, "debug", "Show on standard error what is done: settings, backend, each request, the time that each phase takes. "+
		"No secret is shown. With =json, as lines of JSON", debug.JSON).FromConfig()
}

// Begin implements cli.Session: it warns of what is not safe, and begins the log of the run, if there is to be one.
func (s *Session) Begin(env *cli.Env) {
	if s.insecure {
		fmt.Fprintln(env.Stderr, "Warning: --insecure accepts every certificate: whoever stands between this machine and the system can read and change everything, keys too")
	}
	if s.debug == "" && cli.Debugging() {
		s.debug = "on"
	}
	if s.debug == "" {
		return
	}
	env.App.Debugging = true
	s.Log = debug.New(env.Stderr, s.debug, s.began, append(s.secretSettings(), s.key.SecretAccessKey, s.key.SessionToken)...)
	s.Log.Say("run", "version", version.Full(), "command", env.Typed[0])
	_, err := os.Stat(env.ConfigFile)
	s.Log.Say("settings", "config_file", env.ConfigFile, "config_file_found", err == nil,
		"command_line", given(env, cli.FromCommandLine), "environment", given(env, cli.FromEnvironment), "config", given(env, cli.FromConfigFile))
	s.Log.Say("environment", "variables", strings.Join(debug.Variables(), " "))
}

// secretSettings are those settings of the backend that are secrets by their names.
func (s *Session) secretSettings() []string {
	var secrets []string
	settings, _ := s.backendSettings() // whoever needs them reports the error
	for name, value := range settings {
		if driver.IsSecret(name) {
			secrets = append(secrets, value)
		}
	}
	return secrets
}

// given names the options that a source has set.
func given(env *cli.Env, source cli.Source) string {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(env.Sources)), func(name string) bool { return env.Sources[name] != source })
	return cmp.Or(strings.Join(names, " "), "none")
}

// sayCredentials says where the key comes from.
func (s *Session) sayCredentials(env *cli.Env, found bool) {
	if !found {
		s.Log.Say("credentials", "from", "the profile, the environment or the files that the backend looks into")
		return
	}
	for _, name := range auth.Names() {
		if source := env.Sources[name]; source != "" {
			s.Log.Say("credentials", "from", cmp.Or(s.key.File, "the option "+name), "set_by", string(source))
			return
		}
	}
}
