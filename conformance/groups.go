package conformance

import (
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

func groupChecks() []Check {
	groups := []driver.Capability{driver.CapUsers, driver.CapPolicyGroup}
	return []Check{
		{Name: "policies of a group that is missing are not found", Requires: groups, run: groupMissing},
		{Name: "policies of a group are read with their documents", Requires: groups, run: groupIsRead},
		{Name: "a user's groups are listed", Requires: groups, run: groupIsListed},
		{Name: "policies of a group are not changed", Requires: groups, run: groupIsOnlyRead},
	}
}

// group returns the principal of the group that the harness names.
func (e *env) group() driver.Principal {
	e.Helper()
	if e.Harness.Group == "" {
		e.Unsupported("no group is known: the configuration of the suite names none")
	}
	return driver.GroupPrincipal(e.Harness.Group)
}

func groupMissing(e *env) {
	group := driver.GroupPrincipal(e.name("g"))
	wantListing(e, e.Driver.ListPolicies(e.ctx, driver.ListPoliciesRequest{Principal: group}), fault.NotFound, "ListPolicies")
	wantListing(e, e.Driver.ListAttachedPolicies(e.ctx, driver.ListPoliciesRequest{Principal: group}), fault.NotFound, "ListAttachedPolicies")
	_, err := e.Driver.GetPolicy(e.ctx, driver.GetPolicyRequest{Principal: group, Name: e.name("p")})
	e.want(err, fault.NotFound, "GetPolicy")
}

func groupIsRead(e *env) {
	group := e.group()
	names, attached := e.policies(group), e.attached(group)
	if len(names)+len(attached) == 0 || !slices.IsSorted(names) {
		e.Errorf("the group has the policies %v and attached %v, want some, and the names sorted", names, attached)
	}
	for _, name := range names {
		got, err := e.Driver.GetPolicy(e.ctx, driver.GetPolicyRequest{Principal: group, Name: name})
		e.ok(err, "GetPolicy(%s)", name)
		if got.Name != name || got.Principal != group {
			e.Errorf("got policy %s of %v, want %s of %v", got.Name, got.Principal, name, group)
		}
		e.sameDocument(got.Document, got.Document, "the group's policy "+name)
	}
	for _, arn := range attached {
		got, err := e.Driver.GetManagedPolicy(e.ctx, driver.GetManagedPolicyRequest{ARN: arn})
		e.ok(err, "GetManagedPolicy(%s)", arn)
		e.sameDocument(got.Version.Document, got.Version.Document, "the managed policy "+arn)
	}
	_, err := e.Driver.GetPolicy(e.ctx, driver.GetPolicyRequest{Principal: group, Name: e.name("p")})
	e.want(err, fault.NotFound, "GetPolicy of one that is missing")
}

func groupIsListed(e *env) {
	group := e.group()
	for _, kind := range []driver.UserItemKind{"", driver.ItemGroup} {
		items := all(e, e.Driver.ListUserItems(e.ctx, driver.ListUserItemsRequest{UserName: e.Harness.GroupMember, Kind: kind}), "ListUserItems")
		if !slices.ContainsFunc(items, func(i driver.UserItem) bool { return i.Kind == driver.ItemGroup && i.Name == group.Name }) {
			e.Errorf("the user %s has %v, want the group %s (kind %q)", e.Harness.GroupMember, items, group.Name, kind)
		}
	}
}

func groupIsOnlyRead(e *env) {
	group := driver.GroupPrincipal(e.name("g"))
	if e.has(driver.CapPolicyInline) {
		doc := e.document(policy.ReadOnly, "bucket", "").JSON()
		err := e.Driver.PutPolicy(e.ctx, driver.PutPolicyRequest{Principal: group, Name: e.name("p"), Document: doc})
		e.want(err, fault.Unsupported, "PutPolicy of a group")
		err = e.Driver.DeletePolicy(e.ctx, driver.DeletePolicyRequest{Principal: group, Name: e.name("p")})
		e.want(err, fault.Unsupported, "DeletePolicy of a group")
	}
	if e.has(driver.CapPolicyManaged) {
		req := driver.AttachPolicyRequest{Principal: group, PolicyARN: e.managedPolicy()}
		e.want(e.Driver.AttachPolicy(e.ctx, req), fault.Unsupported, "AttachPolicy to a group")
		e.want(e.Driver.DetachPolicy(e.ctx, req), fault.Unsupported, "DetachPolicy from a group")
	}
}
