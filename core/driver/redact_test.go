package driver_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

func TestRedact(t *testing.T) {
	for text, want := range map[string]string{
		"http://127.0.0.1:9000/bucket/a@b?prefix=x&max-keys=1": "http://127.0.0.1:9000/bucket/a@b?prefix=x&max-keys=1",
		"https://h/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F2026%2Fs3&X-Amz-Expires=60&X-Amz-Security-Token=TOKEN%2B%3D&X-Amz-Signature=5161": "https://h/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=***&X-Amz-Expires=60&X-Amz-Security-Token=***&X-Amz-Signature=***",
		"https://h/k?X%2DAmz%2DSignatur%65=5161&a=b":                 "https://h/k?X-Amz-Signature=***&a=b",
		"https://h/k?AWSAccessKeyId=AK&Signature=vjby%2BF&Expires=1": "https://h/k?AWSAccessKeyId=AK&Signature=***&Expires=1",
		"https://h/admin/user?uid=ann&access-key=AK&secret-key=hush": "https://h/admin/user?uid=ann&access-key=AK&secret-key=***",
		"https://h/b?list-type=2&continuation-token=1ue%2Fc":         "https://h/b?list-type=2&continuation-token=1ue%2Fc",
		"https://ann:hush@proxy.example:3128/":                       "https://***@proxy.example:3128/",
		"proxyconnect: http://ann:hu@sh@proxy:1 refused":             "proxyconnect: http://***@proxy:1 refused",
		`parse "http://ann:hu/sh@host": invalid port`:                `parse "http://***@host": invalid port`,
		"http://ann@host/":        "http://***@host/",
		"http://[::1]:9000/b/a@b": "http://[::1]:9000/b/a@b",
		"Authorization: AWS4-HMAC-SHA256 Credential=AK/1/s3, SignedHeaders=a, Signature=abc": "Authorization: *** ***",
		"Authorization: Bearer hush.hush":                       "Authorization: *** ***",
		`{"SecretAccessKey":"hu sh+/=","AccessKeyId":"AK"}`:     `{"SecretAccessKey":"***","AccessKeyId":"AK"}`,
		`said {\"SessionToken\": \"hush\"}`:                     `said {\"SessionToken\": \"***\"}`,
		"aws_secret_access_key = hush/+=":                       "aws_secret_access_key = ***",
		"X-Amz-Security-Token: hush":                            "X-Amz-Security-Token: ***",
		"password='hush hush' user=ann":                         "password='***' user=ann",
		"no credentials: the file is missing":                   "no credentials: the file is missing",
		"S3_CREDENTIALS_DEBUG=1 S3_CREDENTIALS_SECRET_KEY=hush": "S3_CREDENTIALS_DEBUG=1 S3_CREDENTIALS_SECRET_KEY=***",
		"AWS refuses this":                                      "AWS refuses this",
	} {
		if got := driver.Redact(text); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
		if got := driver.Redact(want); got != want {
			t.Errorf("redacted twice, %s becomes %s", want, got)
		}
	}
}

// TestALoggerGetsNoSecret in messages, values, names, groups and errors.
func TestALoggerGetsNoSecret(t *testing.T) {
	const secret = "hush/hush+hush"
	var out bytes.Buffer
	handler := driver.Redacting(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}), secret, "sho")
	ctx := driver.WithLogger(t.Context(), slog.New(handler))
	u, err := url.Parse("https://ann:" + url.QueryEscape(secret) + "@h/k?X-Amz-Signature=5161")
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	ctx = driver.WithRequests(ctx, func(id string) { ids = append(ids, id) })
	driver.LogRequest(ctx, driver.Request{Method: "GET", URL: u, Status: 403, Code: "AccessDenied", ID: "17", Time: 2500 * time.Microsecond, Err: errors.New("no " + secret)})
	driver.Logger(ctx).With("a", "is "+secret).WithGroup("g").Debug("said "+secret, "token", "5161", slog.Group("in", "b", url.QueryEscape(secret)), "shorts", "short", "n", 5)
	lines := out.String()
	if strings.Contains(lines, "hush") || strings.Contains(lines, "5161") {
		t.Errorf("a secret is in %s", lines)
	}
	for _, part := range []string{`"method":"GET","url":"https://***@h/k?X-Amz-Signature=***","status":403,"code":"AccessDenied","ms":2.5,"request_id":"17","error":"no ***"`, `"shorts":"short","n":5`} {
		if !strings.Contains(lines, part) {
			t.Errorf("%s is missing in %s", part, lines)
		}
	}
	if len(ids) != 1 || ids[0] != "17" {
		t.Errorf("noted %q", ids)
	}
}

// TestALineOfARequestFitsIntoAPipe as a whole, whatever the request holds.
func TestALineOfARequestFitsIntoAPipe(t *testing.T) {
	var out bytes.Buffer
	long := strings.Repeat("x", 10_000)
	ctx := driver.WithLogger(context.Background(), slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	driver.LogRequest(ctx, driver.Request{Method: "GET", URL: &url.URL{Host: "h", Path: long}, Operation: long, Range: long, Code: long, ID: long, Err: errors.New(long)})
	if n := out.Len(); n == 0 || n > 4096 {
		t.Errorf("the line has %d bytes", n)
	}
}
