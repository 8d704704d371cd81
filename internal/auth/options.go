package auth

import (
	"errors"
	"io/fs"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// Options are the options with which a user names the credentials to work with.
type Options struct {
	driver.Credentials
	// File is the value of --auth.
	File string
}

// Options returns the options for the parts of a key, and the one for a file that holds it.
func (o *Options) Options() (key []cli.Option, file cli.Option) {
	return []cli.Option{
			cli.Text(&o.AccessKeyID, "access-key", "Access key ID").FromConfig(),
			cli.Text(&o.SecretAccessKey, "secret-key", "Secret access key").FromConfig().Concealed(),
			cli.Text(&o.SessionToken, "session-token", "Session token").FromConfig().Concealed().OrEmpty(),
		}, cli.Text(&o.File, "auth", "Path to JSON/INI file containing credentials, - for standard input").Showing("FILENAME").
			WithShort("a").FromConfig().Completing(cli.CompleteFile)
}

// Names returns the names of the options.
func Names() []string { return []string{"access-key", "secret-key", "session-token", "auth"} }

// Read returns the credentials that the options name; nil where they name none. It warns of a file that others can read.
func (o *Options) Read(env *cli.Env) (*driver.Credentials, error) {
	given := o.Credentials != driver.Credentials{}
	switch {
	case o.File == "" && !given:
		return nil, nil
	case o.File != "" && given:
		return nil, cli.Failure("--auth cannot be used with --access-key, --secret-key or --session-token")
	case o.File != "":
		return o.readFile(env)
	case o.AccessKeyID == "":
		return nil, cli.Failure("--secret-key and --session-token need --access-key")
	case o.SecretAccessKey == "":
		return nil, cli.Failure("--access-key needs --secret-key")
	}
	return &o.Credentials, nil
}

func (o *Options) readFile(env *cli.Env) (*driver.Credentials, error) {
	content, err := env.Stdin.ReadFile(o.File, "--auth")
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return nil, cli.Usagef("Invalid value for '-a' / '--auth': '%s': %v.", o.File, pathErr.Err)
	}
	if err != nil {
		return nil, err
	}
	if o.File != "-" {
		if how := closes(o.File); how != "" {
			env.Step("Warning: others can read the credentials file '%s'; make it yours alone with %s", o.File, how)
		}
	}
	return Parse(content, o.File)
}
