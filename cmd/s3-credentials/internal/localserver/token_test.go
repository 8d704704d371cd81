package localserver

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// shell prints what the expression gives in a POSIX shell.
func shell(t *testing.T, expression string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "sh", "-c", `printf %s `+expression).Output()
	if err != nil {
		t.Fatalf("sh: %v", err)
	}
	return string(out)
}

func TestNewTokenIsInAFileOfOnesOwn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "it's $HOME")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_RUNTIME_DIR", dir)
	t.Setenv(TokenVariable, "")
	one, err := FindToken(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(one.made)
	if err != nil || info.Mode() != 0o600 || filepath.Dir(one.made) != dir {
		t.Fatalf("the token file is %s, %v, %v", one.made, info, err)
	}
	if got := shell(t, one.expression); got != one.secret || len(got) < 26 {
		t.Errorf("sh reads %d characters from %s, not the token", len(got), one.expression)
	}
	two, err := FindToken(t.Context(), "")
	if err != nil || two.secret == one.secret {
		t.Errorf("a second token: same %v, error %v", two.secret == one.secret, err)
	}
	for _, token := range []*Token{one, two} {
		if err := token.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(token.made); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there: %v", token.made, err)
		}
	}
	if printed := fmt.Sprintf("%v %+v %#v", one, one, one); strings.Contains(printed, one.secret) {
		t.Error("printing a token shows it")
	}
}

func TestTokenOfTheUsersOwn(t *testing.T) {
	const secret = "correct-horse-battery"
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(secret+"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(TokenVariable, "from-the-environment")
	fromFile, err := FindToken(t.Context(), file)
	if err != nil || fromFile.secret != secret || !fromFile.given {
		t.Errorf("from the file: %v, %v", fromFile, err)
	}
	fromEnv, err := FindToken(t.Context(), "")
	if err != nil || shell(t, fromEnv.expression) != "from-the-environment" || !fromEnv.given {
		t.Errorf("from the environment: %v, %v", fromEnv, err)
	}
	for _, token := range []*Token{fromFile, fromEnv} {
		if err := token.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Stat(file); err != nil {
		t.Errorf("the user's own file was removed: %v", err)
	}
}

func TestBadTokens(t *testing.T) {
	write := func(content string, mode fs.FileMode) string {
		file := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, mode); err != nil { // whatever the umask is
			t.Fatal(err)
		}
		return file
	}
	for name, c := range map[string]struct {
		file string
		code fault.Code
		says string
	}{
		"missing":         {filepath.Join(t.TempDir(), "none"), fault.InvalidArgument, "no such file"},
		"others can read": {write("0123456789abcdef", 0o644), fault.FailedPrecondition, "chmod 600"},
		"short":           {write("sesame-sesame-1", 0o600), fault.InvalidArgument, "15 of at least 16 characters"},
		"empty":           {write("", 0o600), fault.InvalidArgument, "0 of at least 16 characters"},
		"two lines":       {write("sesame-sesame-1\nsesame-sesame-2", 0o600), fault.InvalidArgument, "white space"},
		"endless":         {write(strings.Repeat("x", 1<<20+1), 0o600), fault.InvalidArgument, "more than 1 MiB"},
		"not ASCII":       {write("sésame-sésame-sésame", 0o600), fault.InvalidArgument, "ASCII"},
	} {
		_, err := FindToken(t.Context(), c.file)
		if !errors.Is(err, c.code) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "same-s") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTheTokenOfADeadServerIsRemoved has the file of a server that was killed beside that of one that runs.
func TestTheTokenOfADeadServerIsRemoved(t *testing.T) {
	living := newTestToken(t)
	defer living.Close()
	stale := filepath.Join(filepath.Dir(living.made), "s3-credentials-123.token")
	if err := os.WriteFile(stale, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	token, err := FindToken(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer token.Close()
	if _, err := os.Stat(stale); !os.IsNotExist(err) {
		t.Errorf("the token of the dead server: %v", err)
	}
	if _, err := os.Stat(living.made); err != nil {
		t.Errorf("the token of the living server: %v", err)
	}
}
