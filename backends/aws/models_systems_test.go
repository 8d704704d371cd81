//go:build systems

package aws

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/s3-credentials/s3-credentials/backends/iam"
	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/awsmodel"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// modelChecked is a proxy that holds each request against AWS's own models.
type modelChecked struct {
	models awsmodel.Models

	mu   sync.Mutex
	seen map[string]bool
	// wrong are the faults that were found, and how often.
	wrong map[string]int
}

// forbidden is a bucket whose look-up the proxy answers with 403: the backend then asks in another way, to get a reason.
const forbidden = "nobody-may-look"

// checkedByModels returns the system as seen through a proxy that checks every request.
func checkedByModels(t *testing.T, s *systems.System) (*systems.System, *modelChecked) {
	t.Helper()
	models, err := awsmodel.Load(systems.ServiceModels(t))
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(s.EndpointURL)
	if err != nil {
		t.Fatal(err)
	}
	m := &modelChecked{models: models, seen: map[string]bool{}, wrong: map[string]int{}}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler) // the client broke off
		}
		m.note(r, body)
		if r.Method == http.MethodHead && r.URL.Path == "/"+forbidden {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	through := *s
	through.EndpointURL = server.URL
	return &through, m
}

func (m *modelChecked) note(r *http.Request, body []byte) {
	operation, wrong := m.models.Check(r, body)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seen[operation] = true
	for _, w := range wrong {
		m.wrong[w]++
	}
}

// sentByThisBackend finds the operations in the backend's source.
var sentByThisBackend = regexp.MustCompile(`\b(iam|s3|sts)\.(\w+)Input\{`)

// operationsOfThisBackend are all that its source can send.
func operationsOfThisBackend(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, folder := range []string{".", "../iam", "../s3"} {
		found, err := filepath.Glob(folder + "/*.go")
		if err != nil || len(found) == 0 {
			t.Fatal(folder, err)
		}
		files = append(files, found...)
	}
	var operations []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range sentByThisBackend.FindAllStringSubmatch(string(source), -1) {
			operations = append(operations, found[1]+":"+found[2])
		}
	}
	slices.Sort(operations)
	return slices.Compact(operations)
}

// sendTheRest sends what no check of the suite leads to.
func sendTheRest(t *testing.T, s *systems.System) {
	t.Helper()
	d, err := Open(t.Context(), configOf(s))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	// Moto has no such bucket, and says so when it is asked for its location.
	if _, err := d.HeadBucket(t.Context(), driver.HeadBucketRequest{Bucket: forbidden}); err == nil {
		t.Error("a bucket that nobody may look at was found")
	}
	// Only AWS is asked for these, and moto does not have them.
	for _, err := range asOnAWS(t, s).ListUserItems(t.Context(), driver.ListUserItemsRequest{UserName: "ann"}) {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("the items of nobody: %v", err)
		}
	}
	bucket := newBucket(t, d)
	// XML cannot hold such a key, so it is deleted by a request of its own.
	if _, err := d.DeleteObjects(t.Context(), driver.DeleteObjectsRequest{Bucket: bucket, Keys: []string{"a\x01b"}}); err != nil {
		t.Error(err)
	}
	// Moto lets every key pass, so the suite does not probe there.
	for _, action := range driver.ProbeActions() {
		answer, err := d.Probe(t.Context(), driver.ProbeRequest{Action: action, Bucket: bucket, Key: "none"})
		if err != nil || !answer.Allowed || answer.Left != "" {
			t.Errorf("the probe of %s says %+v, %v", action, answer, err)
		}
	}
	for object, err := range d.ListObjects(t.Context(), driver.ListObjectsRequest{Bucket: bucket}) {
		t.Errorf("the probes left %s, %v", object.Key, err)
	}
	if _, err := d.GetBucketSetting(t.Context(), driver.GetBucketSettingRequest{Bucket: bucket, Setting: driver.SettingPolicy}); !errors.Is(err, fault.NotFound) {
		t.Errorf("after the probes the bucket's policy is there: %v", err)
	}
}

// asOnAWS is the backend as it is on AWS itself, whose requests the system gets.
func asOnAWS(t *testing.T, s *systems.System) driver.Driver {
	t.Helper()
	config := configOf(s)
	config.EndpointURL = ""
	d, err := Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	d.(*backend).HTTPClient.(*sdk.HTTPClient).Next = sentTo(s.EndpointURL)
	return d
}

// sentTo sends all requests to one address, in plain HTTP.
type sentTo string

func (to sentTo) RoundTrip(r *http.Request) (*http.Response, error) {
	_, r.URL.Host, _ = strings.Cut(string(to), "://")
	r.URL.Scheme = "http"
	return http.DefaultTransport.RoundTrip(r)
}

// report fails the test for each fault, and for each operation of this backend that was not sent.
func (m *modelChecked) report(t *testing.T) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	for wrong, times := range m.wrong {
		t.Errorf("AWS's models say (%d times): %s", times, wrong)
	}
	for _, operation := range operationsOfThisBackend(t) {
		if !m.seen[operation] {
			t.Errorf("%s was not sent, so it is unchecked", operation)
		}
	}
}

// A name that this backend lets pass, IAM and STS take.
func TestNameRulesAreThoseOfAWS(t *testing.T) {
	models, err := awsmodel.Load(systems.ServiceModels(t))
	if err != nil {
		t.Fatal(err)
	}
	rules := iam.Names()
	for _, c := range []struct {
		service, shape string
		rule           driver.NameRule
	}{
		{"iam", "userNameType", rules.User},
		{"iam", "policyNameType", rules.Policy},
		{"iam", "roleNameType", rules.Role},
		{"sts", "roleSessionNameType", rules.Session},
	} {
		least, most, pattern, err := models.Text(c.service, c.shape)
		if err != nil {
			t.Fatal(err)
		}
		// A "*" says the same as a "+", where the least length is not 0.
		if want := (driver.NameRule{Min: least, Max: most, Pattern: strings.TrimRight(pattern, "*+") + "+"}); c.rule != want {
			t.Errorf("%s: the rule is %+v, AWS's is %+v", c.shape, c.rule, want)
		}
	}
}

// Each error that AWS documents for an operation of this backend has a meaning of its own, not just that of its HTTP status.
func TestDocumentedErrorCodesHaveAMeaning(t *testing.T) {
	models, err := awsmodel.Load(systems.ServiceModels(t))
	if err != nil {
		t.Fatal(err)
	}
	codes := 0
	for _, operation := range operationsOfThisBackend(t) {
		service, name, _ := strings.Cut(operation, ":")
		for _, code := range models.Errors(service, name) {
			codes++
			if (&sdk.Config{}).CodeOf(&fault.Service{Code: code}) == fault.Unknown {
				t.Errorf("%s answers %s, which no row of core/driver/s3fault/codes.go has", operation, code)
			}
		}
	}
	if codes == 0 {
		t.Error("the models document no errors")
	}
}
