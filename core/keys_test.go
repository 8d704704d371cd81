package core_test

import (
	"context"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// TestKeysOfAUser switches a key off and on, and deletes it.
func TestKeysOfAUser(t *testing.T) {
	d := open(t, memory.Options{})
	e := engine(t, d)
	_, result := create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann"})
	id := result.AccessKey.AccessKeyID
	status := func(want string) {
		t.Helper()
		for key, err := range e.ListAccessKeys(t.Context(), driver.ListAccessKeysRequest{UserName: "ann"}) {
			if must(t, err); key.Status != want {
				t.Errorf("the status is %s, want %s", key.Status, want)
			}
		}
	}
	for _, want := range []string{driver.KeyInactive, driver.KeyInactive, driver.KeyActive} {
		plan, err := e.PlanSetKeyStatus(t.Context(), "ann", id, want)
		must(t, err)
		_, err = e.Apply(t.Context(), plan, nil)
		must(t, err)
		status(want)
	}
	for _, c := range []struct {
		user, id, status string
		want             fault.Code
	}{
		{"ann", "AKIANONE", driver.KeyInactive, fault.NotFound}, {"bob", id, driver.KeyInactive, fault.NotFound}, {"ann", id, "off", fault.InvalidArgument},
	} {
		_, err := e.PlanSetKeyStatus(t.Context(), c.user, c.id, c.status)
		wantCode(t, err, c.want)
		if c.want == fault.NotFound {
			_, err = e.PlanDeleteKey(t.Context(), c.user, c.id)
			wantCode(t, err, fault.NotFound)
		}
	}
	_, err := engine(t, asKey{d, id}).PlanDeleteKey(t.Context(), "ann", id)
	wantCode(t, err, fault.FailedPrecondition)
	plan, err := e.PlanDeleteKey(t.Context(), "ann", id)
	must(t, err)
	_, err = e.Apply(t.Context(), plan, nil)
	must(t, err)
	_, err = e.PlanDeleteKey(t.Context(), "ann", id)
	wantCode(t, err, fault.NotFound)
}

// TestAKeyThatWorksAgainIsNotDeleted switches a key on between the plan to delete it and the deletion.
func TestAKeyThatWorksAgainIsNotDeleted(t *testing.T) {
	d := open(t, memory.Options{})
	e := engine(t, d)
	_, result := create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann"})
	key := driver.SetAccessKeyStatusRequest{UserName: "ann", AccessKeyID: result.AccessKey.AccessKeyID, Status: driver.KeyInactive}
	must(t, d.SetAccessKeyStatus(t.Context(), key))
	plan, err := e.PlanDeleteKey(t.Context(), "ann", key.AccessKeyID)
	must(t, err)
	key.Status = driver.KeyActive
	must(t, d.SetAccessKeyStatus(t.Context(), key))
	_, err = e.Apply(t.Context(), plan, nil)
	wantCode(t, err, fault.FailedPrecondition)
}

// TestKeysWithoutAStatus asks for what the system does not have.
func TestKeysWithoutAStatus(t *testing.T) {
	e := engine(t, open(t, memory.Options{Without: []driver.Capability{driver.CapKeyStatus}}))
	_, err := e.PlanSetKeyStatus(t.Context(), "ann", "id", driver.KeyInactive)
	wantCode(t, err, fault.Unsupported)
	e = engine(t, open(t, kinds["with one key a user"]))
	_, err = e.PlanDeleteKey(t.Context(), "ann", "id")
	wantCode(t, err, fault.Unsupported)
}

// asKey is a system that tells with which key the caller works.
type asKey struct {
	driver.Driver
	id string
}

func (d asKey) WhoAmI(context.Context) (driver.Caller, error) {
	return driver.Caller{UserID: d.id}, nil
}

// TestAUserThatIsItsKeyGetsNoOther says so, whether there is such a user or not.
func TestAUserThatIsItsKeyGetsNoOther(t *testing.T) {
	e := engine(t, open(t, kinds[wholeBuckets]))
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann"})
	for _, user := range []string{"ann", "bob"} {
		_, err := e.PlanCreateKey(t.Context(), user)
		wantCode(t, err, fault.Unsupported)
	}
}
