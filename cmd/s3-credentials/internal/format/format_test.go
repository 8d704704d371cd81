package format

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

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

// On SeaweedFS, rclone before 1.61 can upload nothing with the ACL that it sends by itself.
func TestRcloneSendsNoACLToSeaweedFS(t *testing.T) {
	c := sample(awsLike)
	for backend, want := range map[string]bool{"seaweedfs": true, "minio": false, "ceph": false} {
		c.Backend = backend
		if text := again(t, "rclone", c); strings.Contains(text, "acl = ` `\n") != want {
			t.Errorf("on %s, an ACL is set or not:\n%s", backend, masked(text))
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

// TestAKeyThatEndsSaysWhen prints a key that is no session.
func TestAKeyThatEndsSaysWhen(t *testing.T) {
	c := sample(awsLike)
	c.SessionToken, c.UserName = "", "reader"
	for name, want := range map[string]string{"json": `"Expiration": "2099-01-02 03:04:05+00:00"`, "credential-process": `"Expiration": "2099-01-02T03:04:05Z"`} {
		if got := again(t, name, c); !strings.Contains(got, want) {
			t.Errorf("%s: %s", name, masked(got))
		}
	}
}

func TestPrintingCredentialsShowsNoSecret(t *testing.T) {
	if got := fmt.Sprintf("%v %+v %#v", sample(awsLike), sample(awsLike), sample(awsLike)); strings.Contains(got, awsLike) {
		t.Error(got)
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

// awsLike is what keys are made of: every format must be able to express it.
const awsLike = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY=="

// sample has the value as secret and as session token.
func sample(value string) Credentials {
	return Credentials{
		AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: value, SessionToken: value + "2", Expiration: time.Date(2099, 1, 2, 3, 4, 5, 0, time.UTC),
		EndpointURL: "http://127.0.0.1:9000", Region: "eu-central-1", Backend: "minio", Buckets: []string{"my-bucket"},
	}
}
