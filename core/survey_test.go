package core_test

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// counting is a driver that counts what it is asked.
type counting struct {
	driver.Driver
	asked map[string]int
}

func (c *counting) note(what string, args ...any) { c.asked[fmt.Sprintf(what, args...)]++ }

func (c *counting) HeadBucket(ctx context.Context, req driver.HeadBucketRequest) (driver.BucketDetail, error) {
	c.note("bucket %s", req.Bucket)
	return c.Driver.HeadBucket(ctx, req)
}

func (c *counting) ListBuckets(ctx context.Context) iter.Seq2[driver.BucketInfo, error] {
	c.note("buckets")
	return c.Driver.ListBuckets(ctx)
}

func (c *counting) GetBucketSetting(ctx context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
	c.note("%s of %s", req.Setting, req.Bucket)
	return c.Driver.GetBucketSetting(ctx, req)
}

func (c *counting) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	c.note("user %s", req.Name)
	return c.Driver.GetUser(ctx, req)
}

func (c *counting) GetRole(ctx context.Context, req driver.GetRoleRequest) (driver.Role, error) {
	c.note("role %s", req.Name)
	return c.Driver.GetRole(ctx, req)
}

func (c *counting) WhoAmI(ctx context.Context) (driver.Caller, error) {
	c.note("caller")
	return c.Driver.WhoAmI(ctx)
}

func TestAPlanAsksForEachThingOnce(t *testing.T) {
	for kind, options := range kinds {
		description, err := open(t, options).Describe(t.Context())
		must(t, err)
		for name, run := range runs(description) {
			t.Run(kind+"/"+name, func(t *testing.T) {
				c := &counting{Driver: prepared(t, options), asked: map[string]int{}}
				_, err := engine(t, c).PlanCreate(t.Context(), run)
				must(t, err)
				for what, times := range c.asked {
					if times > 1 {
						t.Errorf("asked %d times for %s", times, what)
					}
				}
				if c.asked["bucket "+run.Buckets[0]] != 1 {
					t.Errorf("the bucket was not asked for: %v", c.asked)
				}
				for _, bucket := range []string{"one", "two", "new", "fresh"} { // none of them exists
					if c.asked["policy of "+bucket]+c.asked["public-access-block of "+bucket] > 0 {
						t.Errorf("a missing bucket was asked for its settings: %v", c.asked)
					}
				}
			})
		}
	}
}

// TestLocalChecksComeFirst plans what can be seen to be wrong without a request: none may be sent.
func TestLocalChecksComeFirst(t *testing.T) {
	buckets := []string{"there", "missing"}
	big := []policy.Statement{{Effect: policy.Allow, Action: []string{"s3:GetObject"}, Resource: []string{"arn:aws:s3:::" + strings.Repeat("x", 25000)}}}
	for name, c := range map[string]struct {
		without []driver.Capability
		options core.CreateOptions
		code    fault.Code
	}{
		"user name":      {options: core.CreateOptions{UserName: strings.Repeat("u", 65)}, code: fault.InvalidArgument},
		"prefix":         {options: core.CreateOptions{Prefix: "a*b"}, code: fault.InvalidArgument},
		"policy size":    {options: core.CreateOptions{Statements: big}, code: fault.ResourceExhausted},
		"grant size":     {without: kinds["with bucket policies"].Without, options: core.CreateOptions{Statements: big}, code: fault.ResourceExhausted},
		"session size":   {options: core.CreateOptions{Statements: big, DurationSeconds: 900}, code: fault.ResourceExhausted},
		"session length": {options: core.CreateOptions{DurationSeconds: 1}, code: fault.InvalidArgument},
		"sessions":       {without: []driver.Capability{driver.CapSessions}, options: core.CreateOptions{DurationSeconds: 900}, code: fault.Unsupported},
		"website":        {without: []driver.Capability{driver.CapBucketWebsite}, options: core.CreateOptions{Website: true}, code: fault.Unsupported},
	} {
		t.Run(name, func(t *testing.T) {
			d := &counting{Driver: open(t, memory.Options{Without: c.without}), asked: map[string]int{}}
			c.options.Buckets = buckets
			_, err := engine(t, d).PlanCreate(t.Context(), c.options)
			wantCode(t, err, c.code)
			if len(d.asked) > 0 {
				t.Errorf("the system was asked for %v before %v", d.asked, err)
			}
		})
	}
}
