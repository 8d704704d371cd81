package auth

import (
	"errors"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

func TestParse(t *testing.T) {
	for name, test := range map[string]struct {
		content string
		want    driver.Credentials
	}{
		"json":            {`{"AccessKeyId": "AK", "SecretAccessKey": "s#e;c", "Status": "Active"}`, driver.Credentials{AccessKeyID: "AK", SecretAccessKey: "s#e;c"}},
		"json session":    {"\n  {\"AccessKeyId\":\"AK\",\"SecretAccessKey\":\"S\",\"SessionToken\":\"T\"}\n", driver.Credentials{AccessKeyID: "AK", SecretAccessKey: "S", SessionToken: "T"}},
		"json null":       {`{"AccessKeyId":"AK","SecretAccessKey":"S","SessionToken":null}`, driver.Credentials{AccessKeyID: "AK", SecretAccessKey: "S"}},
		"ini":             {"[default]\naws_access_key_id=AK\naws_secret_access_key=S/+=#;\"'x\\\n", driver.Credentials{AccessKeyID: "AK", SecretAccessKey: "S/+=#;\"'x\\"}},
		"ini session":     {"[default]\naws_access_key_id = AK\naws_secret_access_key = S\naws_session_token = T==\n", driver.Credentials{AccessKeyID: "AK", SecretAccessKey: "S", SessionToken: "T=="}},
		"second section":  {"[other]\nregion=x\n[mine]\nAWS_ACCESS_KEY_ID: AK\naws_secret_access_key: S\n", driver.Credentials{AccessKeyID: "AK", SecretAccessKey: "S"}},
		"first of two":    {"[a]\naws_access_key_id=A\naws_secret_access_key=1\n[b]\naws_access_key_id=B\naws_secret_access_key=2\n", driver.Credentials{AccessKeyID: "A", SecretAccessKey: "1"}},
		"byte order mark": {"\ufeff[a]\naws_access_key_id=A\naws_secret_access_key=1", driver.Credentials{AccessKeyID: "A", SecretAccessKey: "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse([]byte(test.content), "f")
			if err != nil || *got != test.want {
				t.Errorf("got %q %q %q, %v", got.AccessKeyID, got.SecretAccessKey, got.SessionToken, err)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for name, test := range map[string]struct{ content, says string }{
		"empty":          {"", "has no access key"},
		"json empty":     {"{}", "has no access key"},
		"json no secret": {`{"AccessKeyId": "TOPSECRET"}`, "no secret key"},
		"json no key":    {`{"SecretAccessKey": "TOPSECRET"}`, "has no access key"},
		"json damaged":   {`{"AccessKeyId": "A", "SecretAccessKey": "TOPSECRET`, "not valid JSON"},
		"json number":    {`{"AccessKeyId": 7, "SecretAccessKey": "TOPSECRET"}`, "not valid JSON"},
		"ini no secret":  {"[default]\naws_access_key_id=TOPSECRET\n", "no secret key"},
		"ini two halves": {"[a]\naws_access_key_id=TOPSECRET\n[b]\naws_secret_access_key=TOPSECRET\n", "no secret key"},
		"ini no key":     {"[default]\nregion=TOPSECRET\n", "has no access key"},
		"neither":        {"TOPSECRET\n", "neither JSON nor INI"},
		"binary":         {"\x00\x01TOPSECRET", "neither JSON nor INI"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse([]byte(test.content), "my-file")
			if !errors.Is(err, fault.InvalidArgument) || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), "my-file") {
				t.Errorf("got %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "TOPSECRET") {
				t.Errorf("the error repeats the file's content: %v", err)
			}
		})
	}
}
