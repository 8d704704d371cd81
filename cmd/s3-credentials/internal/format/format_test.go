package format

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/fault"
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

// masked keeps what tells two outputs apart, and is no key.
func masked(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return 'x'
		}
		return r
	}, text)
}

func again(t *testing.T, name string, c Credentials) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, name, c); err != nil {
		t.Fatal(err)
	}
	return out.String()
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

func TestAWSItselfNeedsNoEndpoint(t *testing.T) {
	c := sample(awsLike)
	c.EndpointURL, c.Backend = "", "aws"
	for _, name := range []string{"env", "dotenv", "powershell", "fish"} {
		if text := again(t, name, c); strings.Contains(text, "ENDPOINT") || strings.Contains(text, "REGION") {
			t.Errorf("%s says where AWS is:\n%s", name, text)
		}
	}
	for _, expected := range []struct{ format, region, line string }{
		{"mc", "eu-central-1", `"url": "https://s3.eu-central-1.amazonaws.com"`},
		{"mc", "cn-north-1", `"url": "https://s3.cn-north-1.amazonaws.com.cn"`},
		{"mc", "", `"url": "https://s3.amazonaws.com"`},
		{"rclone", "eu-central-1", "provider = AWS"},
		{"rclone", "eu-central-1", "region = eu-central-1"},
		{"s3cmd", "eu-central-1", "host_bucket = %(bucket)s.s3.eu-central-1.amazonaws.com"},
	} {
		c.Region = expected.region
		if text := again(t, expected.format, c); !strings.Contains(text, expected.line) {
			t.Errorf("%s in region %q lacks %s:\n%s", expected.format, expected.region, expected.line, masked(text))
		}
	}
}

func TestAnEndpointWithoutARegionStillGetsOneToSignWith(t *testing.T) {
	c := sample(awsLike)
	c.Region = ""
	if text := again(t, "env", c); !strings.Contains(text, "AWS_REGION='us-east-1'") {
		t.Errorf("the region is missing:\n%s", masked(text))
	}
}

func TestNamesMadeOfBuckets(t *testing.T) {
	long := strings.Repeat("long-bucket-name.", 30)
	for _, c := range []struct {
		buckets        []string
		secret, remote string
	}{
		{[]string{"logs"}, "s3-credentials-logs", "logs"},
		{[]string{"my.bucket", "Other_One"}, "s3-credentials-my-bucket-other-one", "my-bucket"},
		{nil, "s3-credentials", "s3-credentials"},
		{[]string{"--"}, "s3-credentials", "s3-credentials"},
		{[]string{long}, ("s3-credentials-" + strings.Repeat("long-bucket-name-", 30))[:maxSecretName], strings.Repeat("long-bucket-name-", 29) + "long-bucket-name"},
	} {
		if got := secretName(c.buckets); got != strings.TrimRight(c.secret, "-") || len(got) > maxSecretName {
			t.Errorf("the Secret for %.30q is %s, want %s", c.buckets, got, c.secret)
		}
		if got := remoteName(c.buckets); got != c.remote {
			t.Errorf("the remote for %.30q is %s, want %s", c.buckets, got, c.remote)
		}
	}
}

func TestRefusedBeforeAKeyIsMade(t *testing.T) {
	c := Credentials{EndpointURL: "https://example.com/storage/s3"}
	for _, name := range Names() {
		err := Check(name, c)
		refused := name == "mc" || name == "s3cmd" // they know hosts only
		if refused != errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%s with an endpoint that has a path: %v", name, err)
		}
	}
	c.EndpointURL = "https://example.com"
	for _, name := range Names() {
		if err := Check(name, c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Check("xml", c); !errors.Is(err, fault.InvalidArgument) {
		t.Errorf("an unknown format: %v", err)
	}
}

func TestBytesThatAreNoText(t *testing.T) {
	for _, value := range []string{"secret-\x00-null", "secret-\xff-latin"} {
		for _, name := range Names() {
			var out bytes.Buffer
			if err := Write(&out, name, sample(value)); !errors.Is(err, fault.InvalidArgument) || out.Len() > 0 {
				t.Errorf("%s: %v, %d bytes written", name, err, out.Len())
			}
		}
	}
}

func TestPrintingCredentialsShowsNoSecret(t *testing.T) {
	if got := fmt.Sprintf("%v %+v %#v", sample(awsLike), sample(awsLike), sample(awsLike)); strings.Contains(got, awsLike) {
		t.Error(got)
	}
}
