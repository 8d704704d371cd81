package conformance

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

func userChecks() []Check {
	users := []driver.Capability{driver.CapUsers}
	return []Check{
		{Name: "whoami says whose credentials they are", together: true, run: whoAmI},
		{Name: "whoami tells users apart", Requires: users, Rules: []Rule{RuleAuthentication}, run: whoAmITellsApart},
		{Name: "a user that was created is looked up and listed once", Requires: users, together: true, run: userIsThere},
		{Name: "a user that exists is not created again", Requires: users, run: userExists},
		{Name: "creating a user again changes none of its keys", Requires: []driver.Capability{driver.CapUsers, driver.CapAccessKeys}, run: userKeepsKeys},
		{Name: "creating a user again changes none of its policies", Requires: []driver.Capability{driver.CapUsers, driver.CapPolicyInline}, run: userKeepsPolicies},
		{Name: "user names outside the rules are refused", Requires: users, run: userNames},
		{Name: "a user that is missing is not found", Requires: users, run: userMissing},
		{Name: "a user that was deleted is gone, and no other", Requires: users, run: userIsGone},
		{Name: "a user with keys is not deleted", Requires: []driver.Capability{driver.CapUsers, driver.CapAccessKeys}, Rules: []Rule{RuleUsersWithKeys}, run: userWithKeys},
		{Name: "a user with inline policies is not deleted", Requires: []driver.Capability{driver.CapUsers, driver.CapPolicyInline}, run: userWithInline},
		{Name: "a user with attached policies is not deleted", Requires: []driver.Capability{driver.CapUsers, driver.CapPolicyManaged}, run: userWithManaged},
		{Name: "a user of a former user's name has nothing of it", Requires: users, run: userAgain},
		{Name: "a boundary that is missing is not found", Requires: []driver.Capability{driver.CapUsers, driver.CapPolicyBoundary}, Rules: []Rule{RuleBoundaries}, run: boundaryMissing},
		{Name: "a user has the boundary that was asked for", Requires: []driver.Capability{driver.CapUsers, driver.CapPolicyBoundary}, Rules: []Rule{RuleBoundaries}, run: boundaryIsSet},
		{Name: "a user has its tags", Requires: []driver.Capability{driver.CapUsers, driver.CapUserTags}, together: true, run: userTags},
		{Name: "a user comes with its only key where keys are not declared", Requires: users, run: userComesWithKey},
	}
}

func whoAmI(e *env) {
	who, err := e.Driver.WhoAmI(e.ctx)
	e.ok(err, "WhoAmI")
	if who == (driver.Caller{}) {
		e.Errorf("WhoAmI says nothing")
	}
}

// isNow fails the check unless a time that the system reports is about now.
func (e *env) isNow(t time.Time, what string) {
	e.Helper()
	if off := time.Since(t).Abs(); off > clockSlack+e.Harness.CheckTimeout {
		e.Errorf("%s at %s, want about now", what, t)
	}
}

// whoAmITellsApart asks with the keys of two users, and with the suite's own.
func whoAmITellsApart(e *env) {
	own, err := e.Driver.WhoAmI(e.ctx)
	e.ok(err, "WhoAmI")
	seen := map[driver.Caller]string{own: "the administrator"}
	for range 2 {
		user, key := e.newUser()
		d := e.as(credentialsOf(e.newKey(user, key)))
		var who driver.Caller
		e.eventually("WhoAmI with a user's key", func() (err error) {
			who, err = d.WhoAmI(e.ctx)
			return err
		})
		if other := seen[who]; other != "" {
			e.Errorf("WhoAmI says of %s and of %s the same: %+v", user, other, who)
		}
		seen[who] = user
	}
}

func (e *env) countUsers(name string) int {
	e.Helper()
	count := 0
	for _, u := range all(e, e.Driver.ListUsers(e.ctx), "ListUsers") {
		if u.Name == name {
			count++
		}
	}
	return count
}

func userIsThere(e *env) {
	name := e.name("u")
	e.removeUserLater(name)
	made, err := e.Driver.CreateUser(e.ctx, driver.CreateUserRequest{Name: name})
	e.ok(err, "CreateUser")
	found, err := e.Driver.GetUser(e.ctx, driver.GetUserRequest{Name: name})
	e.ok(err, "GetUser")
	if made.User.Name != name || found.Name != name || found.ARN != made.User.ARN || found.ID != made.User.ID {
		e.Errorf("created %+v, found %+v, want the name %s", made.User, found, name)
	}
	if n := e.countUsers(name); n != 1 {
		e.Errorf("listed %d times, want once", n)
	}
	if !found.Created.IsZero() {
		e.isNow(found.Created, "the user was created")
	}
	items, err := collect(e.Driver.ListUserItems(e.ctx, driver.ListUserItemsRequest{UserName: name}))
	if !errors.Is(err, fault.Unsupported) {
		e.ok(err, "ListUserItems")
	}
	if len(items) > 0 {
		e.Errorf("a new user has %v, want nothing", items)
	}
}

func userExists(e *env) {
	name, _ := e.newUser()
	_, err := e.Driver.CreateUser(e.ctx, driver.CreateUserRequest{Name: name})
	e.want(err, fault.AlreadyExists, "CreateUser of one that exists")
	if n := e.countUsers(name); n != 1 {
		e.Errorf("listed %d times, want once", n)
	}
}

func userKeepsKeys(e *env) {
	name, _ := e.newUser()
	key := e.newKey(name, nil)
	_, err := e.Driver.CreateUser(e.ctx, driver.CreateUserRequest{Name: name})
	e.want(err, fault.AlreadyExists, "CreateUser of one that exists")
	keys := all(e, e.Driver.ListAccessKeys(e.ctx, driver.ListAccessKeysRequest{UserName: name}), "ListAccessKeys")
	if len(keys) != 1 || keys[0].AccessKeyID != key.AccessKeyID {
		e.Errorf("the keys are %v, want %v", keys, key)
	}
	if e.enforces(RuleAuthentication) {
		e.eventually("the key still works", func() error {
			_, err := e.as(credentialsOf(key)).WhoAmI(e.ctx)
			return err
		})
	}
}

func userKeepsPolicies(e *env) {
	user, _ := e.newUser()
	p, name, doc := driver.UserPrincipal(user), e.name("p"), e.custom("bucket", "key")
	e.putPolicy(p, name, doc)
	_, err := e.Driver.CreateUser(e.ctx, driver.CreateUserRequest{Name: user})
	e.want(err, fault.AlreadyExists, "CreateUser of one that exists")
	e.hasPolicy(p, name, doc)
	if e.has(driver.CapPolicyManaged) {
		arn := e.managedPolicy()
		e.ok(e.Driver.AttachPolicy(e.ctx, driver.AttachPolicyRequest{Principal: p, PolicyARN: arn}), "AttachPolicy")
		_, err := e.Driver.CreateUser(e.ctx, driver.CreateUserRequest{Name: user})
		e.want(err, fault.AlreadyExists, "CreateUser of one that exists")
		if got := e.attached(p); !slices.Equal(got, []string{arn}) {
			e.Errorf("attached are %v, want %s", got, arn)
		}
	}
}

// badNames are names that the rule does not permit.
func badNames(rule driver.NameRule) []string {
	var bad []string
	if rule.Min > 1 {
		bad = append(bad, strings.Repeat("a", rule.Min-1))
	}
	if rule.Max > 0 {
		bad = append(bad, strings.Repeat("a", rule.Max+1))
	}
	if rule.Pattern != "" {
		for _, c := range []string{"/", "\x01", "?", ",", "="} {
			if !matches(rule.Pattern, "s3c"+c+"x") {
				bad = append(bad, "s3c"+c+"x")
			}
		}
	}
	return bad
}

func userNames(e *env) {
	for _, name := range badNames(e.Description.Names.User) {
		_, err := e.Driver.CreateUser(e.ctx, driver.CreateUserRequest{Name: name})
		e.want(err, fault.InvalidArgument, "CreateUser(%q)", name)
		if err == nil {
			e.removeUserLater(name)
		}
	}
}

func userMissing(e *env) {
	name := e.name("u")
	_, err := e.Driver.GetUser(e.ctx, driver.GetUserRequest{Name: name})
	e.want(err, fault.NotFound, "GetUser")
	e.want(e.Driver.DeleteUser(e.ctx, driver.DeleteUserRequest{Name: name}), fault.NotFound, "DeleteUser")
	if _, err := collect(e.Driver.ListUserItems(e.ctx, driver.ListUserItemsRequest{UserName: name})); !errors.Is(err, fault.Unsupported) {
		e.want(err, fault.NotFound, "ListUserItems")
	}
}

func userIsGone(e *env) {
	name, _ := e.newUser()
	other, _ := e.newUserWith(driver.CreateUserRequest{Name: name + "0"})
	e.ok(e.Driver.DeleteUser(e.ctx, driver.DeleteUserRequest{Name: name}), "DeleteUser")
	_, err := e.Driver.GetUser(e.ctx, driver.GetUserRequest{Name: name})
	e.want(err, fault.NotFound, "GetUser of one that was deleted")
	if n := e.countUsers(name); n != 0 {
		e.Errorf("still listed")
	}
	e.want(e.Driver.DeleteUser(e.ctx, driver.DeleteUserRequest{Name: name}), fault.NotFound, "DeleteUser again")
	if n := e.countUsers(other); n != 1 {
		e.Errorf("another user, %s, is listed %d times, want once", other, n)
	}
}

func userWithKeys(e *env) {
	name, _ := e.newUser()
	key := e.newKey(name, nil)
	e.want(e.Driver.DeleteUser(e.ctx, driver.DeleteUserRequest{Name: name}), fault.FailedPrecondition, "DeleteUser of one with a key")
	keys := all(e, e.Driver.ListAccessKeys(e.ctx, driver.ListAccessKeysRequest{UserName: name}), "ListAccessKeys")
	if len(keys) != 1 || keys[0].AccessKeyID != key.AccessKeyID {
		e.Errorf("the keys are %v, want %v", keys, key)
	}
}

func userWithInline(e *env) {
	name, _ := e.newUser()
	p := driver.UserPrincipal(name)
	e.putPolicy(p, e.name("p"), e.document(policy.ReadOnly, e.name("b"), ""))
	e.want(e.Driver.DeleteUser(e.ctx, driver.DeleteUserRequest{Name: name}), fault.FailedPrecondition, "DeleteUser of one with a policy")
	if names := e.policies(p); len(names) != 1 {
		e.Errorf("the policies are %v, want the one", names)
	}
}

func userWithManaged(e *env) {
	name, _ := e.newUser()
	p := driver.UserPrincipal(name)
	arn := e.managedPolicy()
	e.ok(e.Driver.AttachPolicy(e.ctx, driver.AttachPolicyRequest{Principal: p, PolicyARN: arn}), "AttachPolicy")
	e.want(e.Driver.DeleteUser(e.ctx, driver.DeleteUserRequest{Name: name}), fault.FailedPrecondition, "DeleteUser of one with a policy attached")
	if got := e.attached(p); !slices.Equal(got, []string{arn}) {
		e.Errorf("attached are %v, want %s", got, arn)
	}
}

func userAgain(e *env) {
	name, own := e.newUser()
	p := driver.UserPrincipal(name)
	key := driver.AccessKey{}
	if own != nil || e.has(driver.CapAccessKeys) {
		key = e.newKey(name, own)
	}
	if e.has(driver.CapPolicyInline) {
		e.putPolicy(p, e.name("p"), e.document(policy.ReadOnly, e.name("b"), ""))
	}
	e.ok(e.stripUser(e.ctx, name), "taking everything from the user")
	e.ok(e.Driver.DeleteUser(e.ctx, driver.DeleteUserRequest{Name: name}), "DeleteUser")
	e.newUserWith(driver.CreateUserRequest{Name: name})
	if e.has(driver.CapAccessKeys) {
		if keys := all(e, e.Driver.ListAccessKeys(e.ctx, driver.ListAccessKeysRequest{UserName: name}), "ListAccessKeys"); len(keys) != 0 {
			e.Errorf("the new user has the keys %v", keys)
		}
	}
	if e.has(driver.CapPolicyInline) {
		if names := e.policies(p); len(names) != 0 {
			e.Errorf("the new user has the policies %v", names)
		}
	}
	if key.AccessKeyID != "" && key.AccessKeyID != name && e.enforces(RuleAuthentication) {
		_, err := e.as(credentialsOf(key)).WhoAmI(e.ctx)
		e.want(err, fault.Unauthenticated, "WhoAmI with the former user's key")
	}
}

func boundaryMissing(e *env) {
	name := e.name("u")
	e.removeUserLater(name)
	arn := "arn:" + e.Description.Partition + ":iam::aws:policy/" + e.name("p")
	_, err := e.Driver.CreateUser(e.ctx, driver.CreateUserRequest{Name: name, PermissionsBoundary: arn})
	e.want(err, fault.NotFound, "CreateUser with a boundary that does not exist")
}

func boundaryIsSet(e *env) {
	arn := e.Description.Boundaries.ReadOnly
	name, _ := e.newUserWith(driver.CreateUserRequest{Name: e.name("u"), PermissionsBoundary: arn})
	u, err := e.Driver.GetUser(e.ctx, driver.GetUserRequest{Name: name})
	e.ok(err, "GetUser")
	if u.PermissionsBoundary != arn {
		e.Errorf("the boundary is %q, want %q", u.PermissionsBoundary, arn)
	}
}

func userComesWithKey(e *env) {
	_, key := e.newUser()
	switch {
	case e.Description.Has(driver.CapAccessKeys) && key != nil:
		e.Errorf("the user came with a key, although %s is declared", driver.CapAccessKeys)
	case !e.Description.Has(driver.CapAccessKeys) && (key == nil || key.AccessKeyID == "" || key.SecretAccessKey == ""):
		e.Errorf("the user came without a key, although %s is not declared", driver.CapAccessKeys)
	}
}
