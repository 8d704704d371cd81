package core_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// later is a system on which so much time has passed since its keys were made, and some were used: what was to end has ended.
type later struct {
	driver.Driver
	passed time.Duration
	used   map[string]time.Time
	// deletes says that the system deletes keys that have ended, as MinIO does.
	deletes bool
}

func (l later) ListAccessKeys(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
	return func(yield func(driver.AccessKey, error) bool) {
		for key, err := range l.Driver.ListAccessKeys(ctx, req) {
			key.Created = key.Created.Add(-l.passed)
			if !key.Expires.IsZero() {
				key.Expires = key.Expires.Add(-l.passed)
				if l.deletes && key.Expires.Before(time.Now()) {
					continue
				}
			}
			if !yield(key, err) {
				return
			}
		}
	}
}

func (l later) GetAccessKeyUse(_ context.Context, req driver.GetAccessKeyUseRequest) (driver.AccessKeyUse, error) {
	return driver.AccessKeyUse{Date: l.used[req.UserName]}, nil
}

// ended is a policy that ended long ago.
const ended = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::$!BUCKET_NAME!$/*",` +
	`"Condition":{"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}}]}`

// pruned are the users that are to be deleted.
func pruned(t *testing.T, e *core.Engine, o core.PruneOptions) []string {
	t.Helper()
	var names []string
	for user, err := range e.ListUsers(t.Context()) {
		must(t, err)
		p, err := e.PlanPrune(t.Context(), user.Name, o)
		must(t, err)
		if p != nil {
			names = append(names, p.User)
		}
	}
	slices.Sort(names)
	return names
}

func wantPruned(t *testing.T, e *core.Engine, o core.PruneOptions, want ...string) {
	t.Helper()
	if got := pruned(t, e, o); !slices.Equal(got, want) {
		t.Errorf("with %+v, %q are to be deleted, not %q", o, got, want)
	}
}

func TestPruneExpiredWherePoliciesEnd(t *testing.T) {
	d := open(t, memory.Options{Without: []driver.Capability{driver.CapKeyExpiry}})
	e := tagging(t, d)
	end := time.Now().Add(time.Hour)
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ended", Policy: ended, Expires: end})
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "goes-on"})
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "ends-later", Expires: end})
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "extended", Policy: ended, Expires: end})
	create(t, e, core.CreateOptions{Buckets: []string{"two"}, CreateBuckets: true, UserName: "extended", ReplacePolicy: true})
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "attached", Policy: ended, Expires: end})
	must(t, d.AttachPolicy(t.Context(), driver.AttachPolicyRequest{Principal: driver.UserPrincipal("attached"), PolicyARN: managedARN(t, d)}))
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "named", Policy: ended, Expires: end})
	named, err := d.GetUser(t.Context(), driver.GetUserRequest{Name: "named"})
	must(t, err)
	must(t, d.PutBucketSetting(t.Context(), driver.PutBucketSettingRequest{Bucket: "two", Value: driver.BucketSetting{Policy: &driver.BucketPolicy{
		Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + named.ARN + `"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::two/*"}]}`,
	}}}))
	// what a bucket denies everybody, as many do without TLS, gives nobody access
	must(t, d.PutBucketSetting(t.Context(), driver.PutBucketSettingRequest{Bucket: "one", Value: driver.BucketSetting{Policy: &driver.BucketPolicy{
		Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::one/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`,
	}}}))
	wantPruned(t, e, core.PruneOptions{Expired: true}, "ended")
	wantPruned(t, e, core.PruneOptions{Unused: core.LeastUnused})
	_, err = e.PlanRotate(t.Context(), "ended", core.RotateOptions{})
	wantCode(t, err, fault.FailedPrecondition)
	_, err = e.PlanRotate(t.Context(), "named", core.RotateOptions{})
	must(t, err)

	// without a mark, by its name
	untagged := engine(t, d)
	create(t, untagged, core.CreateOptions{Buckets: []string{"one"}, Policy: ended, Expires: end})
	create(t, untagged, core.CreateOptions{Buckets: []string{"one"}, UserName: "unmarked", Policy: ended, Expires: end})
	wantPruned(t, e, core.PruneOptions{Expired: true}, "ended")
	wantPruned(t, e, core.PruneOptions{Expired: true, ByName: true}, "ended", "s3.custom.one")
}

// managedARN is a managed policy that the system has.
func managedARN(t *testing.T, d driver.Driver) string {
	t.Helper()
	description, err := d.Describe(t.Context())
	must(t, err)
	return description.Boundaries.ReadOnly
}

func TestPruneExpiredWhereKeysEnd(t *testing.T) {
	d := open(t, memory.Options{Without: []driver.Capability{driver.CapUserTags}})
	e := tagging(t, d)
	end := time.Now().Add(time.Hour)
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ended", Expires: end})
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "goes-on"})
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "longer", Expires: end})
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "longer", Expires: end.AddDate(0, 0, 100)})
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "further", Expires: end})
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "further"})
	wantPruned(t, e, core.PruneOptions{Expired: true})
	wantPruned(t, tagging(t, later{Driver: d, passed: 48 * time.Hour}), core.PruneOptions{Expired: true}, "ended")
}

// TestPruneExpiredWhereEndedKeysAreGone knows by their policies which users were made to end.
func TestPruneExpiredWhereEndedKeysAreGone(t *testing.T) {
	d := open(t, memory.Options{Without: []driver.Capability{driver.CapUserTags}, MinKeySeconds: 1})
	e := tagging(t, d)
	soon, expired := time.Now().Add(62*time.Second), core.PruneOptions{Expired: true}
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ended", Expires: soon})
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "goes-on"})
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "further", Expires: soon})
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "further"}) // the access is the same: the mark is no change
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "changed", Expires: soon})
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "changed", Access: policy.ReadOnly, ReplacePolicy: true, Expires: soon})
	owner := driver.UserPrincipal("ended")
	found, err := d.GetPolicy(t.Context(), driver.GetPolicyRequest{Principal: owner, Name: "s3.read-write.one"})
	must(t, err)
	if !strings.Contains(found.Document, "s3-credentials;version=1.2;at=") {
		t.Fatalf("the policy has no mark: %s", found.Document)
	}
	if text := policyOf(t, d, "goes-on"); strings.Contains(text, "s3-credentials;") {
		t.Errorf("the policy of a user without an end has a mark: %s", text)
	}
	makeForeign(t, d, "copied", nil, true)
	must(t, d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: driver.UserPrincipal("copied"), Name: "s3.read-write.one", Document: found.Document}))

	// one whose key somebody deleted has not ended yet
	for key, err := range d.ListAccessKeys(t.Context(), driver.ListAccessKeysRequest{UserName: "changed"}) {
		must(t, err)
		must(t, d.DeleteAccessKey(t.Context(), driver.DeleteAccessKeyRequest{UserName: "changed", AccessKeyID: key.AccessKeyID}))
	}
	if got, want := mine(t, e, false), []string{"changed", "ended", "further", "goes-on"}; !slices.Equal(got, want) {
		t.Errorf("%q are ours, not %q", got, want)
	}
	wantPruned(t, tagging(t, later{Driver: d, passed: 48 * time.Hour, deletes: true}), expired)
	origin, _, err := tagging(t, later{Driver: d, passed: 48 * time.Hour, deletes: true}).UserOrigin(t.Context(), "ended")
	must(t, err)
	if !origin.Until.Equal(soon.Truncate(time.Second)) || origin.Version != "1.2" || time.Since(origin.At) > time.Minute {
		t.Errorf("the mark says %+v", origin)
	}
	over := past{later{Driver: d, passed: 48 * time.Hour, deletes: true}, soon}
	wantPruned(t, tagging(t, over), expired, "changed", "ended")
}

// past is a system whose policies were made long ago, too.
type past struct {
	later
	end time.Time
}

func (p past) GetPolicy(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
	found, err := p.later.GetPolicy(ctx, req)
	found.Document = strings.ReplaceAll(found.Document, p.end.UTC().Format(time.RFC3339), "2020-01-01T00:00:00Z")
	return found, err
}

func TestPruneUnused(t *testing.T) {
	d := open(t, memory.Options{})
	e := tagging(t, d)
	for _, user := range []string{"never", "lately", "long-ago", "two"} {
		create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: user})
	}
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "keyless"})
	for key, err := range d.ListAccessKeys(t.Context(), driver.ListAccessKeysRequest{UserName: "keyless"}) {
		must(t, err)
		must(t, d.DeleteAccessKey(t.Context(), driver.DeleteAccessKeyRequest{UserName: "keyless", AccessKeyID: key.AccessKeyID}))
	}
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "two"})
	now := time.Now()
	used := map[string]time.Time{"lately": now.Add(-time.Hour), "long-ago": now.AddDate(0, 0, -95), "two": now}
	in := tagging(t, later{d, 100 * 24 * time.Hour, used, false})
	wantPruned(t, in, core.PruneOptions{Unused: 90 * 24 * time.Hour}, "long-ago", "never")
	wantPruned(t, in, core.PruneOptions{Unused: 98 * 24 * time.Hour}, "never")
	wantPruned(t, in, core.PruneOptions{Unused: 101 * 24 * time.Hour})

	// a use between plan and deletion keeps the user, and so does a further key
	o := core.PruneOptions{Unused: 90 * 24 * time.Hour}
	p, err := in.PlanPrune(t.Context(), "never", o)
	must(t, err)
	must(t, in.StillPrune(t.Context(), p, o))
	used["never"] = now
	wantCode(t, in.StillPrune(t.Context(), p, o), fault.FailedPrecondition)
	delete(used, "never")
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "never"})
	wantCode(t, in.StillPrune(t.Context(), p, o), fault.FailedPrecondition)
}

// silent does not tell when keys were used, although its backend says that it does.
type silent struct{ driver.Driver }

func (silent) GetAccessKeyUse(context.Context, driver.GetAccessKeyUseRequest) (driver.AccessKeyUse, error) {
	return driver.AccessKeyUse{}, fault.New(fault.Unsupported, "no")
}

func TestPruneIsRefused(t *testing.T) {
	day := core.PruneOptions{Unused: core.LeastUnused}
	for name, c := range map[string]struct {
		without []driver.Capability
		options core.PruneOptions
		want    fault.Code
	}{
		"no reason":       {nil, core.PruneOptions{ByName: true}, fault.InvalidArgument},
		"an hour":         {nil, core.PruneOptions{Unused: time.Hour}, fault.InvalidArgument},
		"no use":          {[]driver.Capability{driver.CapKeyUse}, day, fault.Unsupported},
		"no use, expired": {[]driver.Capability{driver.CapKeyUse}, core.PruneOptions{Expired: true, Unused: core.LeastUnused}, fault.Unsupported},
		"no ends":         {[]driver.Capability{driver.CapKeyExpiry, driver.CapPolicyTime}, core.PruneOptions{Expired: true}, fault.Unsupported},
		"no tags":         {[]driver.Capability{driver.CapUserTags, driver.CapKeyTags, driver.CapPolicyInline}, day, fault.Unsupported},
	} {
		t.Run(name, func(t *testing.T) {
			e := engine(t, open(t, memory.Options{Without: c.without, Before: func(_ context.Context, method string) error {
				return fmt.Errorf("a request was sent: %s", method)
			}}))
			wantCode(t, e.CheckPrune(c.options), c.want)
			_, err := e.PlanPrune(t.Context(), "ann", c.options)
			wantCode(t, err, c.want)
		})
	}
	e := tagging(t, silent{open(t, memory.Options{})})
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann"})
	_, err := e.PlanPrune(t.Context(), "ann", day)
	wantCode(t, err, fault.Unsupported)
}
