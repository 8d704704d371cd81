package core_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

const wholeBuckets = "with rights in buckets and one key a user"

// TestRightsAreNeverWider asks for what rights in whole buckets give, and for what would become wider.
func TestRightsAreNeverWider(t *testing.T) {
	for name, c := range map[string]struct {
		options core.CreateOptions
		want    driver.BucketGrant
	}{
		"read-write":   {core.CreateOptions{}, driver.BucketGrant{Bucket: "one", Read: true, Write: true}},
		"read-only":    {core.CreateOptions{Access: policy.ReadOnly}, driver.BucketGrant{Bucket: "one", Read: true}},
		"write+delete": {core.CreateOptions{Access: policy.Write | policy.Delete}, driver.BucketGrant{Bucket: "one", Write: true}},
		"write-only":   {core.CreateOptions{Access: policy.WriteOnly}, driver.BucketGrant{}},
		"read":         {core.CreateOptions{Access: policy.Read}, driver.BucketGrant{}},
		"prefix":       {core.CreateOptions{Access: policy.ReadOnly, Prefix: "in/"}, driver.BucketGrant{}},
		"owner's policy": {core.CreateOptions{Policy: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:DeleteBucket","s3:GetBucketCORS","s3:PutBucketCORS","s3:GetBucketWebsite",
			"s3:PutBucketWebsite","s3:DeleteBucketWebsite","s3:GetLifecycleConfiguration","s3:PutLifecycleConfiguration"],"Resource":"arn:aws:s3:::one"}}`}, driver.BucketGrant{}},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, kinds[wholeBuckets])
			e := engine(t, d)
			c.options.Buckets, c.options.CreateBuckets = []string{"one"}, true
			if c.want.IsNone() {
				before := snapshot(t, d)
				_, err := e.PlanCreate(t.Context(), c.options)
				var refused *fault.Error
				if !errors.As(err, &refused) || refused.Code != fault.Unsupported || refused.Hint != fault.HintWholeBucket || len(before) != len(snapshot(t, d)) {
					t.Errorf("not refused: %v", err)
				}
				return
			}
			_, result := create(t, e, c.options)
			for g, err := range d.ListGrants(t.Context(), driver.ListGrantsRequest{UserName: result.AccessKey.UserName}) {
				must(t, err)
				if g != c.want {
					t.Errorf("granted is %+v, want %+v", g, c.want)
				}
			}
		})
	}
}

// TestTemporaryCredentialsAreAUserThatEnds makes two at once, and finds them when they have ended.
func TestTemporaryCredentialsAreAUserThatEnds(t *testing.T) {
	e := engine(t, open(t, kinds[wholeBuckets]))
	var users []string
	for range 2 {
		_, result := create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, Access: policy.ReadOnly, DurationSeconds: 3600})
		if result.Session != nil || result.AccessKey == nil || !strings.HasPrefix(result.AccessKey.UserName, "s3.read-only.one,until-") {
			t.Fatalf("made is %+v", result)
		}
		if left := time.Until(result.AccessKey.Expires); left < 58*time.Minute || left > 61*time.Minute {
			t.Errorf("it ends in %s", left)
		}
		end, err := e.AccessEnds(t.Context(), result.AccessKey.UserName)
		must(t, err)
		if !end.Equal(result.AccessKey.Expires) {
			t.Errorf("the access ends at %s, the key at %s", end, result.AccessKey.Expires)
		}
		users = append(users, result.AccessKey.UserName)
	}
	if users[0] == users[1] {
		t.Errorf("both have the name %s", users[0])
	}
	pruning, err := e.PlanPrune(t.Context(), users[0], core.PruneOptions{Expired: true, ByName: true})
	if must(t, err); pruning != nil {
		t.Errorf("it has not ended, and would be deleted: %+v", pruning)
	}
	_, err = e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, DurationSeconds: 60})
	wantCode(t, err, fault.InvalidArgument)
}

// TestRightsAreListed shows what users may, and whose access is not known.
func TestRightsAreListed(t *testing.T) {
	e := engine(t, open(t, kinds[wholeBuckets]))
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann", Access: policy.ReadOnly})
	wantGrants(t, e, "ann", "s3.read-only.one")
	var rows []core.AccessRow
	for r, err := range e.ListAccess(t.Context(), core.AccessOptions{Users: []string{"ann"}}) {
		must(t, err)
		rows = append(rows, r)
	}
	if len(rows) != 1 || rows[0].Bucket != "one" || rows[0].Access != policy.ReadOnly || rows[0].Unknown != "" {
		t.Errorf("the access is %+v", rows)
	}
}
