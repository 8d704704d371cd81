//go:build systems

package minio_test

import (
	"errors"
	"testing"

	"github.com/minio/madmin-go/v3"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// makeGroup makes a group with a policy and a user in it, until the test ends.
func makeGroup(t *testing.T, s *systems.System, group, member, canned string) {
	t.Helper()
	admin := adminClient(t, s, root(s))
	makeUser(t, open(t, s, root(s)), member)
	must(t, admin.UpdateGroupMembers(t.Context(), madmin.GroupAddRemove{Group: group, Members: []string{member}}))
	_, err := admin.AttachPolicy(t.Context(), madmin.PolicyAssociationReq{Policies: []string{canned}, Group: group})
	must(t, err)
}

// A group that is switched off gives its users nothing.
func TestAGroupThatIsOffHasNoPolicies(t *testing.T) {
	s := systems.MinIO(t)
	d, admin := open(t, s, root(s)), adminClient(t, s, root(s))
	makeGroup(t, s, "night-shift", "night-watch", "readonly")
	for _, c := range []struct {
		status madmin.GroupStatus
		want   int
	}{{madmin.GroupEnabled, 1}, {madmin.GroupDisabled, 0}} {
		must(t, admin.SetGroupStatus(t.Context(), "night-shift", c.status))
		attached := 0
		for _, err := range d.ListAttachedPolicies(t.Context(), driver.ListPoliciesRequest{Principal: driver.GroupPrincipal("night-shift")}) {
			must(t, err)
			attached++
		}
		if attached != c.want {
			t.Errorf("a group that is %s has %d policies, want %d", c.status, attached, c.want)
		}
	}
	_, err := d.GetPolicy(t.Context(), driver.GetPolicyRequest{Principal: driver.GroupPrincipal("night-shift"), Name: "p"})
	if !errors.Is(err, fault.NotFound) {
		t.Errorf("a policy of a group's own: %v", err)
	}
}
