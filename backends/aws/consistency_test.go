package aws

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// late is AWS as a test wants it: an answer to each operation, or the code of a refusal, or an error if none arrives.
type late func(operation string) (result, refusal string, err error)

func (f late) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	action := form.Get("Action")
	result, refusal, err := f(action)
	if err != nil {
		return nil, err
	}
	status, text := http.StatusOK, fmt.Sprintf("<%[1]sResponse><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>", action, result)
	if refusal != "" {
		status = map[string]int{"AccessDenied": http.StatusForbidden, "NoSuchEntity": http.StatusNotFound}[refusal]
		if status == 0 {
			status = http.StatusConflict
		}
		text = queryError(refusal, "refused by the test", "")
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text)), Request: r}, nil
}

// step is one call, after a pause, and what must come of it.
type step struct {
	after time.Duration
	call  func(context.Context, driver.Driver) error
	// want is the code of the error, and from and to how long the call takes.
	want     fault.Code
	from, to time.Duration
}

var (
	makeUser = func(ctx context.Context, d driver.Driver) error {
		_, err := d.CreateUser(ctx, driver.CreateUserRequest{Name: "ann"})
		return err
	}
	getUser = func(ctx context.Context, d driver.Driver) error {
		_, err := d.GetUser(ctx, driver.GetUserRequest{Name: "ann"})
		return err
	}
	deleteUser = func(ctx context.Context, d driver.Driver) error {
		return d.DeleteUser(ctx, driver.DeleteUserRequest{Name: "ann"})
	}
	makeKey = func(ctx context.Context, d driver.Driver) error {
		_, err := d.CreateAccessKey(ctx, driver.CreateAccessKeyRequest{UserName: "ann"})
		return err
	}
	deleteKey = func(ctx context.Context, d driver.Driver) error {
		return d.DeleteAccessKey(ctx, driver.DeleteAccessKeyRequest{UserName: "ann", AccessKeyID: "AKIDEXAMPLE"})
	}
	listKeys = func(ctx context.Context, d driver.Driver) error {
		for _, err := range d.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: "ann"}) {
			if err != nil {
				return err
			}
		}
		return nil
	}
	listUsersPolicies = func(ctx context.Context, d driver.Driver) error {
		for _, err := range d.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: driver.UserPrincipal("ann")}) {
			if err != nil {
				return err
			}
		}
		return nil
	}
	putDocument = func(ctx context.Context, d driver.Driver) error {
		return d.PutPolicy(ctx, driver.PutPolicyRequest{Principal: driver.UserPrincipal("ann"), Name: "p", Document: "{}"})
	}
)

const (
	done  = fault.Code("")
	none  = time.Duration(0)
	least = spread - spreadPause
	// most leaves room for the SDK's own retries.
	most = spread + 2*spreadPause
)

// refusing refuses some operations, each with a code, and answers the others with the age of a user.
func refusing(created time.Duration, codes map[string]string) late {
	return func(operation string) (string, string, error) {
		if code := codes[operation]; code != "" {
			return "", code, nil
		}
		return fmt.Sprintf("<User><UserName>ann</UserName><CreateDate>%s</CreateDate></User><AccessKey><AccessKeyId>AKIDEXAMPLE</AccessKeyId></AccessKey><IsTruncated>false</IsTruncated>",
			time.Now().Add(-created).UTC().Format(time.RFC3339)), "", nil
	}
}

// lost answers nothing to one operation.
func lost(operation string, next late) late {
	return func(asked string) (string, string, error) {
		if asked == operation {
			return "", "", errors.New("connection reset by the test")
		}
		return next(asked)
	}
}

func unknown(operations ...string) map[string]string {
	codes := map[string]string{}
	for _, o := range operations {
		codes[o] = "NoSuchEntity"
	}
	return codes
}

func TestWhatIsNewOnAWS(t *testing.T) {
	old := time.Hour
	for name, c := range map[string]struct {
		system late
		steps  []step
	}{
		"a new user is asked for until it is old": {refusing(old, unknown("GetUser")),
			[]step{{0, makeUser, done, none, none}, {0, getUser, fault.NotFound, least, most}, {0, getUser, fault.NotFound, none, none}}},
		"a user that nobody made here is not there": {refusing(old, unknown("GetUser", "PutUserPolicy")),
			[]step{{0, getUser, fault.NotFound, none, none}, {0, putDocument, fault.NotFound, none, none}}},
		"a user that may have been made": {lost("CreateUser", refusing(old, unknown("GetUser"))),
			[]step{{0, makeUser, fault.Unavailable, none, time.Minute}, {0, getUser, fault.NotFound, least, most}}},
		"a user whose making was refused": {refusing(old, map[string]string{"CreateUser": "AccessDenied", "GetUser": "NoSuchEntity"}),
			[]step{{0, makeUser, fault.PermissionDenied, none, none}, {0, getUser, fault.NotFound, none, none}}},
		"a user that somebody made a moment ago": {refusing(5*time.Second, unknown("PutUserPolicy")),
			[]step{{time.Hour, getUser, done, none, none}, {0, putDocument, fault.NotFound, least - 6*time.Second, most - 5*time.Second}}},
		"and what it has": {refusing(5*time.Second, nil),
			[]step{{time.Hour, getUser, done, none, none}, {0, listUsersPolicies, done, least - 6*time.Second, most - 5*time.Second}}},
		"a user from the future is new no longer than others": {refusing(-time.Hour, unknown("PutUserPolicy")),
			[]step{{time.Hour, getUser, done, none, none}, {0, putDocument, fault.NotFound, least, most}}},
		"a key that may have been made": {lost("CreateAccessKey", refusing(old, nil)),
			[]step{{time.Hour, getUser, done, none, none}, {0, makeKey, fault.Unavailable, none, time.Minute}, {0, getUser, done, none, none}, {0, listKeys, done, least, most}}},
		"a deleted key that lingers": {refusing(old, map[string]string{"DeleteUser": "DeleteConflict"}),
			[]step{{time.Hour, deleteKey, done, none, none}, {0, deleteUser, fault.FailedPrecondition, least, most}}},
		"a key that nobody deleted": {refusing(old, map[string]string{"DeleteUser": "DeleteConflict"}),
			[]step{{time.Hour, deleteUser, fault.FailedPrecondition, none, none}}},
		"a new user that is deleted is gone": {refusing(old, unknown("GetUser")),
			[]step{{0, makeUser, done, none, none}, {0, deleteUser, done, none, none}, {0, getUser, fault.NotFound, none, none}}},
		"a user that others change": {refusing(old, map[string]string{"PutUserPolicy": "EntityTemporarilyUnmodifiable"}),
			[]step{{time.Hour, putDocument, fault.Aborted, least, most}}},
		"what a process is asked first to remove": {refusing(old, unknown("DeleteUser")),
			[]step{{5 * time.Second, deleteUser, fault.NotFound, least - 5*time.Second, most - 5*time.Second}, {0, deleteUser, fault.NotFound, none, none}}},
		"the keys of a user that a process has not met": {refusing(old, nil),
			[]step{{5 * time.Second, listKeys, done, least - 5*time.Second, most - 5*time.Second}, {0, listKeys, done, none, none}}},
		"the keys of one that it has looked up": {refusing(old, nil),
			[]step{{0, getUser, done, none, none}, {0, listKeys, done, none, none}}},
	} {
		t.Run(name, func(t *testing.T) { playOnAWS(t, "", c.system, c.steps) })
	}
	t.Run("other systems know at once", func(t *testing.T) {
		playOnAWS(t, "http://127.0.0.1:9", refusing(old, unknown("GetUser")),
			[]step{{0, makeUser, done, none, none}, {0, getUser, fault.NotFound, none, none}, {0, listKeys, done, none, none}})
	})
}

// playOnAWS makes calls in simulated time, on AWS itself or a system of that endpoint.
func playOnAWS(t *testing.T, endpoint string, system late, steps []step) {
	t.Helper()
	clearEnvironment(t)
	synctest.Test(t, func(t *testing.T) {
		d, err := Open(t.Context(), driver.Config{
			EndpointURL: endpoint, Credentials: &driver.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		d.(*backend).HTTPClient.(*sdk.HTTPClient).Next = system
		for i, s := range steps {
			time.Sleep(s.after)
			began := time.Now()
			err := s.call(t.Context(), d)
			if took := time.Since(began); fault.CodeOf(err) != s.want || took < s.from || took > s.to {
				t.Errorf("call %d: %v after %s, want %s from %s to %s", i+1, err, took, s.want, s.from, s.to)
			}
		}
	})
}
