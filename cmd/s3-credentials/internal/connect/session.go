// Package connect is what the commands share: the options that every command has, the credentials that they name, and
// the backend that they lead to.
package connect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/debug"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/auth"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/version"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// Session is the options that every command has, and the backend that a run works on.
type Session struct {
	EndpointURL, Profile, Region, Backend string
	// AuditLog is the file that says who changed what; empty for none.
	AuditLog string
	// Log is the log of the run; nil for none.
	Log *debug.Log

	debug                  string
	began                  time.Time
	timeout                time.Duration
	caBundle               string
	insecure               bool
	key                    auth.Options
	pluginDirs, pluginPins []string
	settings               []string // --backend-setting

	// byProfile says that nothing but a profile says where a system is.
	byProfile bool
	// besides are the backends that On connected to.
	besides []driver.Description

	starting sync.WaitGroup
	waiting  sync.Once
	backend  driver.Driver
	engine   *core.Engine
	err      error
}

// NewSession returns a session whose options are not set yet.
func NewSession() cli.Session { return &Session{began: time.Now()} }

// Of returns the session that a command runs in.
func Of(env *cli.Env) *Session { return env.Session.(*Session) }

// Engine returns the engine on the backend that the options ask for, which has been starting since they were parsed.
func Engine(env *cli.Env) (*core.Engine, error) {
	s := Of(env)
	s.waiting.Do(func() {
		s.Log.Phase("connect")
		s.starting.Wait()
		s.Log.Phase("command")
	})
	return s.engine, s.err
}

// Options implements cli.Session. The first five options are the Python tool's.
func (s *Session) Options() []cli.Option {
	key, file := s.key.Options()
	return append(key,
		cli.Text(&s.EndpointURL, "endpoint-url", "URL of the S3 system. Default is what AWS_ENDPOINT_URL, the profile or an alias of mc says, else AWS").FromConfig(),
		file,
		cli.Text(&s.Profile, "profile", "Profile of the AWS configuration files to use, or alias of mc").FromConfig(),
		cli.Text(&s.Region, "region", "Region to work in").FromConfig(),
		cli.Text(&s.Backend, "backend", "Backend to use, such as aws, minio, seaweedfs, ceph, garage, versitygw or rustfs, or another plugin's name. Default is what the endpoint says that it is").FromConfig().Completing(cli.CompleteBackend),
		cli.Texts(&s.settings, "backend-setting", "What S3 has no words for, such as admin-url=http://127.0.0.1:3903 for Garage; more than once for several").
			Showing("NAME=VALUE").FromConfig().Concealed(),
		cli.Parsed(&s.timeout, "timeout", "DURATION", "How long the system may take to begin an answer, such as 90s or 2m. "+
			"Default is 30s", parseTimeout).FromConfig(),
		cli.Parsed(&s.caBundle, "ca-bundle", "FILENAME", "File of the certificate authorities, in PEM, that may sign the system's certificate, and no others. "+
			"Default is that of AWS_CA_BUNDLE, else the operating system's and mc's", absolutePath).FromConfig().Completing(cli.CompleteFile).CheckedElsewhere(absolute),
		cli.Flag(&s.insecure, "insecure", "Accept every certificate of the system: whoever stands between can read and change everything. Only for this run"),
		cli.Texts(&s.pluginDirs, "plugin-dir", "Folder to look for backend plugins in first").Showing("FOLDER").
			FromConfig().Completing(cli.CompleteFolder).CheckedElsewhere(absoluteFolders),
		cli.Parsed(&s.AuditLog, "audit-log", "FILENAME", "File to add lines of JSON to: who changed what", lastingFile).
			FromConfig().Completing(cli.CompleteFile).CheckedElsewhere(absolute),
		s.debugOption(),
	)
}

// FileOptions implements cli.Session.
func (s *Session) FileOptions() []cli.Option {
	return []cli.Option{cli.Texts(&s.pluginPins, "plugin-pin", "SHA-256 that a plugin must have").Showing("NAME=SHA256").FromConfig()}
}

// Locked implements cli.Session. The source nearest to the user that names credentials or a profile is the only one
// that credentials are taken from, so that a run never mixes two identities.
func (s *Session) Locked(isSet func(name string) bool) []string {
	for _, name := range append(auth.Names(), "profile") {
		if isSet(name) {
			return auth.Names()
		}
	}
	return nil
}

// PluginDirs returns the folders to look for plugins in first. Each option, and the environment variable, may name
// several, separated as in PATH.
func (s *Session) PluginDirs() []string {
	var dirs []string
	for _, d := range s.pluginDirs {
		dirs = append(dirs, filepath.SplitList(d)...)
	}
	return dirs
}

// pins returns the SHA-256, in hexadecimal, that each named plugin must have.
func (s *Session) pins() (map[string]string, error) {
	pins := map[string]string{}
	for _, pin := range s.pluginPins {
		name, sum, ok := strings.Cut(pin, "=")
		name, sum = strings.TrimSpace(name), strings.ToLower(strings.TrimSpace(sum))
		if !ok || name == "" || len(sum) != 64 || strings.Trim(sum, "0123456789abcdef") != "" {
			return nil, fault.New(fault.InvalidArgument,
				"plugin-pin '%s' in the config file is not NAME=SHA256 with 64 hexadecimal digits", pin)
		}
		pins[name] = sum
	}
	return pins, nil
}

// settingName is the name of a setting of a backend, as host.Options.Settings has it.
var settingName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// backendSettings returns the settings of the backend by name. A value may be a secret, and is in no error.
func (s *Session) backendSettings() (map[string]string, error) {
	settings := map[string]string{}
	for _, setting := range s.settings {
		name, value, ok := strings.Cut(setting, "=")
		if !ok || !settingName.MatchString(name) {
			return nil, cli.Failure("--backend-setting must be NAME=VALUE, with a name of small letters, digits and hyphens, such as admin-url")
		}
		settings[name] = value
	}
	return settings, nil
}

// HostOptions returns how plugins are looked for and started. Their log goes to stderr.
func (s *Session) HostOptions(stderr io.Writer) (host.Options, error) {
	pins, pinErr := s.pins()
	settings, err := s.backendSettings()
	return host.Options{Dirs: s.PluginDirs(), Pins: pins, Settings: settings, ByProfile: s.byProfile, Log: stderr, Logger: s.Log.To()}, cmp.Or(pinErr, err)
}

// SystemName says which system a run works on: of several, it may be the wrong one.
func (s *Session) SystemName(d driver.Description) string {
	if s.Profile == "" {
		return d.EndpointURL
	}
	return d.EndpointURL + " (profile " + s.Profile + ")"
}

// Config returns what a backend is opened with, without credentials.
func (s *Session) Config() driver.Config {
	return driver.Config{
		EndpointURL: s.EndpointURL, Region: s.Region, Profile: s.Profile, Timeout: s.timeout, CABundle: s.caBundle, Insecure: s.insecure,
	}
}

// parseTimeout parses a duration; a bare number is seconds.
func parseTimeout(text string) (time.Duration, error) {
	if _, err := strconv.Atoi(text); err == nil {
		text += "s"
	}
	timeout, err := time.ParseDuration(text)
	if err != nil || timeout < time.Second || timeout > time.Hour {
		return 0, errors.New("Timeout must be between 1s and 1h, such as 30s or 2m") //nolint:staticcheck
	}
	return timeout, nil
}

// Start implements cli.Session. It reads the credentials, and starts the backend beside whatever the command does first.
func (s *Session) Start(ctx context.Context, env *cli.Env) error {
	config := s.Config()
	var err error
	if config.Credentials, err = s.key.Read(env); err != nil {
		return err
	}
	s.sayCredentials(env, config.Credentials != nil)
	s.starting.Go(func() {
		defer func() {
			if r := recover(); r != nil {
				s.err = fmt.Errorf("internal error while starting the backend: %v", r)
			}
		}()
		s.err = s.connect(ctx, config, env)
	})
	return nil
}

func (s *Session) connect(ctx context.Context, config driver.Config, env *cli.Env) error {
	options, err := s.HostOptions(env.Stderr)
	if err != nil {
		return err
	}
	options.Name = s.Backend
	if s.backend, err = host.Connect(ctx, options, config); err != nil {
		return err
	}
	if err := s.checkSettings(ctx, options.Settings); err != nil {
		return err
	}
	s.engine, err = core.New(ctx, s.backend, core.WithVersion(version.Number()), core.WithAbort(cli.Hurry(ctx)), core.WithSlowRollback(func(step core.Step) {
		env.Step("Undoing %s ...", step)
	}))
	return err
}

// checkSettings refuses a setting that neither the backend has nor one that is connected besides.
func (s *Session) checkSettings(ctx context.Context, settings map[string]string) error {
	description, err := s.backend.Describe(ctx)
	if err == nil {
		err = description.CheckSettings(settings, s.besides...)
	}
	return err
}

// As connects to the same system with other credentials. The function ends what that started.
func (s *Session) As(ctx context.Context, env *cli.Env, credentials driver.Credentials) (*core.Engine, func(), error) {
	if _, err := Engine(env); err != nil {
		return nil, nil, err
	}
	backend, err := host.As(ctx, s.backend, credentials)
	return engineOn(ctx, backend, err)
}

// On connects to the system of a profile, which has its key too. The function ends what that started.
func (s *Session) On(ctx context.Context, env *cli.Env, profile string) (*core.Engine, func(), error) {
	s.byProfile = true
	options, err := s.HostOptions(env.Stderr)
	if err != nil {
		return nil, nil, err
	}
	config := s.Config()
	config.EndpointURL, config.Region, config.Profile = "", "", profile
	backend, err := host.Connect(ctx, options, config)
	engine, end, err := engineOn(ctx, backend, err)
	if err == nil {
		s.besides = append(s.besides, engine.Description())
	}
	return engine, end, err
}

// StartOn starts the backend on the system of a profile, whatever other options say of endpoints and keys.
func (s *Session) StartOn(ctx context.Context, env *cli.Env, profile string) error {
	s.EndpointURL, s.Region, s.Backend, s.Profile, s.byProfile = "", "", "", profile, true
	s.err = s.connect(ctx, s.Config(), env)
	return s.err
}

// engineOn is an engine on a backend that was connected to, if it was.
func engineOn(ctx context.Context, backend driver.Driver, err error) (*core.Engine, func(), error) {
	if err != nil {
		return nil, nil, err
	}
	end := func() { backend.Close() } //nolint:errcheck // the result is there already
	engine, err := core.New(ctx, backend)
	if err != nil {
		end()
	}
	return engine, end, err
}

// End implements cli.Session: it ends the backend, and the log after that.
func (s *Session) End() {
	s.Log.Phase("end")
	defer s.Log.End()
	s.starting.Wait()
	if s.backend != nil {
		s.backend.Close() //nolint:errcheck // the result is there already
	}
}
