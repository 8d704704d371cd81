package debug

import (
	"bytes"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// TestALineForPeople has the time, the message, and values in quotation marks where they need them.
func TestALineForPeople(t *testing.T) {
	var out bytes.Buffer
	l := New(&out, "on", time.Now())
	l.Say("plugin is ready", "name", "aws", "why", `it "says" so`, "empty", "", "ms", 1.5)
	l.With("plugin", "aws").Warn("odd\nline")
	if got, want := regexp.MustCompile(`debug 0\.\d{3} `).ReplaceAllString(out.String(), "debug T "),
		`debug T plugin is ready name=aws why="it \"says\" so" empty="" ms=1.5`+"\ndebug T warn odd\\nline plugin=aws\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestTheEnd has each phase and what the requests took, also as JSON.
func TestTheEnd(t *testing.T) {
	var out bytes.Buffer
	l := New(&out, JSON, time.Now())
	l.Phase("connect")
	ctx := driver.WithLogger(t.Context(), l.Logger)
	for range 3 {
		driver.LogRequest(ctx, driver.Request{Method: "GET", URL: &url.URL{Scheme: "http", Host: "h"}, Status: 200, Time: 2 * time.Millisecond})
	}
	l.Phase("end")
	l.End()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var last map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || len(lines) != 4 {
		t.Fatalf("%v: %s", err, out.String())
	}
	for _, name := range []string{"settings_ms", "connect_ms", "end_ms", "total_ms", "time", "level"} {
		if last[name] == nil {
			t.Errorf("no %s in %v", name, last)
		}
	}
	if last["msg"] != "phases" || last["requests"] != 3.0 || last["requests_ms"] != 6.0 {
		t.Errorf("got %v", last)
	}
}

// TestNoLog is what a run without --debug has.
func TestNoLog(t *testing.T) {
	var l *Log
	l.Say("nothing")
	l.Phase("none")
	l.End()
	if l.To() != nil {
		t.Error("there is a logger")
	}
}

// TestSecretsOfTheRun and its environment are in no line; what only sounds like one is.
func TestSecretsOfTheRun(t *testing.T) {
	secrets := map[string]string{
		"AWS_SECRET_ACCESS_KEY": "hush/aws+secret", "AWS_SESSION_TOKEN": "hush-aws-session", "MINIO_ROOT_PASSWORD": "hush-minio-root",
		"S3_CREDENTIALS_SECRET_KEY": "hush-this-key", "S3_CREDENTIALS_GARAGE_ADMIN_TOKEN": "hush-garage-admin",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN": "hush-container", "MC_HOST_play": "https://admin:hush-of-alias@play.example", "HTTPS_PROXY": "http://me:hush-of-proxy@proxy.example:3128",
	}
	for name, value := range secrets {
		t.Setenv(name, value)
	}
	t.Setenv("S3_CREDENTIALS_REGION", "a-long-region")
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/identity")
	for _, form := range []string{"on", JSON} {
		var out bytes.Buffer
		l := New(&out, form, time.Now(), "hush-option")
		for name, value := range secrets {
			value = value[strings.Index(value, "hush"):]
			value, _, _ = strings.Cut(value, "@")
			l.Say("said "+value, "name", name, "why", "it is "+value, "encoded", url.QueryEscape(value))
		}
		l.Say("hush-option", "region", "a-long-region", "file", "/var/run/identity")
		if strings.Contains(out.String(), "hush") || !strings.Contains(out.String(), "a-long-region") || !strings.Contains(out.String(), "/var/run/identity") {
			t.Errorf("%s: %s", form, out.String())
		}
	}
	if names := strings.Join(Variables(), " "); !strings.Contains(names, "MC_HOST_play") || strings.Contains(names, "hush") {
		t.Errorf("the variables are %s", names)
	}
}
