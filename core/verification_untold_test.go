package core_test

import (
	"context"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// untelling says of every object that is missing that it is, as Ceph says to a session, whether it may be read or not.
type untelling struct{ driver.Driver }

func (u *untelling) Probe(ctx context.Context, req driver.ProbeRequest) (driver.ProbeAnswer, error) {
	if req.Action == "s3:GetObject" && !strings.HasSuffix(req.Key, "there") {
		return driver.ProbeAnswer{}, fault.New(fault.NotFound, "there is no such object")
	}
	return u.Driver.Probe(ctx, req)
}

// TestVerifyReadsWhatIsThere has a key that may list and not read, on a system that tells nothing of what is missing: it is found out with an
// object that is there, and otherwise it is said that nothing was found out.
func TestVerifyReadsWhatIsThere(t *testing.T) {
	for name, c := range map[string]struct {
		object bool
		access policy.Access
		want   core.Verdict
		untold int
	}{
		"it may not read":             {true, policy.List, core.Narrower, 0},
		"it may read":                 {true, policy.ReadOnly, core.AsAsked, 0},
		"there is nothing to be read": {false, policy.List, core.AsAsked, 1},
	} {
		system := memory.New(memory.Options{})
		root := system.Root()
		d, err := system.Open(t.Context(), driver.Config{Credentials: &root})
		must(t, err)
		options := core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann", Access: c.access}
		_, result := create(t, engine(t, d), options)
		if c.object {
			_, err = d.PutObject(t.Context(), driver.PutObjectRequest{Bucket: "one", Key: "there", Body: strings.NewReader("x")})
			must(t, err)
		}
		own, err := system.Open(t.Context(), driver.Config{Credentials: &driver.Credentials{AccessKeyID: result.AccessKey.AccessKeyID, SecretAccessKey: result.AccessKey.SecretAccessKey}})
		must(t, err)
		options.Access = policy.ReadOnly
		found, err := engine(t, &untelling{own}).Verify(t.Context(), options, "")
		must(t, err)
		untold := 0
		for _, p := range found.With(core.Untold) {
			if p.Expected && p.Reason != "" {
				untold++
			}
		}
		if found.Verdict() != c.want || c.want == core.AsAsked && untold != c.untold {
			t.Errorf("%s: %s with %d of what is expected untold, want %s with %d: %v", name, found.Verdict(), untold, c.want, c.untold, found.Probes)
		}
	}
}
