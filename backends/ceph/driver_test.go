package ceph

import (
	"errors"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// openAt opens the backend at a server that answers as the function does, and knows no accounts.
func openAt(t *testing.T, answer http.HandlerFunc) driver.Driver {
	t.Helper()
	return openAtAny(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.FormValue("Action") == "GetUser" {
			say(w, 405, `<Error><Code>MethodNotAllowed</Code></Error>`)
			return
		}
		answer(w, r)
	})
}

// openAtAny opens the backend at a server that answers as the function does.
func openAtAny(t *testing.T, answer http.HandlerFunc) driver.Driver {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	d, err := Open(t.Context(), driver.Config{EndpointURL: server.URL, Region: "us-east-1", Credentials: &driver.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func say(w http.ResponseWriter, status int, body string) {
	w.Header().Set("X-Amz-Request-Id", "tx1-2-3-default")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

const noPolicies = `<ListUserPoliciesResponse><ListUserPoliciesResult><PolicyNames></PolicyNames></ListUserPoliciesResult></ListUserPoliciesResponse>`

// TestACreationIsSentOnce cuts the answer to a request for a key off, and answers with an error that may mean that it was made.
func TestACreationIsSentOnce(t *testing.T) {
	for name, fail := range map[string]http.HandlerFunc{
		"cut off":    func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"overloaded": func(w http.ResponseWriter, _ *http.Request) { say(w, 500, `{"Code":"InternalError"}`) },
		"a web page": func(w http.ResponseWriter, _ *http.Request) { say(w, 502, "<html>Bad Gateway</html>") },
	} {
		t.Run(name, func(t *testing.T) {
			var sent atomic.Int32
			d := openAt(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					say(w, 200, noPolicies)
					return
				}
				sent.Add(1)
				fail(w, r)
			})
			if _, err := d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "ann"}); !errors.Is(err, fault.Unavailable) {
				t.Errorf("got %v (%s)", err, fault.CodeOf(err))
			}
			if n := sent.Load(); n != 1 {
				t.Errorf("it was sent %d times", n)
			}
		})
	}
}

// TestTheNewKeyIsOurs makes a key of a user to whom others give keys at the same time. No secret is in the request. A key that is gone again,
// because another run's user was written over it, is not handed out.
func TestTheNewKeyIsOurs(t *testing.T) {
	kept := ""
	d := openAt(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodPost:
			say(w, 200, noPolicies)
			return
		case http.MethodGet:
			say(w, 200, `{"user_id":"ann","keys":[{"access_key":"`+kept+`"}]}`)
			return
		}
		if r.URL.Query().Has("secret-key") || !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256") {
			t.Errorf("%s is signed with %s", r.URL, r.Header.Get("Authorization"))
		}
		ours := r.URL.Query().Get("access-key")
		if kept != "another" {
			kept = ours
		}
		say(w, 200, `[{"user":"ann","access_key":"OTHER1","secret_key":"x"},{"user":"ann","access_key":"`+ours+`","secret_key":"mine"},{"user":"ann","access_key":"OTHER2","secret_key":"y"}]`)
	})
	key, err := d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "ann"})
	if err != nil || key.SecretAccessKey != "mine" || len(key.AccessKeyID) != accessKeyLength {
		t.Errorf("got %v, %v", key, err)
	}
	kept = "another"
	if key, err = d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "ann"}); !errors.Is(err, fault.Unavailable) || key.SecretAccessKey != "" {
		t.Errorf("got %v, %v", key, err)
	}
}

// TestALookupIsRepeated is about an answer of a gateway that is busy.
func TestALookupIsRepeated(t *testing.T) {
	var sent atomic.Int32
	d := openAt(t, func(w http.ResponseWriter, _ *http.Request) {
		if sent.Add(1) == 1 {
			say(w, 503, `{"Code":"SlowDown"}`)
			return
		}
		say(w, 200, `{"user_id":"ann","keys":[{"access_key":"K1","secret_key":"s","active":false}]}`)
	})
	for key, err := range d.ListAccessKeys(t.Context(), driver.ListAccessKeysRequest{UserName: "ann"}) {
		if err != nil || key.AccessKeyID != "K1" || key.Status != driver.KeyInactive || key.SecretAccessKey != "" {
			t.Errorf("got %+v, %v", key, err)
		}
	}
	if n := sent.Load(); n != 2 {
		t.Errorf("it was sent %d times", n)
	}
}

// TestWhatIsNoGateway answers with JSON that is cut, whose text no error shows.
func TestWhatIsNoGateway(t *testing.T) {
	d := openAt(t, func(w http.ResponseWriter, _ *http.Request) { say(w, 200, `{"keys":[{"secret_key":"hush`) })
	_, err := d.GetUser(t.Context(), driver.GetUserRequest{Name: "ann"})
	if !errors.Is(err, fault.Unavailable) || strings.Contains(err.Error(), "hush") {
		t.Errorf("got %v (%s)", err, fault.CodeOf(err))
	}
}

// TestAListingOfUsersEnds has pages in a circle, pages without end, and one whose next has no beginning.
func TestAListingOfUsersEnds(t *testing.T) {
	for says, next := range map[string]func(n int) string{
		"named a page of a listing that it had sent before": func(n int) string { return "m" + strconv.Itoa(n%3) },
		"pages of them, so that the listing may never end":  strconv.Itoa,
		"that there are more, and not where they begin":     func(int) string { return "" },
	} {
		pages := 0
		d := openAt(t, func(w http.ResponseWriter, _ *http.Request) {
			pages++
			say(w, 200, `{"keys":[],"truncated":true,"marker":"`+next(pages)+`"}`)
		})
		if _, err := collect(d.ListUsers(t.Context())); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("after %d pages: %v", pages, err)
		}
	}
}

// TestWithoutAnEndpointNothingIsSent is about both clients.
func TestWithoutAnEndpointNothingIsSent(t *testing.T) {
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	d, err := Open(t.Context(), driver.Config{Credentials: &driver.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}})
	if err != nil {
		t.Fatal(err)
	}
	_, whoErr := d.WhoAmI(t.Context())
	_, userErr := d.GetUser(t.Context(), driver.GetUserRequest{Name: "ann"})
	for _, err := range []error{whoErr, userErr} {
		if !errors.Is(err, fault.InvalidArgument) || fault.HintOf(err) != fault.HintSetEndpoint {
			t.Errorf("got %v", err)
		}
	}
}

// TestASessionThatIsNotAccepted is about a gateway that opens sessions, and has them switched off.
func TestASessionThatIsNotAccepted(t *testing.T) {
	d := openAt(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			say(w, 200, `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>S</AccessKeyId><SecretAccessKey>s</SecretAccessKey>`+
				`<SessionToken>t</SessionToken><Expiration>2026-11-30T17:51:41.611484309Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`)
			return
		}
		say(w, 403, `<Error><Code>InvalidAccessKeyId</Code></Error>`)
	})
	_, err := d.CreateSession(t.Context(), driver.CreateSessionRequest{RoleARN: "arn:aws:iam:::role/r", Name: "session", DurationSeconds: 900,
		Policy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["*"]}]}`})
	if !errors.Is(err, fault.Unsupported) || !strings.Contains(err.Error(), "rgw s3 auth use sts") {
		t.Errorf("got %v (%s)", err, fault.CodeOf(err))
	}
}

func collect[T any](listing iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for item, err := range listing {
		if err != nil {
			return all, err
		}
		all = append(all, item)
	}
	return all, nil
}
