package core_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// keyless is a driver whose answer to making a key is lost: made, or not made.
type keyless struct {
	driver.Driver
	made bool
}

func (d keyless) CreateAccessKey(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	if d.made {
		_, _ = d.Driver.CreateAccessKey(ctx, req)
	}
	return driver.AccessKey{}, errGone
}

// TestAKeyThatNobodyKnows loses the answer to making a key, of a user who was there before and of a new one, while another run
// makes one for the same user, or none does. No key of theirs is deleted, and all new ones are named by their ids.
func TestAKeyThatNobodyKnows(t *testing.T) {
	for _, user := range []string{"known", "new"} {
		for _, made := range []bool{false, true} {
			for _, other := range []bool{false, true} {
				if user == "known" && made && other {
					continue // a user has two keys at most
				}
				d := openInterrupted(t, "with policies of users")
				create(t, engine(t, d), core.CreateOptions{Buckets: []string{"there"}, CreateBuckets: true, UserName: "known"})
				e := engine(t, keyless{d, made})
				before := snapshot(t, d)
				plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"there", "fresh"}, CreateBuckets: true, UserName: user, ReplacePolicy: true})
				must(t, err)
				_, err = e.Apply(t.Context(), plan, func(s core.Step, _ core.Outcome) {
					if other && s.Resource.Name == "s3.read-write.fresh" {
						d.before("ListAccessKeys", func() {
							_, err := d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: user})
							must(t, err)
						})
					}
				})
				after := snapshot(t, d)
				if !made && !other {
					if diff := cmp.Diff(before, after); diff != "" {
						t.Errorf("user %s: the system is not as it was (-before +after):\n%s", user, diff)
					}
					continue
				}
				checkAftermath(t, plan.Steps[len(plan.Steps)-1], killed, before, after, err)
				wantKeysNamed(t, e, user, before, err, map[bool]int{true: 1}[made]+map[bool]int{true: 1}[other])
				if _, err := e.HeadBucket(t.Context(), driver.HeadBucketRequest{Bucket: "fresh"}); err != nil {
					t.Errorf("the bucket that the key is for: %v", err)
				}
			}
		}
	}
}

// wantKeysNamed fails the test unless the user has so many new keys, and the error names each.
func wantKeysNamed(t *testing.T, e *core.Engine, user string, before []string, err error, want int) {
	t.Helper()
	old, found := strings.Join(before, "\n"), 0
	for key, listErr := range e.ListAccessKeys(t.Context(), driver.ListAccessKeysRequest{UserName: user}) {
		must(t, listErr)
		if strings.Contains(old, key.AccessKeyID) {
			continue
		}
		if found++; !strings.Contains(err.Error(), key.AccessKeyID) {
			t.Errorf("the key %s is not named: %v", key.AccessKeyID, err)
		}
	}
	if found != want {
		t.Errorf("user %s has %d new keys, want %d: %v", user, found, want, err)
	}
}

// unhurried is a system that needs a second to make a key, and whose answer is lost if it is not waited for.
type unhurried struct{ driver.Driver }

func (d unhurried) CreateAccessKey(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	key, err := d.Driver.CreateAccessKey(ctx, req)
	select {
	case <-time.After(time.Second):
		return key, err
	case <-ctx.Done():
		return driver.AccessKey{}, ctx.Err()
	}
}

// TestAnInterruptedRunKnowsItsKey interrupts a run while its key is made: the answer is waited for, so all is undone.
func TestAnInterruptedRunKnowsItsKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := open(t, memory.Options{})
		before := snapshot(t, d)
		e := engine(t, unhurried{d})
		ctx, cancel := context.WithCancel(t.Context())
		plan, err := e.PlanCreate(ctx, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true})
		must(t, err)
		time.AfterFunc(time.Second/2, cancel)
		_, err = e.Apply(ctx, plan, nil)
		wantOrphans(t, err)
		if diff := cmp.Diff(before, snapshot(t, d)); diff != "" || !strings.HasPrefix(err.Error(), "interrupted; undone: ") {
			t.Errorf("%v (-before +after):\n%s", err, diff)
		}
	})
}
