package conformance

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

func inlineChecks() []Check {
	inline := []driver.Capability{driver.CapUsers, driver.CapPolicyInline}
	return []Check{
		{Name: "a policy is read as it was put", Requires: inline, run: policyIsThere},
		{Name: "a policy of a role is read as it was put", Requires: []driver.Capability{driver.CapRoles, driver.CapPolicyInline}, run: rolePolicyIsThere},
		{Name: "a policy of the same name is replaced", Requires: inline, run: policyIsReplaced},
		{Name: "policies are listed sorted", Requires: inline, run: policiesAreSorted},
		{Name: "two users have policies of the same name", Requires: inline, run: policiesAreApart},
		{Name: "a user and a role of one name have policies of their own", Requires: append(slices.Clone(inline), driver.CapRoles), run: policiesOfOneName},
		{Name: "a policy that was deleted is gone", Requires: inline, together: true, run: policyIsGone},
		{Name: "policies of a user that is missing are not found", Requires: inline, run: policiesOfNobody},
		{Name: "a policy that is missing is not found", Requires: inline, run: policyMissing},
		{Name: "a document that is none is refused and the former stays", Requires: inline, Rules: []Rule{RulePolicyDocuments}, run: policyRefused},
		{Name: "a document over the limit is refused and the former stays", Requires: inline, Rules: []Rule{RulePolicyDocuments}, run: policyTooLarge},
		{Name: "policy names outside the rules are refused", Requires: inline, run: policyNames},
	}
}

func (e *env) putPolicy(p driver.Principal, name string, doc policy.Document) {
	e.Helper()
	if err := e.Driver.CheckPolicy(e.ctx, driver.CheckPolicyRequest{Document: doc.JSON()}); !errors.Is(err, fault.Unsupported) { // it is optional
		e.ok(err, "CheckPolicy of a document that is put")
	}
	err := e.Driver.PutPolicy(e.ctx, driver.PutPolicyRequest{Principal: p, Name: name, Document: doc.JSON()})
	e.ok(err, "PutPolicy(%s)", name)
}

func (e *env) policies(p driver.Principal) []string {
	e.Helper()
	return all(e, e.Driver.ListPolicies(e.ctx, driver.ListPoliciesRequest{Principal: p}), "ListPolicies")
}

// hasPolicy fails the check unless the policy has the document.
func (e *env) hasPolicy(p driver.Principal, name string, want policy.Document) {
	e.Helper()
	got, err := e.Driver.GetPolicy(e.ctx, driver.GetPolicyRequest{Principal: p, Name: name})
	e.ok(err, "GetPolicy(%s)", name)
	if got.Name != name || got.Principal != p {
		e.Errorf("got policy %s of %v, want %s of %v", got.Name, got.Principal, name, p)
	}
	e.sameDocument(got.Document, want.JSON(), "the policy "+name)
}

func policyIsThere(e *env) {
	user, _ := e.newUser()
	e.putAndGet(driver.UserPrincipal(user))
}

func rolePolicyIsThere(e *env) {
	e.putAndGet(driver.RolePrincipal(e.newRole().Name))
}

func (e *env) putAndGet(p driver.Principal) {
	e.Helper()
	doc, name := e.document(policy.ReadWrite, e.name("b"), "a folder/"), e.name("p")
	e.putPolicy(p, name, doc)
	e.hasPolicy(p, name, doc)
	if names := e.policies(p); !slices.Equal(names, []string{name}) {
		e.Errorf("listed are %v, want %s", names, name)
	}
}

func policyIsReplaced(e *env) {
	user, _ := e.newUser()
	p, name, bucket := driver.UserPrincipal(user), e.name("p"), e.name("b")
	e.putPolicy(p, name, e.document(policy.ReadWrite, bucket, ""))
	narrower := e.document(policy.WriteOnly, bucket, "x")
	e.putPolicy(p, name, narrower)
	e.hasPolicy(p, name, narrower)
	if names := e.policies(p); len(names) != 1 {
		e.Errorf("listed are %v, want one", names)
	}
}

func policiesAreSorted(e *env) {
	user, _ := e.newUser()
	p, base := driver.UserPrincipal(user), e.name("p")
	want := []string{base + "-a", base + "-b", base + "-c"}
	for _, i := range []int{1, 2, 0} {
		e.putPolicy(p, want[i], e.document(policy.WriteOnly, "bucket", ""))
	}
	if names := e.policies(p); !slices.Equal(names, want) {
		e.Errorf("listed are %v, want %v", names, want)
	}
}

func policiesAreApart(e *env) {
	one, _ := e.newUser()
	two, _ := e.newUser()
	name := e.name("p")
	first, second := e.document(policy.WriteOnly, "first-bucket", ""), e.document(policy.ReadOnly, "second-bucket", "")
	e.putPolicy(driver.UserPrincipal(one), name, first)
	e.putPolicy(driver.UserPrincipal(two), name, second)
	e.hasPolicy(driver.UserPrincipal(one), name, first)
	err := e.Driver.DeletePolicy(e.ctx, driver.DeletePolicyRequest{Principal: driver.UserPrincipal(one), Name: name})
	e.ok(err, "DeletePolicy")
	e.hasPolicy(driver.UserPrincipal(two), name, second)
}

func policiesOfOneName(e *env) {
	role := e.newRole()
	user, _ := e.newUserWith(driver.CreateUserRequest{Name: role.Name})
	name := e.name("p")
	ofRole, ofUser := e.document(policy.WriteOnly, "first-bucket", ""), e.document(policy.ReadOnly, "second-bucket", "")
	e.putPolicy(driver.RolePrincipal(role.Name), name, ofRole)
	if names := e.policies(driver.UserPrincipal(user)); len(names) != 0 {
		e.Errorf("the user has the policies %v, want none", names)
	}
	e.putPolicy(driver.UserPrincipal(user), name, ofUser)
	e.hasPolicy(driver.RolePrincipal(role.Name), name, ofRole)
	e.hasPolicy(driver.UserPrincipal(user), name, ofUser)
}

func policyIsGone(e *env) {
	user, _ := e.newUser()
	p, name, other := driver.UserPrincipal(user), e.name("p"), e.name("p")
	e.putPolicy(p, name, e.document(policy.ReadOnly, "bucket", ""))
	e.putPolicy(p, other, e.document(policy.WriteOnly, "bucket", ""))
	e.ok(e.Driver.DeletePolicy(e.ctx, driver.DeletePolicyRequest{Principal: p, Name: name}), "DeletePolicy")
	_, err := e.Driver.GetPolicy(e.ctx, driver.GetPolicyRequest{Principal: p, Name: name})
	e.want(err, fault.NotFound, "GetPolicy of one that was deleted")
	if names := e.policies(p); !slices.Equal(names, []string{other}) {
		e.Errorf("listed are %v, want %s", names, other)
	}
}

func policiesOfNobody(e *env) {
	p := driver.UserPrincipal(e.name("u"))
	err := e.Driver.PutPolicy(e.ctx, driver.PutPolicyRequest{Principal: p, Name: e.name("p"), Document: e.document(policy.ReadOnly, "bucket", "").JSON()})
	e.want(err, fault.NotFound, "PutPolicy")
	_, err = e.Driver.GetPolicy(e.ctx, driver.GetPolicyRequest{Principal: p, Name: e.name("p")})
	e.want(err, fault.NotFound, "GetPolicy")
	wantListing(e, e.Driver.ListPolicies(e.ctx, driver.ListPoliciesRequest{Principal: p}), fault.NotFound, "ListPolicies")
	e.want(e.Driver.DeletePolicy(e.ctx, driver.DeletePolicyRequest{Principal: p, Name: e.name("p")}), fault.NotFound, "DeletePolicy")
}

func policyMissing(e *env) {
	user, _ := e.newUser()
	p, name := driver.UserPrincipal(user), e.name("p")
	_, err := e.Driver.GetPolicy(e.ctx, driver.GetPolicyRequest{Principal: p, Name: name})
	e.want(err, fault.NotFound, "GetPolicy")
	e.want(e.Driver.DeletePolicy(e.ctx, driver.DeletePolicyRequest{Principal: p, Name: name}), fault.NotFound, "DeletePolicy")
	if names := e.policies(p); len(names) != 0 {
		e.Errorf("listed are %v, want none", names)
	}
}

func policyRefused(e *env) {
	user, _ := e.newUser()
	p, name := driver.UserPrincipal(user), e.name("p")
	former := e.document(policy.ReadOnly, "bucket", "")
	e.putPolicy(p, name, former)
	for _, bad := range []string{
		`not JSON`, `{}`, `{"Version":"2012-10-17","Statement":[{"Effect":"Perhaps","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}`,
	} {
		err := e.Driver.PutPolicy(e.ctx, driver.PutPolicyRequest{Principal: p, Name: name, Document: bad})
		e.want(err, fault.InvalidArgument, "PutPolicy of %s", bad)
		if err := e.Driver.CheckPolicy(e.ctx, driver.CheckPolicyRequest{Document: bad}); !errors.Is(err, fault.Unsupported) {
			e.want(err, fault.InvalidArgument, "CheckPolicy of %s", bad)
		}
	}
	e.hasPolicy(p, name, former)
}

func policyTooLarge(e *env) {
	limits := e.Description.Limits
	limit := max(limits.InlinePolicyBytes, limits.InlinePolicyTotalBytes)
	if limit == 0 {
		e.Unsupported("no limit of size is known")
	}
	user, _ := e.newUser()
	p, name := driver.UserPrincipal(user), e.name("p")
	former := e.document(policy.ReadOnly, "bucket", "")
	e.putPolicy(p, name, former)
	large := former
	large.Statement = slices.Clone(former.Statement)
	for i := 0; policy.Size(large, limits.IgnoreWhitespace) <= limit; i++ {
		s := former.Statement[0]
		s.Resource = []string{fmt.Sprintf("arn:%s:s3:::bucket/%d/%s", e.Description.Partition, i, strings.Repeat("x", 200))}
		s.Action = []string{"s3:GetObject"}
		large.Statement = append(large.Statement, s)
	}
	err := e.Driver.PutPolicy(e.ctx, driver.PutPolicyRequest{Principal: p, Name: name, Document: large.JSON()})
	e.want(err, fault.ResourceExhausted, "PutPolicy of %d bytes", policy.Size(large, limits.IgnoreWhitespace))
	e.hasPolicy(p, name, former)
}

func policyNames(e *env) {
	user, _ := e.newUser()
	doc := e.document(policy.ReadOnly, "bucket", "").JSON()
	for _, name := range badNames(e.Description.Names.Policy) {
		err := e.Driver.PutPolicy(e.ctx, driver.PutPolicyRequest{Principal: driver.UserPrincipal(user), Name: name, Document: doc})
		e.want(err, fault.InvalidArgument, "PutPolicy named %q", name)
	}
}
