//go:build systems

package format

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// The Python tool makes a key on moto and prints it; printing the same key here must give the same bytes.
func TestJSONAndINIAreThePythonToolsToTheByte(t *testing.T) {
	moto := systems.Moto(t)
	tool := systems.Python(t)
	create := func(args ...string) string {
		return run(t, "", moto.Env(), tool, append([]string{"create", "format-bytes", "-c"}, args...)...)
	}
	for name, args := range map[string][]string{"access key": nil, "session": {"-d", "15m"}} {
		printed := create(args...)
		if got := again(t, "json", fromPythonJSON(t, printed)); got != printed {
			t.Errorf("%s: JSON is\n%s\nwant\n%s", name, masked(got), masked(printed))
		}
		printed = create(append(args, "-f", "ini")...)
		if got := again(t, "ini", fromPythonINI(printed)); got != printed {
			t.Errorf("%s: INI is\n%s\nwant\n%s", name, masked(got), masked(printed))
		}
	}
}

func fromPythonJSON(t *testing.T, printed string) Credentials {
	t.Helper()
	var p struct{ UserName, AccessKeyId, Status, SecretAccessKey, CreateDate, SessionToken, Expiration string } //nolint:revive // the members' names
	if err := json.Unmarshal([]byte(printed), &p); err != nil {
		t.Fatal(err)
	}
	at := func(text string) (when time.Time) {
		if text == "" {
			return when
		}
		when, err := time.Parse("2006-01-02 15:04:05.999999-07:00", text)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	return Credentials{
		UserName: p.UserName, AccessKeyID: p.AccessKeyId, Status: p.Status, SecretAccessKey: p.SecretAccessKey, Created: at(p.CreateDate),
		SessionToken: p.SessionToken, Expiration: at(p.Expiration), EndpointURL: "http://127.0.0.1:1", Region: "us-east-1", Buckets: []string{"x"},
	}
}

func fromPythonINI(printed string) (c Credentials) {
	for line := range strings.Lines(printed) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		switch name {
		case "aws_access_key_id":
			c.AccessKeyID = value
		case "aws_secret_access_key":
			c.SecretAccessKey = value
		case "aws_session_token":
			c.SessionToken = value
		}
	}
	return c
}
