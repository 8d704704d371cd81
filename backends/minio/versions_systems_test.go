//go:build systems

package minio_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	miniogo "github.com/minio/minio-go/v7"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// versioned is a bucket with versions, as its administrator sees it.
type versioned struct {
	*testing.T
	system *systems.System
	d      driver.Driver
	root   *miniogo.Client
	bucket string
}

func newVersioned(t *testing.T, bucket string) *versioned {
	t.Helper()
	s := systems.MinIO(t)
	v := &versioned{T: t, system: s, d: open(t, s, root(s)), root: independent(t, s, root(s)), bucket: bucket}
	must(t, v.root.MakeBucket(t.Context(), bucket, miniogo.MakeBucketOptions{}))
	must(t, v.root.EnableVersioning(t.Context(), bucket))
	t.Cleanup(func() {
		must(t, v.root.RemoveBucketWithOptions(context.Background(), bucket, miniogo.RemoveBucketOptions{ForceDelete: true}))
	})
	return v
}

// old stores two versions of an object and returns the older one.
func (v *versioned) old(object string) string {
	v.Helper()
	older, err := v.root.PutObject(v.Context(), v.bucket, object, strings.NewReader("old"), 3, miniogo.PutObjectOptions{})
	must(v.T, err)
	_, err = v.root.PutObject(v.Context(), v.bucket, object, strings.NewReader("new"), 3, miniogo.PutObjectOptions{})
	must(v.T, err)
	return older.VersionID
}

// keep fails the test unless the older version is as it was.
func (v *versioned) keep(object, version, after string) {
	v.Helper()
	got, err := read(v.Context(), v.root, v.bucket, object, version)
	if err != nil || got != "old" {
		v.Errorf("after %s the old version is %q, %v", after, got, err)
	}
}

func read(ctx context.Context, c *miniogo.Client, bucket, object, version string) (string, error) {
	reader, err := c.GetObject(ctx, bucket, object, miniogo.GetObjectOptions{VersionID: version})
	if err != nil {
		return "", err
	}
	defer func() { _ = reader.Close() }()
	data, err := io.ReadAll(reader)
	return string(data), err
}

// putOver replaces a version in place, which is MinIO's own request.
func (v *versioned) putOver(c *miniogo.Client, object, version string) int {
	v.Helper()
	target, err := c.Presign(v.Context(), http.MethodPut, v.bucket, object, time.Hour, url.Values{"versionId": {version}})
	must(v.T, err)
	request, err := http.NewRequestWithContext(v.Context(), http.MethodPut, target.String(), strings.NewReader("over"))
	must(v.T, err)
	answer, err := http.DefaultClient.Do(request)
	must(v.T, err)
	_ = answer.Body.Close()
	return answer.StatusCode
}

// document is the policy for an access to the bucket, as this tool gives it.
func (v *versioned) document(access policy.Access, prefix string, extra ...policy.Statement) string {
	v.Helper()
	description, err := v.d.Describe(v.Context())
	must(v.T, err)
	doc, err := policy.Build(policy.Grants(access, prefix, v.bucket), policy.Options{Extra: extra})
	must(v.T, err)
	compiled, _, err := policy.Compile(doc, description.Dialect, policy.CompileOptions{Generated: len(doc.Statement) - len(extra)})
	must(v.T, err)
	return compiled.JSON()
}

func (v *versioned) key(user, document string) *miniogo.Client {
	v.Helper()
	principal := makeUser(v.T, v.d, user)
	must(v.T, v.d.PutPolicy(v.Context(), driver.PutPolicyRequest{Principal: principal, Name: "p", Document: document}))
	return independent(v.T, v.system, keyOf(v.T, v.d, user))
}

func (v *versioned) session(document string) *miniogo.Client {
	v.Helper()
	made, err := v.d.CreateSession(v.Context(), driver.CreateSessionRequest{Name: "versions", Policy: document, DurationSeconds: 3600})
	must(v.T, err)
	return independent(v.T, v.system, driver.Credentials{
		AccessKeyID: made.AccessKeyID, SecretAccessKey: made.SecretAccessKey, SessionToken: made.SessionToken,
	})
}

func TestNoKeyDestroysVersions(t *testing.T) {
	v := newVersioned(t, "versions-kept")
	sums := map[string]policy.Access{
		"readwrite": policy.ReadWrite, "readonly": policy.ReadOnly, "writeonly": policy.WriteOnly, "deleting": policy.Delete,
	}
	for name, access := range sums {
		v.destroysNothing(name, access, v.key("versions-"+name, v.document(access, "")))
		v.destroysNothing(name+" below a prefix, as a session", access, v.session(v.document(access, "in")))
	}
}

func (v *versioned) destroysNothing(name string, access policy.Access, c *miniogo.Client) {
	v.Helper()
	const object = "in/x"
	version := v.old(object)
	if err := c.RemoveObject(v.Context(), v.bucket, object, miniogo.RemoveObjectOptions{VersionID: version}); !denied(err) {
		v.Errorf("%s: deleting a version: %v", name, err)
	}
	several := make(chan miniogo.ObjectInfo, 1)
	several <- miniogo.ObjectInfo{Key: object, VersionID: version}
	close(several)
	failed := 0
	for f := range c.RemoveObjects(v.Context(), v.bucket, several, miniogo.RemoveObjectsOptions{}) {
		if failed++; !denied(f.Err) {
			v.Errorf("%s: deleting versions: %v", name, f.Err)
		}
	}
	if status := v.putOver(c, object, version); status != http.StatusForbidden || failed != 1 {
		v.Errorf("%s: replacing a version answers %d; deleting versions failed %d times, want once", name, status, failed)
	}
	v.keep(object, version, name)
	// What the key is for works as before.
	_, err := c.PutObject(v.Context(), v.bucket, object, strings.NewReader("new"), 3, miniogo.PutObjectOptions{})
	v.wantAllowed(name+" puts", access&policy.Write != 0, err)
	_, err = read(v.Context(), c, v.bucket, object, "")
	v.wantAllowed(name+" gets", access&policy.Read != 0, err)
	err = c.RemoveObject(v.Context(), v.bucket, object, miniogo.RemoveObjectOptions{})
	v.wantAllowed(name+" deletes", access&policy.Delete != 0, err)
	v.keep(object, version, name+" deleted the object")
}

func (v *versioned) wantAllowed(what string, want bool, err error) {
	v.Helper()
	if (err == nil) != want || err != nil && !denied(err) {
		v.Errorf("%s: want it allowed: %v, got %v", what, want, err)
	}
}

func denied(err error) bool { return miniogo.ToErrorResponse(err).Code == miniogo.AccessDenied }

func TestAStatementThatAsksForVersionsGetsThem(t *testing.T) {
	v := newVersioned(t, "versions-asked")
	asked := policy.Statement{Effect: policy.Allow, Action: []string{"s3:DeleteObjectVersion"}, Resource: []string{"arn:aws:s3:::" + v.bucket + "/tmp/*"}}
	c := v.key("versions-asked", v.document(policy.ReadWrite, "", asked))
	version := v.old("tmp/x")
	must(t, c.RemoveObject(t.Context(), v.bucket, "tmp/x", miniogo.RemoveObjectOptions{VersionID: version}))
	if _, err := read(t.Context(), v.root, v.bucket, "tmp/x", version); err == nil {
		t.Error("the version is still there")
	}
	version = v.old("other")
	if err := c.RemoveObject(t.Context(), v.bucket, "other", miniogo.RemoveObjectOptions{VersionID: version}); !denied(err) {
		t.Errorf("deleting a version for which it was not asked: %v", err)
	}
	v.keep("other", version, "a statement about other keys")
}

// TestWhatMinIOImpliesAllTheSame is what docs/minio.md warns of; where it fails, a server does better, and the page can say so.
func TestWhatMinIOImpliesAllTheSame(t *testing.T) {
	v := newVersioned(t, "versions-implied")
	c := v.key("versions-implied", v.document(policy.ReadWrite, ""))
	version := v.old("in/x")
	if got, err := read(t.Context(), c, v.bucket, "in/x", version); err != nil || got != "old" {
		t.Errorf("reading an old version: %q, %v", got, err)
	}
	must(t, c.RemoveObject(t.Context(), v.bucket, "in", miniogo.RemoveObjectOptions{ForceDelete: true}))
	if got, err := read(t.Context(), v.root, v.bucket, "in/x", version); err == nil {
		t.Errorf("a forced deletion left the version %q", got)
	}
}
