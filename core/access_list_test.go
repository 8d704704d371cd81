package core_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// account has users, groups and buckets on a system in memory.
type account struct {
	t      *testing.T
	system *memory.System
	*core.Engine
	mu sync.Mutex
	// asked counts the requests by method.
	asked map[string]int
	// denied are methods that the system refuses, and broken those that it fails to answer.
	denied, broken []string
}

func newAccount(t *testing.T, options memory.Options) *account {
	t.Helper()
	a := &account{t: t, asked: map[string]int{}}
	options.Before = func(_ context.Context, method string) error {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.asked[method]++; slices.Contains(a.denied, method) {
			return fault.New(fault.PermissionDenied, "%s is denied", method)
		}
		if slices.Contains(a.broken, method) {
			return fault.New(fault.Unavailable, "%s has no answer", method)
		}
		return nil
	}
	a.system = memory.New(options)
	root := a.system.Root()
	d, err := a.system.Open(t.Context(), driver.Config{Credentials: &root})
	must(t, err)
	a.Engine = engine(t, d)
	return a
}

func (a *account) user(name string, documents ...string) {
	a.t.Helper()
	_, err := a.CreateUser(a.t.Context(), driver.CreateUserRequest{Name: name})
	must(a.t, err)
	for i, document := range documents {
		must(a.t, a.PutPolicy(a.t.Context(), driver.PutPolicyRequest{Principal: driver.UserPrincipal(name), Name: fmt.Sprintf("p%d", i+1), Document: document}))
	}
}

func (a *account) bucket(name, document string) {
	a.t.Helper()
	must(a.t, a.CreateBucket(a.t.Context(), driver.CreateBucketRequest{Bucket: name}))
	if document != "" {
		putBucketPolicy(a.t, a.Engine, name, document)
	}
}

func (a *account) put(bucket string, value driver.BucketSetting) {
	a.t.Helper()
	must(a.t, a.PutBucketSetting(a.t.Context(), driver.PutBucketSettingRequest{Bucket: bucket, Value: value}))
}

// wants fails the test unless these are the rows.
func (a *account) wants(options core.AccessOptions, want ...string) {
	a.t.Helper()
	var got []string
	for r, err := range a.ListAccess(a.t.Context(), options) {
		must(a.t, err)
		got = append(got, rowText(r))
	}
	if !slices.Equal(got, want) {
		a.t.Errorf("the rows are\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func rowText(r core.AccessRow) string {
	if r.Unknown != "" {
		return fmt.Sprintf("%s %s: unknown: %s", r.User, r.Bucket, r.Unknown)
	}
	what := strings.Join(append([]string{r.Access.String()}, r.Actions...), " ")
	text := fmt.Sprintf("%s %s/%s %s through %s", r.User, r.Bucket, r.Prefix, strings.TrimSpace(what), r.Through)
	if conditions := r.Conditions(); conditions != "" {
		text += ", " + conditions
	}
	return text
}

// statement is a policy of one statement; what is not given is left out.
func statement(effect, principal, actions, resource string, condition ...string) string {
	members := []string{fmt.Sprintf(`"Effect":%q`, effect)}
	if principal != "" {
		members = append(members, `"Principal":`+principal)
	}
	members = append(members, `"Action":["`+strings.ReplaceAll(actions, " ", `","`)+`"]`, fmt.Sprintf(`"Resource":["arn:aws:s3:::%s","arn:aws:s3:::%[1]s/*"]`, resource))
	for _, c := range condition {
		members = append(members, `"Condition":`+c)
	}
	return `{"Version":"2012-10-17","Statement":[{` + strings.Join(members, ",") + `}]}`
}

const (
	reading    = "s3:ListBucket s3:GetObject"
	overTLS    = `{"Bool":{"aws:SecureTransport":"true"}}`
	annIsNamed = `{"AWS":"arn:aws:iam::123456789012:user/ann"}`
)

func TestAccessThroughEachKindOfPolicy(t *testing.T) {
	a := newAccount(t, memory.Options{})
	a.bucket("logs", "")
	a.bucket("photos", statement("Allow", annIsNamed, "s3:PutObject", "photos"))
	a.user("ann", statement("Allow", "", reading, "photos"))
	a.user("bob", statement("Allow", "", "s3:DeleteObject", "lo*", overTLS))
	must(t, a.AttachPolicy(t.Context(), driver.AttachPolicyRequest{Principal: driver.UserPrincipal("bob"), PolicyARN: "arn:aws:iam::aws:policy/AmazonS3FullAccess"}))
	staff, err := policy.Parse([]byte(statement("Allow", "", "s3:GetBucketPolicy", "logs")))
	must(t, err)
	a.system.PutGroup("staff", memory.Group{Inline: map[string]policy.Document{"audit": staff}, Members: []string{"ann"}})
	a.wants(core.AccessOptions{},
		"ann logs/* s3:GetBucketPolicy through group staff: audit",
		"ann photos/* read-only through p1",
		"ann photos/* write-only through bucket policy",
		"bob logs/* delete through p1, when aws:SecureTransport Bool true",
		"bob logs/* read-write s3:* through arn:aws:iam::aws:policy/AmazonS3FullAccess",
		"bob photos/* read-write s3:* through arn:aws:iam::aws:policy/AmazonS3FullAccess")
	a.wants(core.AccessOptions{Users: []string{"ann"}, Buckets: []string{"photos"}},
		"ann photos/* read-only through p1",
		"ann photos/* write-only through bucket policy")
}

// TestAUserCalledEverybody is not every caller.
func TestAUserCalledEverybody(t *testing.T) {
	a := newAccount(t, memory.Options{})
	a.bucket("photos", statement("Allow", `"*"`, "s3:GetObject", "photos"))
	a.user(core.Everybody, statement("Allow", "", "s3:PutObject", "photos"))
	for _, options := range []core.AccessOptions{{}, {Users: []string{core.Everybody}}} {
		var anyone []string
		for r, err := range a.ListAccess(t.Context(), options) {
			must(t, err)
			anyone = append(anyone, fmt.Sprint(r.User, " ", r.Anyone, " ", r.Through))
		}
		if want := []string{"everybody true bucket policy", "everybody false p1"}; !slices.Equal(anyone, want) {
			t.Errorf("%v: the rows are %q, want %q", options, anyone, want)
		}
	}
}

func TestADenialTakesWhatAnyPolicyAllows(t *testing.T) {
	a := newAccount(t, memory.Options{})
	a.bucket("photos", statement("Deny", annIsNamed, "s3:GetObject", "photos"))
	a.bucket("plain", statement("Deny", `"*"`, "s3:*", "plain", `{"Bool":{"aws:SecureTransport":"false"}}`))
	a.user("ann", statement("Allow", "", reading, "p*"))
	a.user("bob", statement("Allow", "", reading, "p*"), statement("Deny", "", "s3:*", "plain"))
	a.wants(core.AccessOptions{},
		"ann photos/* list through p1",
		"ann plain/* read-only through p1, unless aws:SecureTransport Bool false",
		"bob photos/* read-only through p1")
}

func TestABoundaryBoundsPoliciesAndNotThoseOfBuckets(t *testing.T) {
	a := newAccount(t, memory.Options{})
	a.bucket("photos", statement("Allow", annIsNamed, "s3:DeleteObject", "photos"))
	_, err := a.CreateUser(t.Context(), driver.CreateUserRequest{Name: "ann", PermissionsBoundary: "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"})
	must(t, err)
	must(t, a.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: driver.UserPrincipal("ann"), Name: "p1", Document: statement("Allow", "", reading+" s3:PutObject", "photos")}))
	a.wants(core.AccessOptions{}, "ann photos/* read-only through p1", "ann photos/* delete through bucket policy")
	access, err := a.AccessOf(t.Context(), "ann")
	must(t, err)
	rows, err := access.Explain()
	must(t, err)
	if got := fmt.Sprint(rows); got != "[{photos *  list+read+delete []  []}]" {
		t.Errorf("in one, the user may %s", got)
	}
}

func TestWhatEverybodyMayIsSaidOnce(t *testing.T) {
	a := newAccount(t, memory.Options{})
	a.bucket("public", statement("Allow", `"*"`, "s3:GetObject", "public"))
	a.user("ann", statement("Allow", "", "s3:PutObject", "public"))
	a.wants(core.AccessOptions{}, "everybody public/* read through bucket policy", "ann public/* write-only through p1")
	a.wants(core.AccessOptions{Users: []string{"everybody"}}, "everybody public/* read through bucket policy")
	// Where it is blocked, only the users of the account may.
	a.put("public", driver.BucketSetting{PublicAccessBlock: &driver.PublicAccessBlock{RestrictPublicBuckets: true}})
	a.wants(core.AccessOptions{}, "ann public/* write-only through p1", "ann public/* read through bucket policy")
}

func TestWhatEverybodyIsDeniedIsSaidOfWhoIsSpared(t *testing.T) {
	a := newAccount(t, memory.Options{})
	a.bucket("public", strings.TrimSuffix(statement("Allow", `"*"`, "s3:GetObject", "public"), "]}")+
		`,{"Effect":"Deny","NotPrincipal":`+annIsNamed+`,"Action":"s3:*","Resource":["arn:aws:s3:::public","arn:aws:s3:::public/*"]}]}`)
	a.user("ann")
	a.user("bob")
	a.wants(core.AccessOptions{}, "ann public/* read through bucket policy")
}

func TestWhatAPolicyMayAllowBesidesIsUnknown(t *testing.T) {
	implied := policy.Implication{Action: "s3:GetObjectVersion", By: "s3:GetObject"}
	a := newAccount(t, memory.Options{Dialect: policy.Dialect{Implications: []policy.Implication{implied}}})
	a.bucket("photos", "")
	a.user("ann", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::photos/*"}]}`)
	a.user("bob", statement("Allow", "", reading, "${aws:PrincipalTag/team}"))
	a.wants(core.AccessOptions{Buckets: []string{"photos"}},
		"ann : unknown: policy p1, of which the memory backend's system may allow more than it says: statement 1 has actions on buckets, and resources that systems find differently",
		"bob : unknown: policy p1, where the bucket depends on a variable: arn:aws:s3:::${aws:PrincipalTag/team}",
		"bob : unknown: policy p1, where the bucket depends on a variable: arn:aws:s3:::${aws:PrincipalTag/team}/*")
}

func TestAConditionKeepsAPolicyFromBeingBlocked(t *testing.T) {
	a := newAccount(t, memory.Options{})
	a.bucket("inside", statement("Allow", `"*"`, "s3:GetObject", "inside", `{"IpAddress":{"aws:SourceIp":"203.0.113.7/32"}}`))
	a.put("inside", driver.BucketSetting{PublicAccessBlock: &driver.PublicAccessBlock{RestrictPublicBuckets: true}})
	a.wants(core.AccessOptions{}, "everybody inside/* read through bucket policy, when aws:SourceIp IpAddress 203.0.113.7/32")
}

func TestAPrincipalThatIsAPatternIsUnknown(t *testing.T) {
	a := newAccount(t, memory.Options{})
	a.bucket("stars", "")
	b := &core.BucketAccess{Bucket: "stars"}
	must(t, b.Add(driver.SettingPolicy, driver.BucketSetting{Policy: &driver.BucketPolicy{Document: statement("Allow", `{"AWS":["?*"]}`, "s3:GetObject", "stars")}}, nil))
	public, err := a.PublicAccess(t.Context(), b)
	if must(t, err); public.Is != "unknown" || len(public.Unknown) != 1 {
		t.Errorf("a bucket for whom a pattern finds: %+v", public)
	}
}

func TestWhomElseABucketPolicyNames(t *testing.T) {
	a := newAccount(t, memory.Options{})
	a.bucket("shared", strings.Replace(statement("Allow", `{"AWS":["arn:aws:iam::123456789012:root","arn:aws:iam::999999999999:role/reader","arn:aws:iam::123456789012:user/ann"]}`, reading, "shared"),
		"Statement\":[", `Statement":[{"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::shared/logs/*"},`, 1))
	a.user("ann")
	a.user("bob")
	const root, role = "arn:aws:iam::123456789012:root", "arn:aws:iam::999999999999:role/reader"
	a.wants(core.AccessOptions{},
		root+" shared/* read-only through bucket policy",
		role+" shared/* read-only through bucket policy",
		"logging.s3.amazonaws.com shared/logs/* write-only through bucket policy",
		"ann shared/* read-only through bucket policy")
	a.wants(core.AccessOptions{Users: []string{role}}, role+" shared/* read-only through bucket policy")
}

func TestBucketPoliciesForRequestsWithoutAKeyAreNobodyElses(t *testing.T) {
	a := newAccount(t, memory.Options{Dialect: policy.Dialect{AnonymousBucketPolicies: true}})
	a.bucket("public", statement("Allow", `"*"`, "s3:GetObject", "public"))
	putBucketPolicy(t, a.Engine, "public", strings.TrimSuffix(statement("Allow", `"*"`, "s3:GetObject", "public"), "]}")+
		`,{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::public/*"}]}`)
	a.user("ann", statement("Allow", "", "s3:PutObject", "public"))
	a.wants(core.AccessOptions{}, "everybody public/* read through bucket policy", "ann public/* write-only through p1")
	access, err := a.AccessOf(t.Context(), "ann")
	must(t, err)
	if len(access.Buckets) > 0 {
		t.Errorf("the user's access has the policies of buckets: %v", access.Buckets)
	}
}

func TestWhatCannotBeReadIsUnknown(t *testing.T) {
	a := newAccount(t, memory.Options{})
	a.bucket("photos", statement("Allow", `"*"`, "s3:GetObject", "photos"))
	a.user("ann", statement("Allow", "", reading, "photos"))
	must(t, a.AttachPolicy(t.Context(), driver.AttachPolicyRequest{Principal: driver.UserPrincipal("ann"), PolicyARN: "arn:aws:iam::aws:policy/AmazonS3FullAccess"}))
	a.system.PutGroup("staff", memory.Group{Members: []string{"ann"}})
	for _, c := range []struct {
		denied string
		want   []string
	}{
		{"GetBucketSetting", []string{
			"everybody photos: unknown: the policy of bucket photos, which may not be read", "everybody photos: unknown: the access control list of bucket photos, which may not be read",
			"ann photos/* read-only through p1", "ann photos/* read-write s3:* through arn:aws:iam::aws:policy/AmazonS3FullAccess",
		}},
		{"GetManagedPolicy", []string{
			"everybody photos/* read through bucket policy", "ann photos/* read-only through p1",
			"ann : unknown: policy arn:aws:iam::aws:policy/AmazonS3FullAccess, which may not be read",
		}},
		{"ListUserItems", []string{
			"everybody photos/* read through bucket policy", "ann photos/* read-only through p1", "ann photos/* read-write s3:* through arn:aws:iam::aws:policy/AmazonS3FullAccess",
			"ann : unknown: groups, which may not be listed",
		}},
	} {
		a.denied = []string{c.denied}
		a.wants(core.AccessOptions{}, c.want...)
	}
	a.denied = []string{"ListPolicies", "ListAttachedPolicies"}
	a.wants(core.AccessOptions{Users: []string{"ann"}}, "everybody photos/* read through bucket policy",
		"ann : unknown: the inline policies of the user ann, which may not be listed", "ann : unknown: the policies attached to the user ann, which may not be listed",
		"ann : unknown: the inline policies of the group staff, which may not be listed", "ann : unknown: the policies attached to the group staff, which may not be listed")
}

// A policy that is attached to a user, on a system whose backend reads none of that kind, allows nobody knows what.
func TestAnAttachedPolicyThatCannotBeReadIsUnknown(t *testing.T) {
	a := newAccount(t, memory.Options{Without: []driver.Capability{driver.CapPolicyManaged}})
	a.user("ann")
	root := a.system.Root()
	d, err := a.system.Open(t.Context(), driver.Config{Credentials: &root})
	must(t, err)
	a.Engine = engine(t, furnished{Driver: d, items: []driver.UserItem{{Kind: driver.ItemPolicy, Name: "arn:aws:iam::aws:policy/AmazonS3FullAccess"}}})
	a.wants(core.AccessOptions{}, "ann : unknown: attached policy arn:aws:iam::aws:policy/AmazonS3FullAccess, which the memory backend cannot read")
}

// TestAPublicBucketWithoutAPolicy is on a system where buckets have no policies, and which says that one is public.
func TestAPublicBucketWithoutAPolicy(t *testing.T) {
	d := open(t, memory.Options{Without: append(slices.Clone(kinds[wholeBuckets].Without), driver.CapBucketPolicy)})
	for _, name := range []string{"site", "private"} {
		must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: name}))
	}
	e := engine(t, &publicSite{d})
	var rows []string
	for r, err := range e.ListAccess(t.Context(), core.AccessOptions{}) {
		must(t, err)
		rows = append(rows, rowText(r))
	}
	if want := []string{"everybody site/* read through bucket status"}; !slices.Equal(rows, want) {
		t.Errorf("got %q", rows)
	}
	for bucket, want := range map[string]string{"site": core.PublicYes, "private": core.PublicNo} {
		public, err := e.PublicAccess(t.Context(), &core.BucketAccess{Bucket: bucket})
		if must(t, err); public.Is != want {
			t.Errorf("the bucket %s: %+v", bucket, public)
		}
	}
}

// publicSite says of the bucket site that it is public.
type publicSite struct{ driver.Driver }

func (p *publicSite) GetBucketSetting(ctx context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
	if req.Setting != driver.SettingPolicyStatus {
		return p.Driver.GetBucketSetting(ctx, req)
	}
	return driver.BucketSetting{PolicyStatus: &driver.PolicyStatus{IsPublic: req.Bucket == "site"}}, nil
}

// One policy that the system fails to return leaves all else known.
func TestWhatTheSystemDoesNotAnswerIsUnknown(t *testing.T) {
	a := newAccount(t, memory.Options{})
	a.bucket("photos", statement("Allow", `"*"`, "s3:GetObject", "photos"))
	a.user("ann", statement("Allow", "", reading, "photos"))
	must(t, a.AttachPolicy(t.Context(), driver.AttachPolicyRequest{Principal: driver.UserPrincipal("ann"), PolicyARN: "arn:aws:iam::aws:policy/AmazonS3FullAccess"}))
	a.broken = []string{"GetManagedPolicy", "ListUserItems"}
	a.wants(core.AccessOptions{}, "everybody photos/* read through bucket policy", "ann photos/* read-only through p1",
		"ann : unknown: policy arn:aws:iam::aws:policy/AmazonS3FullAccess, which the system does not return: GetManagedPolicy has no answer",
		"ann : unknown: groups, which the system does not list: ListUserItems has no answer")
	a.broken = []string{"GetBucketSetting"}
	public, err := a.PublicAccess(t.Context(), &core.BucketAccess{Bucket: "photos"})
	if must(t, err); public.Is != "unknown" {
		t.Errorf("a bucket whose policy is not returned: %+v", public)
	}
	a.broken = []string{"ListUsers"}
	for _, err := range a.ListAccess(t.Context(), core.AccessOptions{}) {
		if err != nil {
			wantCode(t, err, fault.Unavailable)
			return
		}
	}
	t.Error("a system that lists no users has no error")
}

func TestGroupsThatTheBackendCannotReadAreUnknown(t *testing.T) {
	a := newAccount(t, memory.Options{Without: []driver.Capability{driver.CapPolicyGroup}})
	a.bucket("photos", "")
	a.user("ann")
	a.system.PutGroup("staff", memory.Group{Members: []string{"ann"}})
	a.wants(core.AccessOptions{}, "ann : unknown: the policies of group staff, which the memory backend cannot read")
}

func TestAccessOfWhatDoesNotExist(t *testing.T) {
	a := newAccount(t, memory.Options{})
	for _, options := range []core.AccessOptions{{Users: []string{"nobody"}}, {Buckets: []string{"no-bucket"}}} {
		var last error
		for _, err := range a.ListAccess(t.Context(), options) {
			last = err
		}
		wantCode(t, last, fault.NotFound)
	}
}

// On a system whose users have no policies of their own, all comes from the policies of buckets.
func TestAccessWhereBucketPoliciesNameUsers(t *testing.T) {
	a := newAccount(t, kinds["with bucket policies"])
	a.bucket("photos", "")
	create(t, a.Engine, core.CreateOptions{Buckets: []string{"photos"}, UserName: "ann"})
	a.wants(core.AccessOptions{}, "ann photos/* read-write through bucket policy")
}

// However many users share a policy, it is read once, and so is each bucket's.
func TestSharedPoliciesAreReadOnce(t *testing.T) {
	a := newAccount(t, memory.Options{})
	members := []string{}
	for i := range 40 {
		name := fmt.Sprintf("user-%02d", i)
		a.user(name, statement("Allow", "", reading, "bucket-0"))
		must(t, a.AttachPolicy(t.Context(), driver.AttachPolicyRequest{Principal: driver.UserPrincipal(name), PolicyARN: "arn:aws:iam::aws:policy/AmazonS3FullAccess"}))
		members = append(members, name)
	}
	staff, err := policy.Parse([]byte(statement("Allow", "", reading, "bucket-1")))
	must(t, err)
	a.system.PutGroup("staff", memory.Group{
		Inline: map[string]policy.Document{"p": staff}, Attached: []string{"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}, Members: members,
	})
	for i := range 5 {
		a.bucket(fmt.Sprintf("bucket-%d", i), statement("Deny", `"*"`, "s3:*", fmt.Sprintf("bucket-%d", i), `{"Bool":{"aws:SecureTransport":"false"}}`))
	}
	a.asked = map[string]int{}
	rows := 0
	for _, err := range a.ListAccess(t.Context(), core.AccessOptions{}) {
		must(t, err)
		rows++
	}
	want := map[string]int{
		"ListUsers": 1, "ListBuckets": 1, "GetBucketSetting": 5 * 2, // the policy and the ACL
		"GetUser": 40, "ListGrants": 40, "ListPolicies": 40 + 1, "GetPolicy": 40 + 1, "ListAttachedPolicies": 40 + 1, "ListUserItems": 40,
		"GetManagedPolicy": 2,
	}
	if fmt.Sprint(a.asked) != fmt.Sprint(want) || rows != 40*(1+1+5+5) {
		t.Errorf("%d rows took %v, want %v", rows, a.asked, want)
	}
}

func TestWhetherABucketIsPublic(t *testing.T) {
	a := newAccount(t, memory.Options{})
	a.bucket("open", statement("Allow", `"*"`, "s3:GetObject", "open"))
	a.bucket("conditional", statement("Allow", `"*"`, "s3:GetObject", "conditional", `{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`))
	a.bucket("private", statement("Allow", annIsNamed, "s3:GetObject", "private"))
	a.bucket("none", "")
	for bucket, want := range map[string]string{
		"open": "yes [bucket policy] []", "conditional": "yes [bucket policy, when aws:SourceIp IpAddress 10.0.0.0/8] []", "private": "no [] []", "none": "no [] []",
	} {
		public, err := a.PublicAccess(t.Context(), &core.BucketAccess{Bucket: bucket})
		must(t, err)
		if got := fmt.Sprintf("%s %v %v", public.Is, public.Through, public.Unknown); got != want {
			t.Errorf("%s: %s, want %s", bucket, got, want)
		}
	}
	restricted := &core.BucketAccess{Bucket: "open"}
	must(t, restricted.Add(driver.SettingPublicAccessBlock, driver.BucketSetting{PublicAccessBlock: &driver.PublicAccessBlock{RestrictPublicBuckets: true}}, nil))
	public, err := a.PublicAccess(t.Context(), restricted)
	if must(t, err); public.Is != "no" {
		t.Errorf("a bucket whose access is blocked: %+v", public)
	}
	listed := &core.BucketAccess{Bucket: "none"}
	acl := &driver.ACL{Owner: driver.Owner{ID: "o"}, Grants: []driver.Grant{{GranteeID: "o", Permission: "FULL_CONTROL"}, {GranteeURI: "http://acs.amazonaws.com/groups/global/AllUsers", Permission: "READ"}}}
	must(t, listed.Add(driver.SettingACL, driver.BucketSetting{ACL: acl}, nil))
	public, err = a.PublicAccess(t.Context(), listed)
	if must(t, err); public.Is != "yes" || !slices.Equal(public.Through, []string{"bucket ACL"}) {
		t.Errorf("a bucket that everybody may list: %+v", public)
	}
	conditional := &core.BucketAccess{Bucket: "conditional"}
	must(t, conditional.Add(driver.SettingPublicAccessBlock, driver.BucketSetting{PublicAccessBlock: &driver.PublicAccessBlock{RestrictPublicBuckets: true}}, nil))
	public, err = a.PublicAccess(t.Context(), conditional)
	if must(t, err); public.Is != "unknown" || !slices.Equal(public.Unknown, []string{"it depends on a condition: bucket policy, when aws:SourceIp IpAddress 10.0.0.0/8"}) {
		t.Errorf("a bucket whose policy may count as public: %+v", public)
	}
	for _, c := range []struct {
		grant driver.Grant
		want  string
	}{
		{driver.Grant{GranteeURI: "http://acs.amazonaws.com/groups/global/AuthenticatedUsers", Permission: "READ"}, "yes"},
		{driver.Grant{GranteeURI: "http://acs.amazonaws.com/groups/s3/LogDelivery", Permission: "WRITE"}, "no"},
		{driver.Grant{GranteeURI: "http://acs.example.com/groups/all", Permission: "READ"}, "unknown"},
		{driver.Grant{GranteeType: "Group", Permission: "READ"}, "unknown"},
		{driver.Grant{GranteeType: "CanonicalUser", GranteeID: "o", Permission: "FULL_CONTROL"}, "no"},
		{driver.Grant{GranteeURI: "http://acs.amazonaws.com/groups/global/AllUsers", Permission: "ALL"}, "unknown"},
		{driver.Grant{GranteeID: "p", Permission: "READ"}, "no"},
	} {
		granted := &core.BucketAccess{Bucket: "none"}
		must(t, granted.Add(driver.SettingACL, driver.BucketSetting{ACL: &driver.ACL{Owner: driver.Owner{ID: "o"}, Grants: []driver.Grant{c.grant}}}, nil))
		public, err = a.PublicAccess(t.Context(), granted)
		if must(t, err); public.Is != c.want {
			t.Errorf("%+v makes a bucket public: %+v", c.grant, public)
		}
	}
	a.denied = []string{"GetBucketSetting"}
	public, err = a.PublicAccess(t.Context(), &core.BucketAccess{Bucket: "open"})
	if must(t, err); public.Is != "unknown" || len(public.Unknown) != 1 {
		t.Errorf("a bucket whose policy may not be read: %+v", public)
	}
}
