//go:build systems

package decisions

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"golang.org/x/sync/errgroup"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// content is what is in every object.
const content = "x"

// policyName is the user's policy.
const policyName = "decisions"

// atOnce is how many requests are sent at a time.
const atOnce = 6

// subject is a system, and a user there whose policy is replaced again and again.
type subject struct {
	*systems.System
	name    string
	dialect dialect
	// policies is what the backend says of the system's policies.
	policies policy.Dialect
	driver   driver.Driver
	user     driver.Principal
	key      sdk.Credentials
	client   *http.Client
	// context are the values of condition keys in all requests of the user.
	context map[string][]string
	// force replaces the policy past the backend, which refuses what the system takes for more than it reads.
	force func(context.Context, policy.Document) error
	// shown is how many disagreements have been printed.
	shown int
	// knowsEmpty says that a parameter of a listing which is sent without a value is a condition key with an empty value.
	knowsEmpty bool
	// believes says that clients can make up values of condition keys.
	believes bool
	// mayDenyMore says that the system denies some of what the policy language allows: only the other way round is wrong.
	mayDenyMore bool
	// opens says that a document is the policy of a session.
	opens bool
}

func newMinIO(t *testing.T, system *systems.System, open driver.Opener) *subject {
	s := newSubject(t, system, open)
	s.knowsEmpty, s.believes = true, true
	s.force = func(ctx context.Context, doc policy.Document) error {
		admin := sdk.Credentials{AccessKeyID: system.AccessKeyID, SecretAccessKey: system.SecretAccessKey}
		r := request{method: "PUT", bucket: "minio", key: "admin/v3/add-canned-policy", body: doc.JSON(), query: url.Values{"name": {"s3-credentials/" + userName + "/" + policyName}}}
		_, status, err := s.ask(ctx, admin, r)
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("MinIO does not take the policy: status %d: %s", status, doc.JSON())
		}
		return err
	}
	return s
}

func newCeph(t *testing.T, system *systems.System, open driver.Opener) *subject {
	s := newSubject(t, system, open)
	s.mayDenyMore = true
	s.force = func(ctx context.Context, doc policy.Document) error {
		form := url.Values{"Action": {"PutUserPolicy"}, "Version": {"2010-05-08"}, "UserName": {userName}, "PolicyName": {policyName}, "PolicyDocument": {doc.JSON()}}
		admin := sdk.Credentials{AccessKeyID: system.AccessKeyID, SecretAccessKey: system.SecretAccessKey}
		_, status, err := s.ask(ctx, admin, request{method: "POST", query: form})
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("the gateway does not take the policy: status %d", status)
		}
		return err
	}
	return s
}

// newSeaweedFS has a session in place of a user, one for each document: users' policies can only allow there.
func newSeaweedFS(t *testing.T, system *systems.System, open driver.Opener) *subject {
	s := newSubject(t, system, open, func(s *subject) { s.opens = true })
	s.mayDenyMore = true
	s.force = func(ctx context.Context, doc policy.Document) error {
		client := sts.New(sts.Options{Region: system.Region, BaseEndpoint: &system.EndpointURL, Credentials: credentials.NewStaticCredentialsProvider(system.AccessKeyID, system.SecretAccessKey, "")})
		made, err := client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: sdk.String(""), RoleSessionName: sdk.String(policyName), Policy: sdk.String(doc.JSON())})
		if err != nil {
			return err
		}
		s.key = sdk.Credentials{AccessKeyID: *made.Credentials.AccessKeyId, SecretAccessKey: *made.Credentials.SecretAccessKey, SessionToken: *made.Credentials.SessionToken}
		return nil
	}
	return s
}

func newSandbox(t *testing.T, system *systems.System, open driver.Opener) *subject {
	return newSubject(t, system, open)
}

// newSubject makes the buckets and objects, the user and its key.
func newSubject(t *testing.T, system *systems.System, open driver.Opener, options ...func(*subject)) *subject {
	t.Helper()
	ctx := t.Context()
	s := &subject{System: system, name: system.Name, dialect: dialect{system: system.Name}, client: &http.Client{Timeout: 5 * time.Minute}}
	config := driver.Config{
		EndpointURL: system.EndpointURL, Region: system.Region,
		Credentials: &driver.Credentials{AccessKeyID: system.AccessKeyID, SecretAccessKey: system.SecretAccessKey},
	}
	for _, set := range options {
		set(s)
	}
	var err error
	if s.driver, err = open(ctx, config); err != nil {
		t.Fatal(err)
	}
	admin := sdk.Credentials{AccessKeyID: system.AccessKeyID, SecretAccessKey: system.SecretAccessKey}
	for _, bucket := range buckets() {
		s.set(t, admin, request{method: "PUT", bucket: bucket})
		for _, key := range s.dialect.existing() {
			s.set(t, admin, request{method: "PUT", bucket: bucket, key: key, body: content})
		}
	}
	s.force = s.replace
	description, err := s.driver.Describe(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s.policies = description.Dialect
	s.user = driver.UserPrincipal(userName)
	if _, err := s.driver.CreateUser(ctx, driver.CreateUserRequest{Name: userName}); err != nil {
		t.Fatal(err)
	}
	made, err := s.driver.CreateAccessKey(ctx, driver.CreateAccessKeyRequest{UserName: userName})
	if err != nil {
		t.Fatal(err)
	}
	s.key = sdk.Credentials{AccessKeyID: made.AccessKeyID, SecretAccessKey: made.SecretAccessKey}
	s.put(t, policy.Document{Version: policy.Version, Statement: []policy.Statement{{Effect: policy.Allow, Action: []string{"s3:*"}, Resource: []string{"*"}}}})
	// This driver made the user, and attaches each policy anew. One that did not only replaces the document, which is quick.
	if s.driver, err = open(ctx, config); err != nil {
		t.Fatal(err)
	}
	s.dialect.address = s.findAddress(t)
	s.context = map[string][]string{
		"aws:username": {userName}, "aws:UserAgent": {userAgent}, "aws:SourceIp": {s.dialect.address},
		"aws:SecureTransport": {"false"}, "aws:CurrentTime": {time.Now().UTC().Format(time.RFC3339)},
	}
	return s
}

// findAddress asks the system for the address at which it sees this client, which is another one in front of a container.
func (s *subject) findAddress(t *testing.T) string {
	t.Helper()
	network := netip.MustParsePrefix("0.0.0.0/0")
	for bits := 1; bits <= 32; bits++ {
		network = netip.PrefixFrom(network.Addr(), bits)
		doc := policy.Document{Version: policy.Version, Statement: []policy.Statement{{
			Effect: policy.Allow, Action: []string{"s3:GetBucketLocation"}, Resource: []string{"*"},
			Condition: map[string]map[string][]string{"IpAddress": {"aws:SourceIp": {network.String()}}},
		}}}
		s.put(t, doc)
		allowed, _, err := s.ask(t.Context(), s.key, request{method: "GET", bucket: buckets()[0], query: sub("location")})
		if err != nil {
			t.Fatal(err)
		}
		if !allowed {
			octets := network.Addr().As4()
			octets[(bits-1)/8] |= 1 << (7 - (bits-1)%8)
			network = netip.PrefixFrom(netip.AddrFrom4(octets), bits)
		}
	}
	t.Logf("%s sees this client at %s", s.name, network.Addr())
	return network.Addr().String()
}

func (s *subject) put(t *testing.T, doc policy.Document) {
	t.Helper()
	if err := s.replace(t.Context(), doc); err != nil {
		t.Fatalf("%v: %s", err, doc.JSON())
	}
}

func (s *subject) replace(ctx context.Context, doc policy.Document) error {
	if s.opens {
		made, err := s.driver.CreateSession(ctx, driver.CreateSessionRequest{Name: policyName, Policy: doc.JSON(), DurationSeconds: 3600})
		s.key = sdk.Credentials{AccessKeyID: made.AccessKeyID, SecretAccessKey: made.SecretAccessKey, SessionToken: made.SessionToken}
		return err
	}
	return s.driver.PutPolicy(ctx, driver.PutPolicyRequest{Principal: s.user, Name: policyName, Document: doc.JSON()})
}

// refused reports whether a system, or its backend, does not take a document.
func refused(err error) bool {
	return fault.CodeOf(err) == fault.InvalidArgument || fault.CodeOf(err) == fault.Unsupported
}

// set sends a request that must succeed.
func (s *subject) set(t *testing.T, key sdk.Credentials, r request) {
	t.Helper()
	if allowed, status, err := s.ask(t.Context(), key, r); err != nil || !allowed || status >= 300 {
		t.Fatalf("%s %s/%s: status %d, %v", r.method, r.bucket, r.key, status, err)
	}
}

// try gives the user the document, and compares the decisions.
func (s *subject) try(t *testing.T, seed uint64, c trial, requests []request) tally {
	t.Helper()
	doc := c.doc
	if err := c.prove(s.policies); err != nil {
		t.Errorf("seed %d on %s: %v: %s", seed, s.name, err, doc.JSON())
	}
	rows, err := policy.Explain([]policy.Document{doc}, policy.ExplainOptions{Context: map[string][]string{"aws:username": {userName}}})
	if err != nil && fault.CodeOf(err) != fault.ResourceExhausted {
		t.Errorf("seed %d on %s: %v: %s", seed, s.name, err, doc.JSON())
	}
	explained := err == nil
	if err := s.replace(t.Context(), doc); refused(err) {
		t.Logf("seed %d on %s: %v: %s", seed, s.name, err, doc.JSON())
		return tally{refused: 1}
	} else if err != nil {
		t.Fatalf("seed %d on %s: %v: %s", seed, s.name, err, doc.JSON())
	}
	answers := make([]string, len(requests))
	found := make([]tally, len(requests))
	group, ctx := errgroup.WithContext(t.Context())
	group.SetLimit(atOnce)
	for i, r := range requests {
		group.Go(func() error {
			allowed, status, err := s.ask(ctx, s.key, r)
			found[i].decisions = 1
			if allowed {
				found[i].allowed = 1
			}
			if wrong := c.wrong(r, allowed, rows, explained); wrong != "" && (allowed || !s.mayDenyMore) && !(allowed && s.implied(c.doc, r)) {
				found[i].wrong = 1
				answers[i] = fmt.Sprintf("%s %s/%s?%s, %s %v, status %d: %s", r.method, r.bucket, r.key, r.query.Encode(), r.Action, listing(r), status, wrong)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatalf("seed %d on %s: %v", seed, s.name, err)
	}
	var all tally
	for i := range requests {
		all.add(found[i])
		if answers[i] != "" && s.shown < mostShown {
			s.shown++
			t.Errorf("seed %d on %s (again: %s=%d): %s\n%s", seed, s.name, systems.SeedVariable, seed, answers[i], doc.JSON())
		}
	}
	return all
}

// implied reports whether the backend says that the system permits the request beyond what the document says.
func (s *subject) implied(doc policy.Document, r request) bool {
	return slices.ContainsFunc(s.policies.Implications, func(i policy.Implication) bool {
		by := r
		by.Action = i.By
		return i.Action == r.Action && (i.By == "" || by.expected(doc) == policy.Allowed)
	})
}

// listing are the condition keys of a request that others do not have.
func listing(r request) string {
	var all []string
	for _, key := range []string{"s3:prefix", "s3:delimiter", "s3:max-keys"} {
		if values, has := r.Context[key]; has {
			all = append(all, fmt.Sprintf("%s=%q", key, values[0]))
		}
	}
	return strings.Join(all, " ")
}

// ask sends a request, signed by hand: nothing of a backend takes part. It reports whether the system permits it, whatever comes of it.
func (s *subject) ask(ctx context.Context, key sdk.Credentials, r request) (allowed bool, status int, err error) {
	address := s.EndpointURL + (&url.URL{Path: "/" + strings.TrimSuffix(r.bucket+"/"+r.key, "/")}).EscapedPath() + "?" + r.query.Encode()
	out, err := http.NewRequestWithContext(ctx, r.method, address, bytes.NewReader([]byte(r.body)))
	if err != nil {
		return false, 0, err
	}
	sum := sha256.Sum256([]byte(r.body))
	hash := hex.EncodeToString(sum[:])
	out.Header.Set("X-Amz-Content-Sha256", hash)
	if r.source != "" {
		out.Header.Set("X-Amz-Copy-Source", (&url.URL{Path: r.source}).EscapedPath())
	}
	out.Header.Set("User-Agent", userAgent)
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	if err := signer.SignHTTP(ctx, key, out, hash, "s3", s.Region, time.Now()); err != nil {
		return false, 0, err
	}
	// What a client may add is not signed.
	for name, value := range r.header {
		if name != "" {
			out.Header.Set(name, value)
		}
	}
	answer, err := s.client.Do(out)
	if err != nil {
		return false, 0, err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		return false, 0, err
	}
	if answer.StatusCode >= 500 || answer.StatusCode == http.StatusForbidden && r.method != "HEAD" && !bytes.Contains(said, []byte("AccessDenied")) {
		return false, answer.StatusCode, fmt.Errorf("%s %s: status %d: %s", r.method, address, answer.StatusCode, said)
	}
	return answer.StatusCode != http.StatusForbidden, answer.StatusCode, nil
}
