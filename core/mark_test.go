package core_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// TestWhereNothingHasTagsPoliciesSayWhoMadeAUser on a system like Ceph.
func TestWhereNothingHasTagsPoliciesSayWhoMadeAUser(t *testing.T) {
	d := open(t, memory.Options{Without: []driver.Capability{driver.CapUserTags, driver.CapKeyTags, driver.CapKeyExpiry, driver.CapKeyUse}})
	e := tagging(t, d)
	must(t, e.CheckMine(false))
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ours"})
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "ours"}) // the access is the same: the mark is no change
	create(t, engine(t, d), core.CreateOptions{Buckets: []string{"one"}, UserName: "unmarked"})
	makeForeign(t, d, "copied", nil, true)
	must(t, d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: driver.UserPrincipal("copied"), Name: "s3.read-write.one", Document: policyOf(t, d, "ours")}))
	if got, want := mine(t, e, false), []string{"ours"}; !slices.Equal(got, want) {
		t.Errorf("%q are ours, not %q", got, want)
	}
	origin, _, err := e.UserOrigin(t.Context(), "ours")
	must(t, err)
	who, err := e.WhoAmI(t.Context())
	must(t, err)
	if origin.By != who.ARN || origin.By == "" || origin.Version != "1.2" || time.Since(origin.At) > time.Minute {
		t.Errorf("the mark says %+v", origin)
	}
}

// TestWhereNothingSaysWhoMadeAUserNamesDo on a system that has neither tags nor policies of users.
func TestWhereNothingSaysWhoMadeAUserNamesDo(t *testing.T) {
	e := tagging(t, open(t, memory.Options{Without: []driver.Capability{driver.CapUserTags, driver.CapKeyTags, driver.CapPolicyInline}}))
	if err := e.CheckMine(false); fault.HintOf(err) != fault.HintByName || !strings.Contains(err.Error(), "tags") {
		t.Errorf("got %v", err)
	}
}
