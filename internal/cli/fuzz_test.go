package cli

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What is read from a command line, written in its plainest form, is read the same.
func FuzzTokenize(f *testing.F) {
	f.Add("bucket\x00--prefix\x00a/\x00-f\x00json")
	f.Add("-cfjson\x00--\x00--prefix\x00-")
	f.Add("--prefix=a=b\x00-c\x00-cf\x00ini\x00-é")
	var text, format string
	var flag bool
	options := pointers([]Option{Text(&text, "prefix", ""), Text(&format, "format", "").WithShort("f"), Flag(&flag, "create", "").WithShort("c")})
	f.Fuzz(func(t *testing.T, line string) {
		args := strings.Split(line, "\x00")
		read, err := tokenize(options, args)
		if err != nil {
			var usage *UsageError
			if !errors.As(err, &usage) || strings.ContainsAny(err.Error(), "\x00") {
				t.Errorf("%q: %v", args, err)
			}
			return
		}
		var plain []string
		for _, o := range read.options {
			if o.option.IsFlag() {
				plain = append(plain, "--"+o.option.Name)
			} else {
				plain = append(plain, "--"+o.option.Name+"="+o.value)
			}
		}
		if read.help {
			plain = append(plain, "--help")
		}
		plain = append(append(plain, "--"), read.positionals...)
		again, err := tokenize(options, plain)
		if err != nil || again.help != read.help || !slices.Equal(again.options, read.options) || !slices.Equal(again.positionals, read.positionals) {
			t.Errorf("%q is read as %q, and that as %v %q: %v", args, plain, again.options, again.positionals, err)
		}
	})
}

// A config file is taken or refused with one sentence that repeats no value: it may be a secret.
func FuzzConfigFile(f *testing.F) {
	const secret = "SECRETSECRETSECRET"
	f.Add("endpoint-url http://x\n# comment\npin a=b\n", "key", "=")
	f.Add("", "nokey", " ")
	f.Add("\xff\x00", "format", " = ")
	f.Fuzz(func(t *testing.T, content, key, separator string) {
		a := newTestApp(t, nil)
		path := filepath.Join(t.TempDir(), "config")
		if err := os.WriteFile(path, []byte(content+"\n"+key+separator+secret+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		code := a.Main(t.Context(), []string{"show", "bucket", "--config", path})
		said := a.errs.String()
		if code == 0 && said != "" || code != 0 && (code != 2 || said == "") {
			t.Errorf("exit code %d, stderr %q", code, said)
		}
		first := strings.TrimSpace(separator)
		named := strings.TrimSpace(key) != "" && !strings.ContainsAny(key, "\r\n") && (first == "" && strings.Trim(separator, " \t") == "" && separator != "" || first == "=")
		if named && strings.Contains(said, secret) {
			t.Errorf("%q repeats the value of %q", said, key)
		}
	})
}
