package garage

import (
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

const secretToken = "the-token-of-the-admin-api"

// fakeGarage answers as Garage 2.5.0 does, and notes what it is asked.
func fakeGarage(t *testing.T, createBucket bool) (driver.Driver, *[]string) {
	t.Helper()
	return fakeGarageOver(t, createBucket, httptest.NewServer)
}

// fakeGarageOver serves the admin API as start does.
func fakeGarageOver(t *testing.T, createBucket bool, start func(http.Handler) *httptest.Server) (driver.Driver, *[]string) {
	t.Helper()
	var asked []string
	s3 := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Forbidden: Garage does not support anonymous access yet</Message><Resource>/</Resource><Region>here</Region></Error>`)
			return
		}
		if !strings.Contains(r.Header.Get("Authorization"), "/here/s3/aws4_request") {
			t.Errorf("signed for another region: %s", r.Header.Get("Authorization"))
		}
		_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>`)
	}))
	t.Cleanup(s3.Close)
	admin := start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = append(asked, strings.TrimPrefix(r.URL.Path, "/v2/")+" "+string(body))
		if r.Header.Get("Authorization") != "Bearer "+secretToken {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"code": "AccessDenied", "message": "Forbidden: Invalid authorization token", "region": "here", "path": "/v2/ListKeys"}`)
			return
		}
		answer := map[string]any{"id": "b1", "name": "admin", "websiteAccess": true, "permissions": map[string]any{"createBucket": createBucket}}
		var all any = answer
		if strings.HasSuffix(r.URL.Path, "/ListKeys") {
			all = []map[string]any{{"id": "GK1", "name": "ann"}, {"id": "GK2", "name": "twice"}, {"id": "GK3", "name": "twice"}, {"id": "GK4", "name": ""}}
		}
		_ = json.NewEncoder(w).Encode(all)
	}))
	t.Cleanup(admin.Close)
	t.Setenv(adminURL, admin.URL)
	d, err := Open(t.Context(), driver.Config{EndpointURL: s3.URL, Credentials: &driver.Credentials{AccessKeyID: "GK0", SecretAccessKey: "secret"}})
	if err != nil {
		t.Fatal(err)
	}
	return d, &asked
}

// TestARightIsTakenBeforeAnotherIsGiven keeps a key from having more than before or after.
func TestARightIsTakenBeforeAnotherIsGiven(t *testing.T) {
	t.Setenv(adminToken, secretToken)
	d, asked := fakeGarage(t, true)
	err := d.PutGrant(t.Context(), driver.PutGrantRequest{UserName: "ann", Grant: driver.BucketGrant{Bucket: "one", Read: true}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`DenyBucketKey {"accessKeyId":"GK1","bucketId":"b1","permissions":{"read":false,"write":true,"owner":true}}`,
		`AllowBucketKey {"accessKeyId":"GK1","bucketId":"b1","permissions":{"read":true,"write":false,"owner":false}}`,
	}
	if got := (*asked)[len(*asked)-2:]; !slices.Equal(got, want) {
		t.Errorf("asked for %q, want %q", got, want)
	}
}

func TestKeysOfOneNameAreKnownByTheirIDs(t *testing.T) {
	t.Setenv(adminToken, secretToken)
	d, _ := fakeGarage(t, true)
	var names []string
	for u, err := range d.ListUsers(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, u.Name)
	}
	if !slices.Equal(names, []string{"GK2", "GK3", "GK4", "ann"}) {
		t.Errorf("the users are %q", names)
	}
	_, err := d.GetUser(t.Context(), driver.GetUserRequest{Name: "twice"})
	if fault.CodeOf(err) != fault.FailedPrecondition {
		t.Errorf("a name of two keys: %v", err)
	}
}

// TestTheTokenAloneIsNoAdministrator refuses what a key that may not create buckets asks for, and says what to set where nothing is.
func TestTheTokenAloneIsNoAdministrator(t *testing.T) {
	for _, c := range []struct {
		name, token  string
		createBucket bool
		code         fault.Code
		says         string
	}{
		{"no token", "", true, fault.Unauthenticated, "set " + adminToken},
		{"a wrong token", "wrong-" + secretToken, true, fault.Unauthenticated, "admin API"},
		{"another key", secretToken, false, fault.PermissionDenied, "may not create buckets; work with one that may, or let it (garage key allow)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv(adminToken, c.token)
			d, _ := fakeGarage(t, c.createBucket)
			_, err := d.GetUser(t.Context(), driver.GetUserRequest{Name: "ann"})
			if fault.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), secretToken) {
				t.Errorf("%s: %v", fault.CodeOf(err), err)
			}
		})
	}
}

// TestAWebsiteIsPublic, and who has no admin API may not know.
func TestAWebsiteIsPublic(t *testing.T) {
	for token, code := range map[string]fault.Code{secretToken: "", "": fault.PermissionDenied} {
		t.Setenv(adminToken, token)
		d, _ := fakeGarage(t, true)
		got, err := d.GetBucketSetting(t.Context(), driver.GetBucketSettingRequest{Bucket: "site", Setting: driver.SettingPolicyStatus})
		if fault.CodeOf(err) != code || code == "" && !got.PolicyStatus.IsPublic {
			t.Errorf("got %+v, %v", got.PolicyStatus, err)
		}
	}
}

// TestTheAdminAPIIsTrustedAsS3Is reaches an admin API with a certificate of an authority that the environment names.
func TestTheAdminAPIIsTrustedAsS3Is(t *testing.T) {
	t.Setenv(adminToken, secretToken)
	bundle := filepath.Join(t.TempDir(), "authorities.pem")
	d, _ := fakeGarageOver(t, true, func(h http.Handler) *httptest.Server {
		s := httptest.NewTLSServer(h)
		own := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
		if err := os.WriteFile(bundle, own, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("AWS_CA_BUNDLE", bundle)
		return s
	})
	if _, err := d.GetUser(t.Context(), driver.GetUserRequest{Name: "ann"}); err != nil {
		t.Error(err)
	}
}

// TestNothingIsSentToAWS opens the backend without an endpoint.
func TestNothingIsSentToAWS(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL", "")
	d, err := Open(t.Context(), driver.Config{Credentials: &driver.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range d.ListBuckets(t.Context()) {
		if fault.CodeOf(err) != fault.InvalidArgument {
			t.Errorf("without an endpoint: %v", err)
		}
	}
	t.Setenv(adminURL, "garage:3903")
	if _, err := Open(t.Context(), driver.Config{}); fault.CodeOf(err) != fault.InvalidArgument {
		t.Errorf("an admin URL that is none: %v", err)
	}
}

// TestAnEchoedToken has a server that answers with what it was sent.
func TestAnEchoedToken(t *testing.T) {
	t.Setenv(adminToken, secretToken)
	d, _ := fakeGarageOver(t, true, func(h http.Handler) *httptest.Server {
		return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/ListKeys") {
				w.WriteHeader(http.StatusInternalServerError)
				_, _ = io.WriteString(w, `{"code":"InternalError","message":"I was sent `+r.Header.Get("Authorization")+`"}`)
				return
			}
			h.ServeHTTP(w, r)
		}))
	})
	for _, err := range d.ListUsers(t.Context()) {
		if err == nil || !strings.Contains(err.Error(), "I was sent") || strings.Contains(err.Error(), secretToken) {
			t.Errorf("the error is %v", err)
		}
	}
}

// TestAListingWithoutAnEnd has a server that always has more keys.
func TestAListingWithoutAnEnd(t *testing.T) {
	t.Setenv(adminToken, secretToken)
	next := 0
	d, _ := fakeGarageOver(t, true, func(h http.Handler) *httptest.Server {
		return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, "/ListKeys") {
				h.ServeHTTP(w, r)
				return
			}
			page := make([]map[string]any, keysPerPage)
			for i := range page {
				next++
				page[i] = map[string]any{"id": strings.Repeat("0", 3) + strconv.Itoa(next), "name": "n"}
			}
			_ = json.NewEncoder(w).Encode(page)
		}))
	})
	for _, err := range d.ListUsers(t.Context()) {
		if err != nil && !strings.Contains(err.Error(), "the listing may never end") {
			t.Errorf("the error is %v", err)
		} else if err == nil {
			t.Fatal("a user was listed")
		}
	}
}
