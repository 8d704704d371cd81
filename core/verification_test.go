package core_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// lyingSystem is a system that answers probes late, and in which something becomes of the policies that it was told.
type lyingSystem struct {
	driver.Driver
	// late is how many probes are answered as if the key were not known yet.
	late atomic.Int32
}

// become changes the policies of a user.
func (l *lyingSystem) become(t *testing.T, user string, change func(policy.Document) policy.Document) {
	t.Helper()
	principal := driver.UserPrincipal(user)
	for name, err := range l.ListPolicies(t.Context(), driver.ListPoliciesRequest{Principal: principal}) {
		must(t, err)
		found, err := l.GetPolicy(t.Context(), driver.GetPolicyRequest{Principal: principal, Name: name})
		must(t, err)
		document, err := policy.Parse([]byte(found.Document))
		must(t, err)
		must(t, l.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: principal, Name: name, Document: change(document).JSON()}))
	}
}

// as is the system for a key.
func (l *lyingSystem) as(t *testing.T, system *memory.System, key driver.Credentials) *core.Engine {
	t.Helper()
	d, err := system.Open(t.Context(), driver.Config{Credentials: &key})
	must(t, err)
	e, err := core.New(t.Context(), &lateProbes{d, &l.late}, core.WithSleep(func(context.Context, time.Duration) error { return nil }))
	must(t, err)
	return e
}

type lateProbes struct {
	driver.Driver
	late *atomic.Int32
}

func (l *lateProbes) Probe(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	if n := l.late.Add(-1); n >= 0 {
		if n%2 == 0 {
			return driver.ProbeAnswer{}, nil
		}
		return driver.ProbeAnswer{}, fault.New(fault.Unauthenticated, "the key is not known")
	}
	return l.Driver.Probe(ctx, req)
}

// lie is what a system makes of a policy, and what the key is then.
type lie struct {
	name   string
	want   core.Verdict
	change func(policy.Document) policy.Document
}

// lies are about the grants of the test: read-only under a/ of one bucket, write-only in another one.
func lies(inA, inB, other string) []lie {
	allow := func(action, resource string) func(policy.Document) policy.Document {
		return func(d policy.Document) policy.Document {
			d.Statement = append(slices.Clone(d.Statement), policy.Statement{Effect: policy.Allow, Action: []string{action}, Resource: []string{resource}})
			return d
		}
	}
	replace := func(old, with string) func(policy.Document) policy.Document {
		return func(d policy.Document) policy.Document {
			changed, err := policy.Parse([]byte(strings.ReplaceAll(d.JSON(), old, with)))
			if err != nil {
				panic(err)
			}
			return changed
		}
	}
	nothing := func(policy.Document) policy.Document {
		return policy.Document{Version: policy.Version, Statement: []policy.Statement{{Effect: policy.Deny, Action: []string{"*"}, Resource: []string{"*"}}}}
	}
	return []lie{
		{"none", core.AsAsked, nil},
		{"everything", core.Wider, allow("*", "*")},
		{"a prefix that is lost", core.Wider, replace("a/*", "*")},
		{"a prefix without its slash", core.Wider, replace("/a/*", "/a*")},
		{"a verb more", core.Wider, allow("s3:PutObject", "arn:aws:s3:::"+inA+"/a/*")},
		{"a deletion", core.Wider, allow("s3:DeleteObject", "arn:aws:s3:::"+inB+"/*")},
		{"another bucket", core.Wider, allow("s3:ListBucket", "arn:aws:s3:::"+other)},
		{"old versions", core.Wider, allow("s3:DeleteObjectVersion", "arn:aws:s3:::"+inB+"/*")},
		{"the bucket's policy", core.Wider, allow("s3:GetBucketPolicy", "arn:aws:s3:::"+inA)},
		{"users", core.Wider, allow("iam:*", "*")},
		{"forgotten", core.Narrower, nothing},
		{"a verb less", core.Narrower, replace(`"s3:GetObject"`, `"s3:GetObjectTorrent"`)},
		{"no writing", core.Narrower, replace(`"s3:PutObject"`, `"s3:PutObjectTagging2"`)},
		{"no listing", core.Narrower, replace(`"s3:ListBucket"`, `"s3:ListBucketMultipartUploads"`)},
		{"another prefix", core.Narrower, replace("/a/*", "/b/*")},
	}
}

// TestVerifyFindsLies gives keys on systems that widen, narrow, forget and delay what they are told: each lie is found, and there is no
// false alarm.
func TestVerifyFindsLies(t *testing.T) {
	t.Parallel()
	first := rand.Uint64()
	t.Logf("seeds from %d", first)
	for n := range uint64(200) {
		random := rand.New(rand.NewPCG(first+n, 0))
		inA, inB, other := fmt.Sprintf("one%d", n), fmt.Sprintf("two%d", n), fmt.Sprintf("zoo%d", n)
		all := lies(inA, inB, other)
		l := all[random.IntN(len(all))]
		system := memory.New(memory.Options{})
		root := system.Root()
		d, err := system.Open(t.Context(), driver.Config{Credentials: &root})
		must(t, err)
		lying := &lyingSystem{Driver: d}
		options := core.CreateOptions{UserName: "user", CreateBuckets: true, PermissionsBoundary: core.NoBoundary, Grants: []policy.Grant{
			{Bucket: inA, Prefix: "a/", Access: policy.ReadOnly}, {Bucket: inB, Access: policy.WriteOnly},
		}}
		must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: other}))
		_, result := create(t, engine(t, d), options)
		_, err = d.PutObject(t.Context(), driver.PutObjectRequest{Bucket: inA, Key: "a/there", Body: strings.NewReader("x")})
		must(t, err)
		key := driver.Credentials{AccessKeyID: result.AccessKey.AccessKeyID, SecretAccessKey: result.AccessKey.SecretAccessKey}
		if l.change != nil {
			lying.become(t, "user", l.change)
		}
		lying.late.Store(int32(random.IntN(16)))
		found, err := lying.as(t, system, key).VerifyWithin(t.Context(), options, other, 20*time.Second)
		if err != nil || found.Verdict() != l.want {
			t.Errorf("seed %d, %s: got %s, %v, want %s: %v", first+n, l.name, found.Verdict(), err, l.want, append(found.With(core.Wider), found.With(core.Narrower)...))
		}
		if len(found.Probes) > 2*60 {
			t.Errorf("%d probes", len(found.Probes))
		}
		if got := snapshot(t, d); strings.Contains(strings.Join(got, " "), "probe") {
			t.Errorf("seed %d: left behind: %v", first+n, got)
		}
	}
}

// TestVerifyHandsOnTheCaveat has keys that may make further keys for their user, which no probe of another user shows.
func TestVerifyHandsOnTheCaveat(t *testing.T) {
	for _, serves := range []bool{true, false} {
		system := memory.New(memory.Options{SelfService: serves})
		root := system.Root()
		d, err := system.Open(t.Context(), driver.Config{Credentials: &root})
		must(t, err)
		options := core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann"}
		_, result := create(t, engine(t, d), options)
		key := driver.Credentials{AccessKeyID: result.AccessKey.AccessKeyID, SecretAccessKey: result.AccessKey.SecretAccessKey}
		found, err := (&lyingSystem{Driver: d}).as(t, system, key).Verify(t.Context(), options, "")
		must(t, err)
		said := slices.ContainsFunc(found.Probes, func(p core.Probe) bool { return p.Caveat != "" && p.Caveat == result.AccessKey.Caveat })
		if said != serves || found.Verdict() != core.AsAsked {
			t.Errorf("a system whose keys serve themselves (%v): %v, %v", serves, found.Verdict(), found.Probes)
		}
	}
}

// TestWhatIsPermittedUnaskedHasAReason reads with a key for writing in a bucket that is public.
func TestWhatIsPermittedUnaskedHasAReason(t *testing.T) {
	system := memory.New(memory.Options{})
	root := system.Root()
	d, err := system.Open(t.Context(), driver.Config{Credentials: &root})
	must(t, err)
	options := core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann", Access: policy.WriteOnly, Public: true}
	_, result := create(t, engine(t, d), options)
	key := driver.Credentials{AccessKeyID: result.AccessKey.AccessKeyID, SecretAccessKey: result.AccessKey.SecretAccessKey}
	found, err := (&lyingSystem{Driver: d}).as(t, system, key).Verify(t.Context(), options, "")
	must(t, err)
	unasked := 0
	for _, p := range found.With(core.AsAsked) {
		if p.Allowed == p.Expected {
			continue
		}
		if unasked++; p.Reason != "anybody may read it" {
			t.Errorf("%s is allowed because %q", p.Action, p.Reason)
		}
	}
	if unasked == 0 {
		t.Errorf("nothing was permitted unasked: %v", found.Probes)
	}
}
