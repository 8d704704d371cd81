package conformance

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// settingCase is what a check of a setting puts.
type settingCase struct {
	setting driver.Setting
	// first and second are two values for a bucket; bad is one that no system accepts, nil where there is none.
	first, second func(e *env, bucket string) driver.BucketSetting
	bad           *driver.BucketSetting
}

func settingCases() []settingCase {
	fixed := func(v driver.BucketSetting) func(*env, string) driver.BucketSetting {
		return func(*env, string) driver.BucketSetting { return v }
	}
	day, zero := 86400, 0
	return []settingCase{
		{
			setting: driver.SettingPolicy,
			first: func(e *env, b string) driver.BucketSetting {
				return bucketPolicy(policy.PublicGet(b, e.Description.Partition))
			},
			second: func(e *env, b string) driver.BucketSetting {
				doc := policy.PublicGet(b, e.Description.Partition)
				doc.Statement[0].Resource[0] += "public/*"
				return bucketPolicy(doc)
			},
			bad: &driver.BucketSetting{Policy: &driver.BucketPolicy{Document: `{"Version":"2012-10-17","Statement":[{"Effect":"Perhaps"}]}`}},
		},
		{
			setting: driver.SettingCORS,
			first: fixed(driver.BucketSetting{CORS: &driver.CORS{Rules: []driver.CORSRule{{
				ID: "one", AllowedMethods: []string{"GET", "PUT"}, AllowedOrigins: []string{"https://example.com"},
				AllowedHeaders: []string{"*"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: &day,
			}}}}),
			second: fixed(driver.BucketSetting{CORS: &driver.CORS{Rules: []driver.CORSRule{{
				AllowedMethods: []string{"GET"}, AllowedOrigins: []string{"*"}, MaxAgeSeconds: &zero,
			}}}}),
			bad: &driver.BucketSetting{CORS: &driver.CORS{Rules: []driver.CORSRule{{AllowedMethods: []string{"FETCH"}, AllowedOrigins: []string{"*"}}}}},
		},
		{
			setting: driver.SettingWebsite,
			first:   fixed(driver.BucketSetting{Website: &driver.Website{IndexDocument: "index.html", ErrorDocument: "error.html"}}),
			second:  fixed(driver.BucketSetting{Website: &driver.Website{IndexDocument: "home.html"}}),
		},
		{
			setting: driver.SettingPublicAccessBlock,
			first:   fixed(driver.BucketSetting{PublicAccessBlock: &driver.PublicAccessBlock{BlockPublicACLs: true, RestrictPublicBuckets: true}}),
			second: fixed(driver.BucketSetting{PublicAccessBlock: &driver.PublicAccessBlock{
				IgnorePublicACLs: true, BlockPublicPolicy: true,
			}}),
		},
	}
}

func bucketPolicy(doc policy.Document) driver.BucketSetting {
	return driver.BucketSetting{Policy: &driver.BucketPolicy{Document: doc.JSON()}}
}

func settingChecks() []Check {
	var checks []Check
	for _, c := range settingCases() {
		needs := []driver.Capability{c.setting.Capability()}
		checks = append(checks,
			Check{Name: fmt.Sprintf("%s is put, replaced and deleted", c.setting), Requires: needs, together: true, run: c.roundTrip},
			Check{Name: fmt.Sprintf("%s of a bucket that is missing is not found", c.setting), Requires: needs, run: c.missing},
			Check{Name: fmt.Sprintf("%s is of one bucket, and changes no other setting", c.setting), Requires: needs, run: c.apart},
		)
		if c.bad != nil {
			checks = append(checks, Check{
				Name: fmt.Sprintf("%s with a value that is none stays as it was", c.setting), Requires: needs, Rules: []Rule{RuleSettingValues}, run: c.refused,
			})
		}
	}
	return append(checks,
		Check{Name: "acl is read and cannot be written", Requires: []driver.Capability{driver.CapBucketACL}, run: aclIsRead},
		Check{Name: "policy-status says whether a bucket is public", Requires: []driver.Capability{driver.CapBucketPolicyStatus, driver.CapBucketPolicy}, run: policyStatus},
		Check{Name: "no setting that is deleted takes the bucket with it", run: bucketOutlivesSettings},
	)
}

func (e *env) setting(bucket string, s driver.Setting) (driver.BucketSetting, error) {
	return e.Driver.GetBucketSetting(e.ctx, driver.GetBucketSettingRequest{Bucket: bucket, Setting: s})
}

func (e *env) putSetting(bucket string, value driver.BucketSetting) {
	e.Helper()
	err := e.Driver.PutBucketSetting(e.ctx, driver.PutBucketSettingRequest{Bucket: bucket, Value: value})
	e.ok(err, "PutBucketSetting(%s)", value.Setting())
}

// hasSetting fails the check unless the setting has the value.
func (e *env) hasSetting(bucket string, want driver.BucketSetting) {
	e.Helper()
	got, err := e.setting(bucket, want.Setting())
	e.ok(err, "GetBucketSetting(%s)", want.Setting())
	switch {
	case got.Setting() != want.Setting():
		e.Errorf("got the setting %q, want %s", got.Setting(), want.Setting())
	case want.Policy != nil:
		e.sameDocument(got.Policy.Document, want.Policy.Document, "the bucket policy")
	case want.CORS != nil:
		if g, w := withoutIDs(*got.CORS), withoutIDs(*want.CORS); g != w {
			e.Errorf("CORS is %s, want %s", g, w)
		}
	case !reflect.DeepEqual(got, want):
		e.Errorf("%s is %+v, want %+v", want.Setting(), got, want)
	}
}

// withoutIDs prints rules without their ids, because a system may add one to a rule that has none.
func withoutIDs(c driver.CORS) string {
	var b strings.Builder
	for _, r := range c.Rules {
		age := -1
		if r.MaxAgeSeconds != nil {
			age = *r.MaxAgeSeconds
		}
		fmt.Fprintf(&b, "%q %q %q %q %d\n", r.AllowedHeaders, r.AllowedMethods, r.AllowedOrigins, r.ExposeHeaders, age)
	}
	return b.String()
}

func (e *env) deleteSetting(bucket string, s driver.Setting) error {
	return e.Driver.DeleteBucketSetting(e.ctx, driver.DeleteBucketSettingRequest{Bucket: bucket, Setting: s})
}

func (c settingCase) roundTrip(e *env) {
	bucket := e.newBucket()
	e.putSetting(bucket, c.first(e, bucket))
	e.hasSetting(bucket, c.first(e, bucket))
	e.putSetting(bucket, c.second(e, bucket))
	e.hasSetting(bucket, c.second(e, bucket))
	e.ok(e.deleteSetting(bucket, c.setting), "DeleteBucketSetting")
	_, err := e.setting(bucket, c.setting)
	e.want(err, fault.NotFound, "GetBucketSetting of one that was deleted")
	e.ok(e.deleteSetting(bucket, c.setting), "DeleteBucketSetting again")
	_, err = e.Driver.HeadBucket(e.ctx, driver.HeadBucketRequest{Bucket: bucket})
	e.ok(err, "HeadBucket afterwards")
}

// apart changes the setting of a bucket that has all others too, beside another bucket that has it.
func (c settingCase) apart(e *env) {
	bucket, other := e.newBucket(), e.newBucket()
	e.putSetting(other, c.first(e, other))
	e.putSetting(bucket, c.first(e, bucket))
	for _, s := range settingCases() {
		if s.setting != c.setting && e.has(s.setting.Capability()) {
			e.putSetting(bucket, s.first(e, bucket))
		}
	}
	e.hasSetting(bucket, c.first(e, bucket))
	e.putSetting(bucket, c.second(e, bucket))
	e.ok(e.deleteSetting(bucket, c.setting), "DeleteBucketSetting")
	e.hasSetting(other, c.first(e, other))
	for _, s := range settingCases() {
		if s.setting != c.setting && e.has(s.setting.Capability()) {
			e.hasSetting(bucket, s.first(e, bucket))
		}
	}
}

func (c settingCase) missing(e *env) {
	bucket := e.name("b")
	_, err := e.setting(bucket, c.setting)
	e.want(err, fault.NotFound, "GetBucketSetting")
	err = e.Driver.PutBucketSetting(e.ctx, driver.PutBucketSettingRequest{Bucket: bucket, Value: c.first(e, bucket)})
	e.want(err, fault.NotFound, "PutBucketSetting")
	e.want(e.deleteSetting(bucket, c.setting), fault.NotFound, "DeleteBucketSetting")
}

func (c settingCase) refused(e *env) {
	bucket := e.newBucket()
	e.putSetting(bucket, c.first(e, bucket))
	err := e.Driver.PutBucketSetting(e.ctx, driver.PutBucketSettingRequest{Bucket: bucket, Value: *c.bad})
	e.want(err, fault.InvalidArgument, "PutBucketSetting of %+v", *c.bad)
	e.hasSetting(bucket, c.first(e, bucket))
}

func aclIsRead(e *env) {
	bucket := e.newBucket()
	value, err := e.setting(bucket, driver.SettingACL)
	e.ok(err, "GetBucketSetting(acl)")
	if value.ACL == nil || value.ACL.Owner.ID == "" {
		e.Errorf("the access control list %+v names no owner", value.ACL)
	}
	err = e.Driver.PutBucketSetting(e.ctx, driver.PutBucketSettingRequest{Bucket: bucket, Value: driver.BucketSetting{ACL: &driver.ACL{}}})
	e.want(err, fault.Unsupported, "PutBucketSetting(acl)")
	e.want(e.deleteSetting(bucket, driver.SettingACL), fault.Unsupported, "DeleteBucketSetting(acl)")
}

func policyStatus(e *env) {
	bucket := e.newBucket()
	e.putSetting(bucket, bucketPolicy(policy.PublicGet(bucket, e.Description.Partition)))
	value, err := e.setting(bucket, driver.SettingPolicyStatus)
	e.ok(err, "GetBucketSetting(policy-status)")
	if value.PolicyStatus == nil || !value.PolicyStatus.IsPublic {
		e.Errorf("a bucket that everybody may read is not public: %+v", value.PolicyStatus)
	}
	e.ok(e.deleteSetting(bucket, driver.SettingPolicy), "DeleteBucketSetting(policy)")
	switch value, err := e.setting(bucket, driver.SettingPolicyStatus); {
	case err != nil:
		e.want(err, fault.NotFound, "GetBucketSetting(policy-status) of a bucket without a policy")
	case value.PolicyStatus == nil || value.PolicyStatus.IsPublic:
		e.Errorf("a bucket without a policy is public: %+v", value.PolicyStatus)
	}
	put := driver.PutBucketSettingRequest{Bucket: bucket, Value: driver.BucketSetting{PolicyStatus: &driver.PolicyStatus{}}}
	e.want(e.Driver.PutBucketSetting(e.ctx, put), fault.Unsupported, "PutBucketSetting(policy-status)")
	e.want(e.deleteSetting(bucket, driver.SettingPolicyStatus), fault.Unsupported, "DeleteBucketSetting(policy-status)")
}

// bucketOutlivesSettings deletes every setting, declared or not, of an empty bucket, because a system may treat a request for
// an unknown setting as a request for the bucket: MinIO does.
func bucketOutlivesSettings(e *env) {
	bucket := e.newBucket()
	for _, s := range driver.Settings() {
		err := e.deleteSetting(bucket, s)
		if !e.has(s.Capability()) || !s.Writable() {
			e.want(err, fault.Unsupported, "DeleteBucketSetting(%s)", s)
		}
		if _, err := e.Driver.HeadBucket(e.ctx, driver.HeadBucketRequest{Bucket: bucket}); err != nil {
			e.Fatalf("after DeleteBucketSetting(%s) the bucket is gone: %v", s, err)
		}
	}
}
