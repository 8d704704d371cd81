//go:build systems

package seaweedfs

import (
	"errors"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// A server tells by itself whether its keys may make further keys, and finding out leaves nothing.
func TestTheCaveatIsWhatTheServerDoes(t *testing.T) {
	for name, c := range map[string]struct {
		start   func(testing.TB) *systems.System
		allowed bool
	}{
		"as it starts": {systems.SeaweedFS, true}, "with a grant required": {systems.SeaweedFSStrict, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := c.start(t)
			d := open(t, s, nil)
			newUser(t, d, "caveat")
			key, err := d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "caveat"})
			must(t, err)
			if says := strings.Contains(key.Caveat, "-s3.iam.selfServiceRequiresGrant=true"); says != c.allowed || !says && key.Caveat != "" {
				t.Errorf("the caveat is %q", key.Caveat)
			}
			count := 0
			for _, err := range d.ListAccessKeys(t.Context(), driver.ListAccessKeysRequest{UserName: "caveat"}) {
				must(t, err)
				count++
			}
			if count != 1 {
				t.Errorf("the user has %d keys, want 1", count)
			}
			own := open(t, s, &driver.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: key.SecretAccessKey})
			answer, err := own.Probe(t.Context(), driver.ProbeRequest{Action: "iam:CreateAccessKey", Key: "another"})
			if must(t, err); answer.Allowed || answer.Caveat != key.Caveat {
				t.Errorf("with the key itself, the caveat is %q", answer.Caveat)
			}
			_, err = own.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "caveat"})
			if c.allowed && err != nil || !c.allowed && !errors.Is(err, fault.PermissionDenied) {
				t.Errorf("the key makes another one: %v", err)
			}
		})
	}
}

// Without an option, a server lets IAM be read only, and the refusal names the option.
func TestARefusalOfWritesNamesTheOption(t *testing.T) {
	d := open(t, systems.SeaweedFSReadOnly(t), nil)
	_, err := d.CreateUser(t.Context(), driver.CreateUserRequest{Name: "nobody"})
	if !errors.Is(err, fault.PermissionDenied) || !strings.Contains(err.Error(), "-s3.iam.readOnly=false") || fault.ServiceOf(err) == nil {
		t.Errorf("creating a user: %v", err)
	}
	for _, err := range d.ListUsers(t.Context()) {
		must(t, err)
	}
}

// A session of an administrator may do no more than its policy over IAM, either.
func TestSessionsDoNotAdminister(t *testing.T) {
	s := systems.SeaweedFS(t)
	d := open(t, s, nil)
	made, err := d.CreateSession(t.Context(), driver.CreateSessionRequest{
		Name: "narrow", DurationSeconds: 900,
		Policy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::none/*"]}]}`,
	})
	must(t, err)
	session := open(t, s, &driver.Credentials{AccessKeyID: made.AccessKeyID, SecretAccessKey: made.SecretAccessKey, SessionToken: made.SessionToken})
	for _, user := range []string{"admin", "nobody"} {
		if key, err := session.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: user}); !errors.Is(err, fault.PermissionDenied) {
			t.Errorf("a key for %s: %v, %v", user, key, err)
		}
	}
	if answer, err := session.Probe(t.Context(), driver.ProbeRequest{Action: "iam:CreateAccessKey", Key: "nobody"}); err != nil || answer != (driver.ProbeAnswer{}) {
		t.Errorf("a probe: %v, %v", answer, err)
	}
	who, err := session.WhoAmI(t.Context())
	must(t, err)
	if _, err := session.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: who.UserID}); err == nil {
		t.Error("the session made a key for itself")
	}
	if _, err := session.CreateUser(t.Context(), driver.CreateUserRequest{Name: "made-by-a-session"}); !errors.Is(err, fault.PermissionDenied) {
		t.Errorf("a user: %v", err)
	}
	_, err = session.CreateSession(t.Context(), driver.CreateSessionRequest{Name: "wider", DurationSeconds: 900, Policy: everything})
	if err == nil {
		t.Error("the session opened another one")
	}
}

const everything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":["*"]}]}`
