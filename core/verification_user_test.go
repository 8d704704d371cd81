package core_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// TestVerifyUser tries new keys of users: as they should be, late, of another user, and with other access than the policies say.
func TestVerifyUser(t *testing.T) {
	for kind, options := range map[string]memory.Options{"with policies of users": {}, "with bucket policies": kinds["with bucket policies"]} {
		for name, c := range map[string]struct {
			want core.Verdict
			code fault.Code
			late int32
			lie  func(*rotation)
			user string
		}{
			"as it should be": {want: core.AsAsked},
			"late":            {want: core.AsAsked, late: 9},
			"of another":      {code: fault.Unauthenticated, user: "bob"},
			"off":             {code: fault.Unauthenticated, lie: func(r *rotation) { r.status(0, driver.KeyInactive) }},
			"narrower": {want: core.Narrower, lie: func(r *rotation) {
				putBucketPolicy(r.T, r.e, "one", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::one/*"}]}`)
			}},
			"wider": {want: core.Wider, lie: func(r *rotation) {
				putBucketPolicy(r.T, r.e, "two", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::two/*"}]}`)
			}},
		} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				in(t, options, nil, func(t *testing.T, r *rotation) {
					must(t, r.d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "two"}))
					create(t, r.e, core.CreateOptions{Buckets: []string{"three"}, CreateBuckets: true, UserName: "bob"})
					access, err := r.e.AccessOf(t.Context(), map[bool]string{true: c.user, false: "ann"}[c.user != ""])
					must(t, err)
					if c.lie != nil {
						c.lie(r)
					}
					lying := &lyingSystem{Driver: r.d}
					lying.late.Store(c.late)
					key := driver.Credentials{AccessKeyID: r.keys[0].AccessKeyID, SecretAccessKey: r.keys[0].SecretAccessKey}
					found, err := lying.as(t, r.system, key).VerifyUserWithin(t.Context(), access, "two", 20*time.Second)
					if fault.CodeOf(err) != c.code || err == nil && found.Verdict() != c.want {
						t.Errorf("%s, %v, want %s %s: %v", found.Verdict(), err, c.want, c.code, append(found.With(core.Wider), found.With(core.Narrower)...))
					}
				})
			})
		}
	}
}

// TestVerifyUserWithABoundary expects nothing that the boundary does not allow.
func TestVerifyUserWithABoundary(t *testing.T) {
	in(t, memory.Options{}, nil, func(t *testing.T, r *rotation) {
		bound := r.e.Description().Boundaries.ReadOnly
		_, result := create(t, r.e, core.CreateOptions{Buckets: []string{"one"}, UserName: "bob", PermissionsBoundary: bound})
		access, err := r.e.AccessOf(t.Context(), "bob")
		must(t, err)
		if access.Boundary == nil {
			t.Fatalf("the boundary is not known: %v", access.Unknown)
		}
		key := driver.Credentials{AccessKeyID: result.AccessKey.AccessKeyID, SecretAccessKey: result.AccessKey.SecretAccessKey}
		found, err := (&lyingSystem{Driver: r.d}).as(t, r.system, key).VerifyUserWithin(t.Context(), access, "", time.Second)
		if err != nil || found.Verdict() != core.AsAsked {
			t.Errorf("%s, %v: %v", found.Verdict(), err, append(found.With(core.Wider), found.With(core.Narrower)...))
		}
	})
}

// TestAKeyThatIsNotProvenIsUndone undoes a new key, and leaves the others as they are.
func TestAKeyThatIsNotProvenIsUndone(t *testing.T) {
	in(t, memory.Options{}, nil, func(t *testing.T, r *rotation) {
		before := snapshot(t, r.d)
		plan, err := r.e.PlanRotate(t.Context(), "ann", core.RotateOptions{})
		must(t, err)
		applied, err := r.e.Apply(t.Context(), plan, nil)
		must(t, err)
		err = applied.Rollback(t.Context(), "the verification", errors.New("the key does not work"))
		wantOrphans(t, err)
		if after := snapshot(t, r.d); !slices.Equal(before, after) {
			t.Errorf("it is not as before: %s", cmp.Diff(before, after))
		}
		must(t, r.use(0))
	})
}
