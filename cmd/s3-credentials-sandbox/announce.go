package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/s3-credentials/s3-credentials/internal/sandbox"
)

// formats are the names of the formats, the default first.
var formats = []string{"text", "env", "json"}

// announcements print, by format, how to use the running sandbox.
var announcements = map[string]func(io.Writer, sandbox.Info) error{
	"text": announceText,
	"env":  announceEnv,
	"json": announceJSON,
}

func announce(w io.Writer, format string, info sandbox.Info) error {
	if err := announcements[format](w, info); err != nil {
		return fmt.Errorf("cannot print how to use the sandbox: %w", err)
	}
	return nil
}

// announceText is for a terminal, so it does not print the secret key.
func announceText(w io.Writer, info sandbox.Info) error {
	keys := filepath.Join(info.Dir, "root-keys.json")
	_, err := fmt.Fprintf(w, `The sandbox is ready at %[1]s (S3, IAM and STS). Ctrl-C ends it; its data stays in
%[2]s. To use it, in another terminal:

    s3-credentials create my-bucket -c --endpoint-url %[1]s --auth %[3]s

`, info.EndpointURL, info.Dir, quote(keys))
	return err
}

// announceEnv is for a shell: the variables that AWS's tools and s3-credentials read.
func announceEnv(w io.Writer, info sandbox.Info) error {
	_, err := fmt.Fprintf(w, `export AWS_ENDPOINT_URL=%s
export AWS_ACCESS_KEY_ID=%s
export AWS_SECRET_ACCESS_KEY=%s
export AWS_REGION=%s
`, quote(info.EndpointURL), quote(info.Keys.AccessKeyID), quote(info.Keys.SecretAccessKey), sandbox.Region)
	return err
}

// announceJSON is for programs: one line of JSON.
func announceJSON(w io.Writer, info sandbox.Info) error {
	return json.NewEncoder(w).Encode(map[string]string{
		"endpoint_url":      info.EndpointURL,
		"region":            sandbox.Region,
		"access_key_id":     info.Keys.AccessKeyID,
		"secret_access_key": info.Keys.SecretAccessKey,
		"dir":               info.Dir,
	})
}

// quote quotes a word for a POSIX shell.
func quote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
