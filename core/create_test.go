package core_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

func policiesOf(t *testing.T, e *core.Engine, user string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for p, err := range e.ListUserPolicies(t.Context(), user) {
		must(t, err)
		found[p.Name] = p.Document
	}
	return found
}

func TestCreateMakesWhatThePythonToolNames(t *testing.T) {
	e := engine(t, open(t, memory.Options{}))
	_, result := create(t, e, core.CreateOptions{Buckets: []string{"one", "two"}, CreateBuckets: true, Access: policy.ReadOnly})
	key := result.AccessKey
	if key == nil || key.UserName != "s3.read-only.one,two" || key.SecretAccessKey == "" || result.UserKeys != 1 {
		t.Fatalf("the result is %+v", result)
	}
	user, err := e.GetUser(t.Context(), driver.GetUserRequest{Name: key.UserName})
	must(t, err)
	if user.PermissionsBoundary != e.Description().Boundaries.ReadOnly {
		t.Errorf("the boundary is %q", user.PermissionsBoundary)
	}
	found := policiesOf(t, e, key.UserName)
	for _, bucket := range []string{"one", "two"} {
		want, err := policy.Build(policy.Grants(policy.ReadOnly, "", bucket), policy.Options{})
		must(t, err)
		if found["s3.read-only."+bucket] != want.JSON() {
			t.Errorf("the policy for %s is %s", bucket, found["s3.read-only."+bucket])
		}
	}
	if len(found) != 2 {
		t.Errorf("the policies are %v", found)
	}
}

// TestCreateConverges runs the same command again: one more key, and nothing else.
func TestCreateConverges(t *testing.T) {
	for _, kind := range []string{"with policies of users", "with bucket policies"} {
		t.Run(kind, func(t *testing.T) {
			d := open(t, kinds[kind])
			e := engine(t, d)
			run := core.CreateOptions{Buckets: []string{"one", "two"}, CreateBuckets: true, Public: true, Prefix: "in/"}
			create(t, e, run)
			before := snapshot(t, d)
			plan, result := create(t, e, run)
			if result.UserKeys != 2 || slices.ContainsFunc(plan.Notes, core.Note.Warning) {
				t.Errorf("the second run has %d keys and notes %v", result.UserKeys, plan.Notes)
			}
			if after := snapshot(t, d); len(after) != len(before)+1 {
				t.Errorf("the second run made more than a key (-before +after):\n%s", cmp.Diff(before, after))
			}
		})
	}
}

func TestCreateKeepsWhatOthersWroteIntoABucketPolicy(t *testing.T) {
	e := engine(t, open(t, kinds["with bucket policies"]))
	const others = `{"Version":"2012-10-17","Statement":[{"Sid":"Theirs","Effect":"Deny","Principal":"*","Action":["s3:DeleteObject"],"Resource":["arn:aws:s3:::one/*"]}]}`
	must(t, e.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
	putBucketPolicy(t, e, "one", others)
	_, result := create(t, e, core.CreateOptions{Buckets: []string{"one"}})
	remove(t, e, result.AccessKey.UserName)
	wantBucketPolicy(t, e, "one", others)
}

// TestCreateRefuses checks that what cannot be is refused with the right code, before anything is made.
func TestCreateRefuses(t *testing.T) {
	big := policy.Statement{Effect: policy.Allow, Action: []string{"s3:GetObject"}, Resource: []string{"arn:aws:s3:::one/" + strings.Repeat("x", 3000)}}
	for name, c := range map[string]struct {
		without []driver.Capability
		options core.CreateOptions
		code    fault.Code
		says    string
	}{
		"no bucket":                  {options: core.CreateOptions{}, code: fault.InvalidArgument, says: "at least one bucket"},
		"a missing bucket":           {options: core.CreateOptions{Buckets: []string{"missing"}}, code: fault.NotFound, says: "does not exist"},
		"a policy and an access":     {options: core.CreateOptions{Buckets: []string{"there"}, Policy: "{}", Access: policy.ReadOnly}, code: fault.InvalidArgument, says: "cannot be combined"},
		"a user name that is long":   {options: core.CreateOptions{Buckets: []string{"there"}, UserName: strings.Repeat("u", 65)}, code: fault.InvalidArgument, says: "65 characters, but at most 64"},
		"a user name that is not":    {options: core.CreateOptions{Buckets: []string{"there"}, UserName: "a/b"}, code: fault.InvalidArgument, says: "does not allow"},
		"a policy that is too big":   {options: core.CreateOptions{Buckets: []string{"there"}, Statements: []policy.Statement{big}}, code: fault.ResourceExhausted, says: "at most 2048"},
		"a session policy too big":   {options: core.CreateOptions{Buckets: []string{"there"}, Statements: []policy.Statement{big}, DurationSeconds: 900}, code: fault.ResourceExhausted, says: "at most 2048"},
		"a session that is short":    {options: core.CreateOptions{Buckets: []string{"there"}, DurationSeconds: 899}, code: fault.InvalidArgument, says: "from 900 to"},
		"a session without sessions": {without: []driver.Capability{driver.CapSessions}, options: core.CreateOptions{Buckets: []string{"there"}, DurationSeconds: 900}, code: fault.Unsupported, says: "temporary credentials"},
		"a boundary without them":    {without: []driver.Capability{driver.CapPolicyBoundary}, options: core.CreateOptions{Buckets: []string{"there"}, PermissionsBoundary: "arn:x"}, code: fault.Unsupported, says: "permissions boundary"},
		"a website without them":     {without: []driver.Capability{driver.CapBucketWebsite}, options: core.CreateOptions{Buckets: []string{"there"}, Website: true}, code: fault.Unsupported, says: "as a website"},
		"users without them":         {without: []driver.Capability{driver.CapUsers}, options: core.CreateOptions{Buckets: []string{"there"}}, code: fault.Unsupported, says: "manage users"},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, memory.Options{Without: c.without})
			must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "there"}))
			_, err := engine(t, d).PlanCreate(t.Context(), c.options)
			wantCode(t, err, c.code)
			if !strings.Contains(err.Error(), c.says) {
				t.Errorf("the error is %q, want %q in it", err, c.says)
			}
		})
	}
}

func TestCreateShortensDerivedNamesTheSameWay(t *testing.T) {
	e := engine(t, open(t, memory.Options{}))
	long := strings.Repeat("b", 61)
	names := map[string]bool{}
	for _, buckets := range [][]string{{long}, {long}, {long, "other"}} {
		_, result := create(t, e, core.CreateOptions{Buckets: buckets, CreateBuckets: true})
		name := result.AccessKey.UserName
		if len(name) > 64 || !strings.HasPrefix(name, "s3.read-write.bbb") {
			t.Errorf("the name is %q", name)
		}
		names[name] = true
	}
	if len(names) != 2 {
		t.Errorf("the names are %v: the same buckets must give the same name, and others another", names)
	}
}

func TestCreateRefusesARoleThatOthersMayAssume(t *testing.T) {
	d := open(t, memory.Options{})
	e := engine(t, d)
	run := core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, DurationSeconds: 900}
	create(t, e, run)
	role := e.Description().SessionRole
	must(t, d.DetachPolicy(t.Context(), driver.AttachPolicyRequest{Principal: driver.RolePrincipal(role.Name), PolicyARN: role.PolicyARN}))
	must(t, d.DeleteRole(t.Context(), driver.DeleteRoleRequest{Name: role.Name}))
	_, err := d.CreateRole(t.Context(), driver.CreateRoleRequest{Name: role.Name, MaxSessionSeconds: 43200, TrustPolicy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`})
	must(t, err)
	_, err = e.PlanCreate(t.Context(), run)
	wantCode(t, err, fault.FailedPrecondition)
}

func TestCreateAttachesTheRolesPolicyWhereItIsMissing(t *testing.T) {
	d := open(t, memory.Options{})
	e := engine(t, d)
	run := core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, DurationSeconds: 900}
	create(t, e, run)
	role := e.Description().SessionRole
	must(t, d.DetachPolicy(t.Context(), driver.AttachPolicyRequest{Principal: driver.RolePrincipal(role.Name), PolicyARN: role.PolicyARN}))
	if plan, result := create(t, e, run); len(plan.Steps) != 2 || result.Session == nil {
		t.Errorf("the plan has %d steps and gives %v", len(plan.Steps), result)
	}
}

func TestCreateBoundsANewUserByItsAccess(t *testing.T) {
	e := engine(t, open(t, memory.Options{}))
	bounds := e.Description().Boundaries
	for access, want := range map[policy.Access]string{
		0: bounds.ReadWrite, policy.ReadWrite: bounds.ReadWrite, policy.WriteOnly: bounds.ReadWrite, policy.ReadOnly: bounds.ReadOnly,
		policy.List: bounds.ReadOnly, policy.Read | policy.Delete: bounds.ReadWrite,
	} {
		plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, Access: access})
		must(t, err)
		if got := plan.Steps[1].After.Boundary; got != want {
			t.Errorf("%q is bounded by %q, want %q", access, got, want)
		}
	}
}

func TestCreateCustomPolicyForEachBucket(t *testing.T) {
	const template = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::$!BUCKET_NAME!$/*"]}]}`
	e := engine(t, open(t, memory.Options{}))
	_, result := create(t, e, core.CreateOptions{Buckets: []string{"one", "two"}, CreateBuckets: true, Policy: template})
	found := policiesOf(t, e, result.AccessKey.UserName)
	for _, bucket := range []string{"one", "two"} {
		if want := strings.ReplaceAll(template, "$!BUCKET_NAME!$", bucket); found["s3.custom."+bucket] != want {
			t.Errorf("the policy for %s is %s", bucket, found["s3.custom."+bucket])
		}
	}
	session, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one", "two"}, Policy: template, DurationSeconds: 900})
	must(t, err)
	last := session.Steps[len(session.Steps)-1].After.Document
	if !strings.Contains(last, "arn:aws:s3:::one/*") || !strings.Contains(last, "arn:aws:s3:::two/*") {
		t.Errorf("the session's policy is not for both buckets: %s", last)
	}
}

func TestCreateCompilesForTheDialect(t *testing.T) {
	dialect := policy.Dialect{
		RejectedActions:     []string{"s3:GetObjectAcl"},
		MandatoryStatements: []policy.Statement{{Effect: policy.Deny, Action: []string{"admin:CreateServiceAccount"}, Resource: []string{"*"}}},
	}
	e := engine(t, open(t, memory.Options{Dialect: dialect}))
	plan, result := create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true})
	document := policiesOf(t, e, result.AccessKey.UserName)["s3.read-write.one"]
	if strings.Contains(document, "GetObjectAcl") || !strings.Contains(document, "admin:CreateServiceAccount") {
		t.Errorf("the policy is %s", document)
	}
	if !slices.Contains(plan.Notes, core.Note{Code: core.NoteActionOmitted, Detail: "s3:GetObjectAcl"}) {
		t.Errorf("the notes do not say what was left out: %v", plan.Notes)
	}
	statement := policy.Statement{Effect: policy.Allow, Action: []string{"s3:GetObjectAcl"}, Resource: []string{"arn:aws:s3:::one/*"}}
	_, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, Statements: []policy.Statement{statement}})
	wantCode(t, err, fault.Unsupported)
}

func TestDeleteUserLeavesNothingBehind(t *testing.T) {
	for kind, options := range kinds {
		t.Run(kind, func(t *testing.T) {
			d := open(t, options)
			e := engine(t, d)
			must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
			before := snapshot(t, d)
			_, result := create(t, e, core.CreateOptions{Buckets: []string{"one"}})
			remove(t, e, result.AccessKey.UserName)
			if diff := cmp.Diff(before, snapshot(t, d)); diff != "" {
				t.Errorf("left behind (-before +after):\n%s", diff)
			}
			_, err := e.PlanDeleteUser(t.Context(), result.AccessKey.UserName)
			wantCode(t, err, fault.NotFound)
		})
	}
}

// TestDeleteUserLeavesWhatOthersAreGranted deletes a user whom statements of others name too.
func TestDeleteUserLeavesWhatOthersAreGranted(t *testing.T) {
	e := engine(t, open(t, kinds["with bucket policies"]))
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann"})
	const before = `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/ann","Service":"logging.s3.amazonaws.com"},"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::one/*"]},
		{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::123456789012:user/ann","arn:aws:iam::123456789012:user/ann"]},"Action":["s3:PutObject"],"Resource":["arn:aws:s3:::one/*"]}]}`
	const want = `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::one/*"]}]}`
	putBucketPolicy(t, e, "one", before)
	remove(t, e, "ann")
	wantBucketPolicy(t, e, "one", want)
}

// TestGrantsOfEverySumAreTold gives every sum of verbs by a bucket policy, whose statements tell which it was.
func TestGrantsOfEverySumAreTold(t *testing.T) {
	e := engine(t, open(t, kinds["with bucket policies"]))
	for sum := policy.Access(1); sum <= policy.ReadWrite; sum++ {
		user := fmt.Sprintf("user-%d", sum)
		create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: user, Access: sum})
		wantGrants(t, e, user, "s3."+sum.String()+".one")
	}
}

// TestWhatIsNotNeededMayLack asks for a region where no bucket is made, and for a boundary where no user is: both may come
// from the configuration, and are for what is made.
func TestWhatIsNotNeededMayLack(t *testing.T) {
	d := open(t, memory.Options{Without: []driver.Capability{driver.CapBucketRegion, driver.CapPolicyBoundary}})
	e := engine(t, d)
	must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "there"}))
	for name, c := range map[string]struct {
		options core.CreateOptions
		code    fault.Code
	}{
		"region of a bucket that exists": {options: core.CreateOptions{Buckets: []string{"there"}, BucketRegion: "mars-1"}},
		"region of a new bucket":         {options: core.CreateOptions{Buckets: []string{"new"}, BucketRegion: "mars-1"}, code: fault.Unsupported},
		"boundary of a session":          {options: core.CreateOptions{Buckets: []string{"there"}, DurationSeconds: 900, PermissionsBoundary: "arn:x"}},
		"boundary of a user":             {options: core.CreateOptions{Buckets: []string{"there"}, PermissionsBoundary: "arn:x"}, code: fault.Unsupported},
	} {
		t.Run(name, func(t *testing.T) {
			c.options.CreateBuckets = true
			_, err := e.PlanCreate(t.Context(), c.options)
			if c.code == "" {
				must(t, err)
				return
			}
			wantCode(t, err, c.code)
		})
	}
}

// keeping is a system that lets no user be deleted.
type keeping struct{ driver.Driver }

func (d keeping) DeleteUser(context.Context, driver.DeleteUserRequest) error {
	return fault.New(fault.PermissionDenied, "you may not delete users")
}

// deaf is a system that ignores permissions boundaries, as some that imitate AWS do.
type deaf struct{ driver.Driver }

func (d deaf) CreateUser(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	req.PermissionsBoundary = ""
	return d.Driver.CreateUser(ctx, req)
}

func TestCreateFindsOutThatABoundaryIsIgnored(t *testing.T) {
	d := deaf{open(t, memory.Options{})}
	e := engine(t, d)
	must(t, d.CreateBucket(t.Context(), driver.CreateBucketRequest{Bucket: "one"}))
	before := snapshot(t, d)
	plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, PermissionsBoundary: e.Description().Boundaries.ReadOnly})
	must(t, err)
	_, err = e.Apply(t.Context(), plan, nil)
	wantCode(t, err, fault.Unsupported)
	if diff := cmp.Diff(before, snapshot(t, d)); diff != "" || !strings.Contains(err.Error(), "; undone: user '") {
		t.Errorf("%v; left behind (-before +after):\n%s", err, diff)
	}
	_, err = engine(t, keeping{d}).Apply(t.Context(), plan, nil)
	if failed := new(core.ApplyError); !errors.As(err, &failed) || len(failed.Orphans) != 1 || failed.Orphans[0].Uncertain {
		t.Errorf("the user cannot be deleted: %v", err)
	}
	must(t, d.DeleteUser(t.Context(), driver.DeleteUserRequest{Name: plan.Steps[0].Resource.Name}))
	plan, err = e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}})
	must(t, err)
	ignored := false
	_, err = e.Apply(t.Context(), plan, func(_ core.Step, o core.Outcome) { ignored = ignored || o.Ignored })
	must(t, err)
	if !ignored {
		t.Error("no step says that the boundary was ignored")
	}
}

// unblocked is a system that turns out not to have public access blocks, though its backend declares them.
type unblocked struct{ driver.Driver }

func (d unblocked) PutBucketSetting(ctx context.Context, req driver.PutBucketSettingRequest) error {
	if req.Value.PublicAccessBlock != nil {
		return fault.New(fault.Unsupported, "the system has no public access block")
	}
	return d.Driver.PutBucketSetting(ctx, req)
}

func (d unblocked) GetBucketSetting(ctx context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
	if req.Setting == driver.SettingPublicAccessBlock {
		return driver.BucketSetting{}, fault.New(fault.Unsupported, "the system has no public access block")
	}
	return d.Driver.GetBucketSetting(ctx, req)
}

func TestCreatePublicWhereNothingBlocks(t *testing.T) {
	e := engine(t, unblocked{open(t, memory.Options{})})
	ignored := false
	for range 2 { // the bucket is new, and then exists
		plan, err := e.PlanCreate(t.Context(), core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, Public: true})
		must(t, err)
		_, err = e.Apply(t.Context(), plan, func(_ core.Step, o core.Outcome) { ignored = ignored || o.Ignored })
		must(t, err)
	}
	if !ignored {
		t.Error("no step says that the system has no public access block")
	}
	_, err := e.GetBucketSetting(t.Context(), driver.GetBucketSettingRequest{Bucket: "one", Setting: driver.SettingPolicy})
	must(t, err)
}

// A user that somebody deleted by other means is still named in bucket policies: a new user of that name must not have
// what it had, also where the run that makes it fails.
func TestCreateForgetsAFormerUserOfTheName(t *testing.T) {
	ctx, d := t.Context(), open(t, kinds["with one key a user"])
	e := engine(t, d)
	create(t, e, core.CreateOptions{Buckets: []string{"shared"}, CreateBuckets: true, UserName: "other"})
	create(t, e, core.CreateOptions{Buckets: []string{"former", "shared"}, CreateBuckets: true, UserName: "name"})
	must(t, d.DeleteUser(ctx, driver.DeleteUserRequest{Name: "name"}))

	plan, err := e.PlanCreate(ctx, core.CreateOptions{Buckets: []string{"shared"}, UserName: "name", Access: policy.ReadOnly})
	must(t, err)
	applied, err := e.Apply(ctx, plan, nil)
	must(t, err)
	wantGrants(t, e, "name", "s3.read-only.shared")
	wantGrants(t, e, "other", "s3.read-write.shared")

	rolledBack := applied.Rollback(ctx, "something", errors.New("for this test"))
	var failed *core.ApplyError
	if !errors.As(rolledBack, &failed) || len(failed.Orphans) > 0 {
		t.Fatalf("rolling back: %v", rolledBack)
	}
	for _, line := range snapshot(t, d) {
		if strings.Contains(line, `user/name"`) {
			t.Errorf("still granted: %s", line)
		}
	}
}

// wantGrants fails the test unless the user has just these grants.
func wantGrants(t *testing.T, e *core.Engine, user string, want ...string) {
	t.Helper()
	var got []string
	for p, err := range e.ListUserPolicies(t.Context(), user) {
		must(t, err)
		got = append(got, p.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("user %s has the grants %v, want %v", user, got, want)
	}
}

// TestAKeyWithoutAnEndIsNoSurprise gives users whose keys end, or of whom the system has deleted the keys, one that does not.
func TestAKeyWithoutAnEndIsNoSurprise(t *testing.T) {
	d := open(t, memory.Options{Without: []driver.Capability{driver.CapUserTags}})
	e := tagging(t, d)
	end := time.Now().Add(48 * time.Hour).Truncate(time.Second)
	warned := func(options core.CreateOptions) string {
		t.Helper()
		options.Buckets, options.CreateBuckets = []string{"one"}, true
		plan, result := create(t, e, options)
		must(t, d.DeleteAccessKey(t.Context(), driver.DeleteAccessKeyRequest{UserName: options.UserName, AccessKeyID: result.AccessKey.AccessKeyID}))
		for _, n := range plan.Notes {
			if n.Code == core.NoteKeyWithoutEnd && n.Warning() {
				return n.Detail
			}
		}
		return ""
	}
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, UserName: "ann", Expires: end})
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, UserName: "bob"})
	warned(core.CreateOptions{UserName: "gone", Expires: end})
	for _, c := range []struct {
		user string
		own  time.Time
		want string
	}{
		{"ann", time.Time{}, end.UTC().Format(time.RFC3339)},
		{"gone", time.Time{}, end.UTC().Format(time.RFC3339)},
		{"ann", end, ""},
		{"bob", time.Time{}, ""},
		{"new", time.Time{}, ""},
	} {
		if got := warned(core.CreateOptions{UserName: c.user, Expires: c.own}); got != c.want {
			t.Errorf("a key of %s with the end %v: it warns of %q, not of %q", c.user, c.own, got, c.want)
		}
	}
}
