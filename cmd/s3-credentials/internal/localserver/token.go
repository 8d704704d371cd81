package localserver

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/stale"
)

// TokenVariable is the environment variable that can hold the token.
const TokenVariable = "S3_CREDENTIALS_LOCALSERVER_TOKEN"

// minTokenLength is the minimum length of a user's token: the server does not limit attempts.
const minTokenLength = 16

// Token is the secret that clients send in the Authorization header. It comes from a file or the environment, or is random
// and stored in a file that only this user can read. So it appears in no command line, terminal or log.
type Token struct {
	secret string
	// expression evaluates to the token in a POSIX shell.
	expression string
	// given says that the user chose the token. The server then requires it everywhere.
	given bool
	// made is the file to remove at the end; empty if there is none.
	made string
	// lock says that a living server uses the file that it made; nil where none can be had.
	lock *os.File
}

// FindToken returns the token from the file, if one is named; else from the environment; else a new token.
func FindToken(ctx context.Context, file string) (*Token, error) {
	switch value := os.Getenv(TokenVariable); {
	case file != "":
		return tokenFromFile(ctx, file)
	case value != "":
		t := &Token{secret: value, expression: `"$` + TokenVariable + `"`, given: true}
		return t, checkToken(value, "the token in "+TokenVariable)
	}
	return newToken()
}

// Close removes the file that FindToken created, if any.
func (t *Token) Close() error {
	if t.made == "" {
		return nil
	}
	defer t.lock.Close()
	return os.Remove(t.made)
}

// String omits the secret.
func (t *Token) String() string { return "token from " + t.expression }

// GoString omits the secret from %#v.
func (t *Token) GoString() string { return t.String() }

func tokenFromFile(ctx context.Context, file string) (*Token, error) {
	content, err := cli.ReadFile(ctx, file)
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return nil, fault.Wrap(fault.InvalidArgument, err, "cannot read the token file '%s': %v", file, pathErr.Err)
	}
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(file)
	if err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		return nil, fault.New(fault.FailedPrecondition, "others can read the token file '%s'; make it yours alone with: chmod 600 %s", file, shellQuoted(file))
	}
	secret := strings.TrimRight(string(content), "\r\n")
	t := &Token{secret: secret, expression: catFile(file), given: true}
	return t, checkToken(secret, "the token in '"+file+"'")
}

// checkToken refuses tokens that an HTTP header cannot carry or that are too short. The error omits the token.
func checkToken(secret, what string) error {
	for _, r := range secret {
		if r <= ' ' || r > '~' {
			return fault.New(fault.InvalidArgument, "%s has white space or other characters than printable ASCII; use letters and digits", what)
		}
	}
	if len(secret) < minTokenLength {
		return fault.New(fault.InvalidArgument, "%s is too short: it has %d of at least %d characters", what, len(secret), minTokenLength)
	}
	return nil
}

// tokenPrefix and tokenSuffix are around what makes the name of a token's file unique.
const tokenPrefix, tokenSuffix = "s3-credentials-", ".token"

// newToken creates a token and stores it in a file with mode 0600. It removes the files of servers that were killed.
func newToken() (*Token, error) {
	folder := cmp.Or(os.Getenv("XDG_RUNTIME_DIR"), os.TempDir())
	stale.Sweep(folder, func(name string, isFolder bool) bool {
		return !isFolder && strings.HasPrefix(name, tokenPrefix) && strings.HasSuffix(name, tokenSuffix)
	})
	var f *os.File
	_, lock, err := stale.Create(func() (name string, err error) {
		if f, err = os.CreateTemp(folder, tokenPrefix+"*"+tokenSuffix); err == nil {
			name = f.Name()
		}
		return name, err
	})
	if err != nil {
		return nil, fault.Wrap(fault.FailedPrecondition, err, "cannot keep a token: %v; name a file that holds one with --token-file", err)
	}
	t := &Token{secret: rand.Text(), expression: catFile(f.Name()), made: f.Name(), lock: lock}
	_, err = f.WriteString(t.secret + "\n")
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

func catFile(file string) string { return `"$(cat ` + shellQuoted(file) + `)"` }

// shellQuoted returns the text as one word of a POSIX shell.
func shellQuoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
