package auth

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// A file gives a whole key or an error, which shows nothing of the file; and a key as JSON is read as it was written.
func FuzzParse(f *testing.F) {
	f.Add("[default]\naws_access_key_id = %s\naws_secret_access_key = y\n", "SECRET")
	f.Add(`{"AccessKeyId": "%s", "SecretAccessKey": "x"}`, "SECRET")
	f.Add("[a\n\ufeff%s", "SECRET")
	f.Fuzz(func(t *testing.T, content, secret string) {
		found, err := Parse([]byte(strings.ReplaceAll(content, "%s", secret)), "FILE")
		if err != nil {
			// A secret that is shorter could stand in the sentence by chance.
			if !errors.Is(err, fault.InvalidArgument) || len(secret) > 12 && strings.Contains(err.Error(), secret) && strings.Contains(content, "%s") {
				t.Errorf("%v", err)
			}
			return
		}
		if found.AccessKeyID == "" || found.SecretAccessKey == "" {
			t.Errorf("half a key was read from %q", content)
		}
		written, err := json.Marshal(map[string]string{
			"AccessKeyId": found.AccessKeyID, "SecretAccessKey": found.SecretAccessKey, "SessionToken": found.SessionToken,
		})
		if err != nil {
			t.Fatal(err)
		}
		var exact struct{ AccessKeyId, SecretAccessKey, SessionToken string } //nolint:revive,staticcheck // the file's own names
		if err := json.Unmarshal(written, &exact); err != nil {
			t.Fatal(err)
		}
		again, err := Parse(written, "FILE")
		if err != nil || again.AccessKeyID != exact.AccessKeyId || again.SecretAccessKey != exact.SecretAccessKey || again.SessionToken != exact.SessionToken {
			t.Errorf("%s is read as %q %q %q, %v", written, again.AccessKeyID, again.SecretAccessKey, again.SessionToken, err)
		}
	})
}
