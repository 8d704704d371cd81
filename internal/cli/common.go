package cli

import (
	"path/filepath"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Common is what the options that every command has were given as.
type Common struct {
	AccessKey, SecretKey, SessionToken string
	EndpointURL, Auth                  string
	Profile, Region, Backend           string
	Config                             string
	pluginDirs                         []string
	pluginPins                         []string
}

// options returns the common options. The first five are the Python tool's.
func (c *Common) options() []Option {
	return []Option{
		Text(&c.AccessKey, "access-key", "Access key ID").FromConfig(),
		Text(&c.SecretKey, "secret-key", "Secret access key").FromConfig(),
		Text(&c.SessionToken, "session-token", "Session token").FromConfig(),
		Text(&c.EndpointURL, "endpoint-url", "URL of the S3 system; AWS where it is not given").FromConfig(),
		named(Text(&c.Auth, "auth", "Path to JSON/INI file containing credentials, - for standard input"), "FILENAME").
			WithShort("a").FromConfig().Completing(CompleteFile),
		Text(&c.Profile, "profile", "Profile of the AWS configuration files to use").FromConfig(),
		Text(&c.Region, "region", "Region to work in").FromConfig(),
		Text(&c.Backend, "backend", "Backend to use: aws, minio or another plugin's name").FromConfig().Completing(CompleteBackend),
		named(Texts(&c.pluginDirs, "plugin-dir", "Folder to look for backend plugins in first"), "FOLDER").
			FromConfig().Completing(CompleteFolder),
		named(Text(&c.Config, "config", "Config file to read instead of the default one"), "FILENAME").
			Completing(CompleteFile),
	}
}

// CommonOptions returns the options that every command has.
func CommonOptions() []Option { return (&Common{}).options() }

// fileOnlyOptions returns what only the config file can set.
func (c *Common) fileOnlyOptions() []Option {
	return []Option{named(Texts(&c.pluginPins, "plugin-pin", "SHA-256 that a plugin must have"), "NAME=SHA256")}
}

func named(o Option, metavar string) Option { o.Metavar = metavar; return o }

// credentialOptions is what says who a run works as. The one place that is nearest to the user and names any of them
// is the only one listened to, so that a run never mixes two identities.
var credentialOptions = []string{"access-key", "secret-key", "session-token", "auth"}

// PluginDirs returns the folders to look for plugins in first. Each option, and the environment variable, may name
// several, separated as in PATH.
func (c *Common) PluginDirs() []string {
	var dirs []string
	for _, d := range c.pluginDirs {
		dirs = append(dirs, filepath.SplitList(d)...)
	}
	return dirs
}

// PluginPins returns the SHA-256, in hexadecimal, that each named plugin must have.
func (c *Common) PluginPins() (map[string]string, error) {
	pins := map[string]string{}
	for _, pin := range c.pluginPins {
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

// Credentials returns the key that the options name; nil where they name none.
func (c *Common) Credentials() (*driver.Credentials, error) {
	switch {
	case c.AccessKey == "" && c.SecretKey == "" && c.SessionToken == "":
		return nil, nil
	case c.AccessKey == "":
		return nil, Failure("--secret-key and --session-token need --access-key")
	case c.SecretKey == "":
		return nil, Failure("--access-key needs --secret-key")
	}
	return &driver.Credentials{AccessKeyID: c.AccessKey, SecretAccessKey: c.SecretKey, SessionToken: c.SessionToken}, nil
}
