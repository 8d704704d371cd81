package conformance

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// mostKeys is the largest limit of keys that the suite tests.
const mostKeys = 10

func keyChecks() []Check {
	keys := []driver.Capability{driver.CapUsers, driver.CapAccessKeys}
	return []Check{
		{Name: "a key that was created is listed without its secret", Requires: keys, run: keyIsListed},
		{Name: "a key works", Requires: keys, Rules: []Rule{RuleAuthentication}, run: keyWorks},
		{Name: "a key that was deleted stops working", Requires: keys, Rules: []Rule{RuleAuthentication}, run: keyStops},
		{Name: "a key is deleted alone", Requires: keys, together: true, run: keyIsDeletedAlone},
		{Name: "a key that is switched off stops working until it is switched on", Requires: append(keys, driver.CapKeyStatus), run: keyIsSwitched},
		{Name: "the status of a key that is missing, or another user's, is not found", Requires: append(keys, driver.CapKeyStatus), together: true, run: statusOfNobody},
		{Name: "a key says when it was last used", Requires: append(keys, driver.CapKeyUse), together: true, run: keyUse},
		{Name: "a key has the end that was asked for, and then another", Requires: append(keys, driver.CapKeyExpiry), together: true, run: keyEnd},
		{Name: "a key is refused after its end", Requires: append(keys, driver.CapKeyExpiry), Rules: []Rule{RuleAuthentication}, together: true, run: keyIsRefusedAfterItsEnd},
		{Name: "an end outside of the limits is refused, and of a key that is missing, or another user's, not found", Requires: append(keys, driver.CapKeyExpiry), together: true, run: endOfNobody},
		{Name: "a key has its tags", Requires: append(keys, driver.CapKeyTags), together: true, run: keyTags},
		{Name: "one key too many is refused with the number", Requires: keys, run: keyLimit},
		{Name: "keys of a user that is missing are not found", Requires: keys, run: keysOfNobody},
		{Name: "a key of another user is not found", Requires: keys, run: keyOfAnother},
	}
}

func matches(pattern, name string) bool {
	return regexp.MustCompile(`^(?:` + pattern + `)$`).MatchString(name)
}

func (e *env) keysOf(user string) []driver.AccessKey {
	e.Helper()
	return all(e, e.Driver.ListAccessKeys(e.ctx, driver.ListAccessKeysRequest{UserName: user}), "ListAccessKeys")
}

func keyIsListed(e *env) {
	user, _ := e.newUser()
	key := e.newKey(user, nil)
	if key.AccessKeyID == "" || key.SecretAccessKey == "" || key.UserName != user {
		e.Errorf("the key has no id, no secret, or another user than %s: %v", user, key)
	}
	listed := e.keysOf(user)
	if len(listed) != 1 {
		e.Fatalf("listed are %v, want one key", listed)
	}
	got := listed[0]
	if got.AccessKeyID != key.AccessKeyID || got.UserName != user || got.Status != "Active" || got.SecretAccessKey != "" {
		e.Errorf("listed is %v with status %q and a secret of %d characters, want %v, Active, without a secret",
			got, got.Status, len(got.SecretAccessKey), key)
	}
}

func keyWorks(e *env) {
	user, _ := e.newUser()
	d := e.as(credentialsOf(e.newKey(user, nil)))
	e.eventually("WhoAmI with a key that may do nothing", func() error {
		_, err := d.WhoAmI(e.ctx)
		return err
	})
}

func keyStops(e *env) {
	user, _ := e.newUser()
	key := e.newKey(user, nil)
	d := e.as(credentialsOf(key))
	e.eventually("WhoAmI with the key", func() error {
		_, err := d.WhoAmI(e.ctx)
		return err
	})
	e.ok(e.Driver.DeleteAccessKey(e.ctx, driver.DeleteAccessKeyRequest{UserName: user, AccessKeyID: key.AccessKeyID}), "DeleteAccessKey")
	e.eventually("WhoAmI with the deleted key fails with Unauthenticated", func() error {
		_, err := d.WhoAmI(e.ctx)
		return mustBe(err, fault.Unauthenticated)
	})
	if left := e.keysOf(user); len(left) != 0 {
		e.Errorf("the key is still listed: %v", left)
	}
}

func keyIsDeletedAlone(e *env) {
	if e.Description.Limits.AccessKeysPerUser == 1 {
		e.Unsupported("a user has one key")
	}
	user, _ := e.newUser()
	first, second := e.newKey(user, nil), e.newKey(user, nil)
	if first.AccessKeyID == second.AccessKeyID || first.SecretAccessKey == second.SecretAccessKey {
		e.Errorf("the second key, %v, has the id or the secret of the first, %v", second, first)
	}
	e.ok(e.Driver.DeleteAccessKey(e.ctx, driver.DeleteAccessKeyRequest{UserName: user, AccessKeyID: first.AccessKeyID}), "DeleteAccessKey")
	if left := e.keysOf(user); len(left) != 1 || left[0].AccessKeyID != second.AccessKeyID {
		e.Errorf("left are %v, want %v", left, second)
	}
	if e.enforces(RuleAuthentication) {
		e.eventually("the other key works", func() error {
			_, err := e.as(credentialsOf(second)).WhoAmI(e.ctx)
			return err
		})
	}
}

func keyIsSwitched(e *env) {
	user, _ := e.newUser()
	key := e.newKey(user, nil)
	d := e.as(credentialsOf(key))
	for _, status := range []string{driver.KeyInactive, driver.KeyInactive, driver.KeyActive} {
		e.ok(e.Driver.SetAccessKeyStatus(e.ctx, driver.SetAccessKeyStatusRequest{UserName: user, AccessKeyID: key.AccessKeyID, Status: status}), "SetAccessKeyStatus %s", status)
		if listed := e.keysOf(user); len(listed) != 1 || listed[0].Status != status {
			e.Errorf("listed are %v, want one key, %s", listed, status)
		}
		if e.enforces(RuleAuthentication) {
			e.eventually("WhoAmI with a key that is "+status, func() error {
				_, err := d.WhoAmI(e.ctx)
				if status == driver.KeyInactive {
					return mustBe(err, fault.Unauthenticated)
				}
				return err
			})
		}
	}
	err := e.Driver.SetAccessKeyStatus(e.ctx, driver.SetAccessKeyStatusRequest{UserName: user, AccessKeyID: key.AccessKeyID, Status: "On"})
	e.want(err, fault.InvalidArgument, "SetAccessKeyStatus with a status that is none")
}

func statusOfNobody(e *env) {
	one, _ := e.newUser()
	two, _ := e.newUser()
	key := e.newKey(one, nil)
	for _, c := range [][2]string{{two, key.AccessKeyID}, {one, "AKIAIOSFODNN7EXAMPLE"}, {e.name("u"), key.AccessKeyID}} {
		err := e.Driver.SetAccessKeyStatus(e.ctx, driver.SetAccessKeyStatusRequest{UserName: c[0], AccessKeyID: c[1], Status: driver.KeyInactive})
		e.want(err, fault.NotFound, "SetAccessKeyStatus of the key %s of the user %s", c[1], c[0])
	}
	if listed := e.keysOf(one); len(listed) != 1 || listed[0].Status != driver.KeyActive {
		e.Errorf("the key of another user is changed: %v", listed)
	}
}

func keyUse(e *env) {
	one, _ := e.newUser()
	two, _ := e.newUser()
	key := e.newKey(one, nil)
	use, err := e.Driver.GetAccessKeyUse(e.ctx, driver.GetAccessKeyUseRequest{UserName: one, AccessKeyID: key.AccessKeyID})
	e.ok(err, "GetAccessKeyUse")
	if use != (driver.AccessKeyUse{}) {
		e.Errorf("a key that was never used was used: %v", use)
	}
	_, err = e.Driver.GetAccessKeyUse(e.ctx, driver.GetAccessKeyUseRequest{UserName: two, AccessKeyID: key.AccessKeyID})
	e.want(err, fault.NotFound, "GetAccessKeyUse of another user's key")
}

func keyLimit(e *env) {
	limit := e.Description.Limits.AccessKeysPerUser
	if limit == 0 || limit > mostKeys {
		e.Unsupported("no limit of keys, or a large one: %d", limit)
	}
	user, _ := e.newUser()
	for range limit {
		e.newKey(user, nil)
	}
	_, err := e.Driver.CreateAccessKey(e.ctx, driver.CreateAccessKeyRequest{UserName: user})
	e.want(err, fault.ResourceExhausted, "key number %d", limit+1)
	if err != nil && !strings.Contains(err.Error(), strconv.Itoa(limit)) {
		e.Errorf("the error does not name the limit, %d: %v", limit, err)
	}
	if have := e.keysOf(user); len(have) != limit {
		e.Errorf("the user has %d keys, want %d", len(have), limit)
	}
}

func keysOfNobody(e *env) {
	user := e.name("u")
	_, err := e.Driver.CreateAccessKey(e.ctx, driver.CreateAccessKeyRequest{UserName: user})
	e.want(err, fault.NotFound, "CreateAccessKey")
	wantListing(e, e.Driver.ListAccessKeys(e.ctx, driver.ListAccessKeysRequest{UserName: user}), fault.NotFound, "ListAccessKeys")
	err = e.Driver.DeleteAccessKey(e.ctx, driver.DeleteAccessKeyRequest{UserName: user, AccessKeyID: "AKIAIOSFODNN7EXAMPLE"})
	e.want(err, fault.NotFound, "DeleteAccessKey")
}

func keyOfAnother(e *env) {
	one, _ := e.newUser()
	two, _ := e.newUser()
	key := e.newKey(one, nil)
	err := e.Driver.DeleteAccessKey(e.ctx, driver.DeleteAccessKeyRequest{UserName: two, AccessKeyID: key.AccessKeyID})
	e.want(err, fault.NotFound, "DeleteAccessKey of another user's key")
	if left := e.keysOf(one); len(left) != 1 {
		e.Errorf("the key is gone")
	}
	err = e.Driver.DeleteAccessKey(e.ctx, driver.DeleteAccessKeyRequest{UserName: one, AccessKeyID: "AKIAIOSFODNN7EXAMPLE"})
	e.want(err, fault.NotFound, "DeleteAccessKey of one that does not exist")
}
