//go:build systems

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// can is what a key may do in its bucket, as minio-go finds out; each field is one request.
type can struct{ list, get, put, remove bool }

var (
	readWrite = can{list: true, get: true, put: true, remove: true}
	readOnly  = can{list: true, get: true}
	writeOnly = can{put: true}
	nothing   = can{}
)

// accessCase is one create and what its key may do: under the prefix "in/", and elsewhere in the bucket.
type accessCase struct {
	name string
	args []string
	// says are what stands behind the bucket's name, one argument each; empty for the name alone.
	says       []string
	in, beside can
	// two says that the key is for two buckets, and second what it may in the second one, where that is not the same.
	two    bool
	second *second
	// session says that the key ends by itself.
	session bool
	// denies says that the policy has a Deny, which the policies of users cannot have on some systems.
	denies bool
	// needs is what a system must enforce for the check to say anything.
	needs string // "user", "session" and "prefix"
}

// second is the other bucket of a key: what stands behind its name, and what the key may do there.
type second struct {
	says       string
	in, beside can
}

func accessCases() []accessCase {
	const custom = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::$!BUCKET_NAME!$/in/*"]}]}`
	const more = `{"Effect":"Deny","Action":["s3:DeleteObject"],"Resource":["arn:aws:s3:::*"]}`
	cases := []accessCase{
		{name: "plain", in: readWrite, beside: readWrite},
		{name: "read-only", args: []string{"--read-only"}, in: readOnly, beside: readOnly},
		{name: "write-only", args: []string{"--write-only"}, in: writeOnly, beside: writeOnly},
		{name: "prefix", args: []string{"--prefix", "in/"}, in: readWrite, beside: nothing, needs: "prefix"},
		{name: "prefix, read-only", args: []string{"--prefix", "in", "--read-only"}, in: readOnly, beside: nothing, needs: "prefix"},
		{name: "prefix, write-only", args: []string{"--prefix", "in", "--write-only"}, in: writeOnly, beside: nothing},
		{name: "policy", args: []string{"--policy", custom}, in: can{get: true}, beside: nothing},
		{name: "statement", denies: true, args: []string{"--statement", more}, in: can{list: true, get: true, put: true}, beside: can{list: true, get: true, put: true}},
		{name: "append-only but for one prefix", says: []string{":list+read+write", "/in/:read-write"}, in: readWrite, beside: can{list: true, get: true, put: true}},
		{name: "two accesses", says: []string{"/in/:ro", "/beside/:wo"}, in: readOnly, beside: writeOnly, needs: "prefix"},
		{name: "two prefixes", args: []string{"--prefix", "in/", "--prefix", "beside/", "--read-only"}, in: readOnly, beside: readOnly, needs: "prefix"},
		{name: "two buckets", args: []string{"--read-only"}, in: readOnly, beside: readOnly, two: true},
		{name: "writing beside reading", says: []string{":rw"}, in: readWrite, beside: readWrite, two: true, second: &second{"/in/:ro", readOnly, nothing}, needs: "prefix"},
		{
			name: "reading in a folder, beside another bucket", says: []string{":wo", "/in/:ro"}, in: can{list: true, get: true, put: true}, beside: writeOnly, two: true,
			second: &second{"/in/:ro", readOnly, nothing}, needs: "prefix",
		},
	}
	for i, c := range cases {
		cases[i].needs += " user"
		c.name, c.session, c.needs = c.name+", 15 minutes", true, c.needs+" session"
		c.args = append([]string{"-d", "15m"}, c.args...)
		cases = append(cases, c)
	}
	return cases
}

// TestAccess hands out keys with the command line, and finds out with minio-go what they may do.
func TestAccess(t *testing.T) {
	for _, system := range []struct {
		backend string
		start   func(testing.TB) *systems.System
		// enforces is what of the needs of a case the system enforces.
		enforces string
		// users and sessions say which of the cases there are for on it: moto opens no sessions where it enforces policies,
		// and the sandbox opens none at all.
		users, sessions bool
		// refuses says whether the system cannot give the access, and what the refusal says; nil where it can give all.
		refuses func(accessCase) (bool, []string)
	}{
		{"aws", systems.Sandbox, "user prefix", true, false, nil},
		{"minio", systems.MinIO, "user prefix session", true, true, nil},
		{"ceph", systems.Ceph, "user prefix session", true, true, nil},
		{"seaweedfs", systems.SeaweedFS, "user prefix session", true, true, onlyAllowing},
		{"garage", systems.Garage, "user prefix session", true, true, wholeBuckets},
		{"aws", systems.MotoEnforcing, "user", true, false, nil},
		{"aws", systems.Moto, "", false, true, nil},
	} {
		s := system.start(t)
		t.Run(s.Name, func(t *testing.T) {
			for n, c := range accessCases() {
				if c.session && !system.sessions || !c.session && !system.users {
					continue
				}
				t.Run(c.name, func(t *testing.T) {
					a := &access{T: t, system: s, backend: system.backend, bucket: fmt.Sprintf("access-%d", n)}
					if system.refuses != nil {
						if refused, says := system.refuses(c); refused {
							a.refused(c, says)
							return
						}
					}
					a.check(c, enforcesAll(system.enforces, c.needs))
				})
			}
		})
	}
}

// onlyAllowing are systems on which the policies of users cannot deny.
func onlyAllowing(c accessCase) (bool, []string) {
	return c.denies && !c.session, []string{"can only allow", "-d/--duration"}
}

// wholeBuckets are systems that know nothing narrower than to read a bucket, or to read and write it.
func wholeBuckets(c accessCase) (bool, []string) {
	isNarrow := slices.ContainsFunc(c.args, func(arg string) bool { return slices.Contains(narrow, arg) })
	return isNarrow || c.says != nil, []string{"give it a bucket of its own"}
}

func enforcesAll(has, needs string) bool {
	for _, need := range strings.Fields(needs) {
		if !strings.Contains(has, need) {
			return false
		}
	}
	return true
}

type access struct {
	*testing.T
	system  *systems.System
	backend string
	bucket  string
}

// buckets are those that the key of a case is for.
func (a *access) buckets(c accessCase) []string {
	if c.two {
		return []string{a.bucket, a.bucket + "-two"}
	}
	return []string{a.bucket}
}

// arguments are the buckets of a case with what it says of each.
func (a *access) arguments(c accessCase) []string {
	buckets := a.buckets(c)
	if c.says == nil {
		return buckets
	}
	var arguments []string
	for _, says := range c.says {
		arguments = append(arguments, a.bucket+says)
	}
	if c.second != nil {
		arguments = append(arguments, buckets[1]+c.second.says)
	}
	return arguments
}

func (a *access) check(c accessCase, enforced bool) {
	a.Helper()
	buckets := a.buckets(c)
	admin := a.client(a.system.AccessKeyID, a.system.SecretAccessKey, "")
	other := a.bucket + "-other"
	if a.system.AdminToken == "" {
		a.must(admin.MakeBucket(a.Context(), other, minio.MakeBucketOptions{}))
	} else { // what S3 makes has a name for its maker alone
		a.tool("create", "-c", other, "--silent", "--username", "user-of-"+other)
	}
	key := a.create(append(append([]string{"create", "-c", "--silent"}, a.arguments(c)...), c.args...))
	client := a.client(key.AccessKeyID, key.SecretAccessKey, key.SessionToken)
	for _, bucket := range append(buckets, other) {
		for _, object := range []string{"in/object", "beside/object"} {
			_, err := admin.PutObject(a.Context(), bucket, object, strings.NewReader("x"), 1, minio.PutObjectOptions{})
			a.must(err)
		}
	}
	for i, bucket := range buckets {
		if i > 0 && c.second != nil {
			c.in, c.beside = c.second.in, c.second.beside
		}
		a.want(enforced, c.in, a.tries(client, bucket, "in/"), bucket+"/in/")
		a.want(enforced, c.beside, a.tries(client, bucket, "beside/"), bucket+"/beside/")
		if err := client.RemoveBucket(a.Context(), bucket); enforced && !denied(err) {
			a.Errorf("deleting the bucket: %v", err)
		}
	}
	a.want(enforced, nothing, a.tries(client, other, "in/"), "another bucket")
	if key.SessionToken == "" {
		a.revoke(key.UserName, client)
	}
}

// refused expects that a create is refused before anything is made, with the way out.
func (a *access) refused(c accessCase, says []string) {
	a.Helper()
	code, said := a.run(append(append([]string{"create", "-c"}, a.arguments(c)...), c.args...)...)
	for _, words := range says {
		if code != cli.ExitUnsupported || !strings.Contains(said, words) {
			a.Errorf("exit code %d: %s", code, said)
		}
	}
	if found, err := a.client(a.system.AccessKeyID, a.system.SecretAccessKey, "").BucketExists(a.Context(), a.bucket); found || err != nil {
		a.Errorf("the bucket was made: %v, %v", found, err)
	}
}

// want compares what a key may do with what it should. What it should must work also where the rest is not enforced.
func (a *access) want(enforced bool, want, got can, where string) {
	a.Helper()
	if enforced && got != want {
		a.Errorf("%s: the key may %+v, want %+v", where, got, want)
	}
	allowed := can{want.list && got.list, want.get && got.get, want.put && got.put, want.remove && got.remove}
	if !enforced && allowed != want {
		a.Errorf("%s: the key may %+v, want at least %+v", where, got, want)
	}
}

// tries finds out what a client may do under a prefix.
func (a *access) tries(client *minio.Client, bucket, prefix string) can {
	a.Helper()
	ctx := a.Context()
	var found can
	list := minio.ListObjectsOptions{Prefix: prefix, Recursive: true}
	found.list = true
	for o := range client.ListObjects(ctx, bucket, list) {
		found.list = found.list && a.allowed(o.Err, "list")
	}
	object, err := client.GetObject(ctx, bucket, prefix+"object", minio.GetObjectOptions{})
	a.must(err)
	_, err = io.ReadAll(object)
	found.get = a.allowed(err, "get")
	_, err = client.PutObject(ctx, bucket, prefix+"new", strings.NewReader("y"), 1, minio.PutObjectOptions{})
	found.put = a.allowed(err, "put")
	found.remove = a.allowed(client.RemoveObject(ctx, bucket, prefix+"new", minio.RemoveObjectOptions{}), "remove")
	return found
}

// allowed tells a denial from success; everything else is a failure of the test.
func (a *access) allowed(err error, what string) bool {
	a.Helper()
	if err != nil && !denied(err) {
		a.Errorf("%s: %v", what, err)
	}
	return err == nil
}

func denied(err error) bool {
	return minio.ToErrorResponse(err).Code == minio.AccessDenied
}

// revoke deletes the user with the command line: its key must be worth nothing then, and nothing of it be left.
func (a *access) revoke(user string, client *minio.Client) {
	a.Helper()
	a.tool("delete-user", user)
	if _, err := client.ListBuckets(a.Context()); err == nil {
		a.Error("the key of a deleted user still works")
	}
	if left := a.tool("list-users", "--csv"); strings.Contains(left, user+",") {
		a.Errorf("the user is still there: %s", left)
	}
}

type createdKey struct {
	UserName        string
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
}

func (a *access) create(args []string) createdKey {
	a.Helper()
	var key createdKey
	a.must(json.Unmarshal([]byte(a.tool(args...)), &key))
	return key
}

// run returns the exit code of the command line, and what it said.
func (a *access) run(args ...string) (int, string) {
	a.Helper()
	cmd := a.command(args)
	said, err := cmd.CombinedOutput()
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		a.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(said)
}

func (a *access) command(args []string) *exec.Cmd {
	a.Helper()
	cmd := exec.CommandContext(a.Context(), program(a), args...)
	cmd.Env = append(a.system.Env(), "HOME="+a.TempDir(), "S3_CREDENTIALS_ENDPOINT_URL="+a.system.EndpointURL, "S3_CREDENTIALS_BACKEND="+a.backend)
	return cmd
}

func (a *access) tool(args ...string) string {
	a.Helper()
	cmd := a.command(args)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		a.Fatalf("%v: %v\n%s", args, err, stderr.String())
	}
	return string(out)
}

func (a *access) client(id, secret, token string) *minio.Client {
	a.Helper()
	endpoint, err := url.Parse(a.system.EndpointURL)
	a.must(err)
	client, err := minio.New(endpoint.Host, &minio.Options{Creds: credentials.NewStaticV4(id, secret, token), Region: a.system.Region})
	a.must(err)
	return client
}

func (a *access) must(err error) {
	a.Helper()
	if err != nil {
		a.Fatal(err)
	}
}
