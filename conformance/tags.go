package conformance

import (
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// someTags are tags as other programs have them.
var someTags = []driver.Tag{{Key: "made:by", Value: "arn:aws:iam::123456789012:user/path/ann@example.com"}, {Key: "when", Value: "2026-01-02T03:04:05Z"}}

func (e *env) wantTags(what string, got []driver.Tag) {
	e.Helper()
	slices.SortFunc(got, func(a, b driver.Tag) int { return strings.Compare(a.Key, b.Key) })
	if !slices.Equal(got, someTags) {
		e.Errorf("%s has the tags %v, want %v", what, got, someTags)
	}
}

func keyTags(e *env) {
	user, _ := e.newUser()
	e.keyWith(driver.CreateAccessKeyRequest{UserName: user, Tags: someTags})
	e.wantTags("the key", e.onlyKeyOf(user).Tags)
	other, _ := e.newUser()
	e.newKey(other, nil)
	if tags := e.onlyKeyOf(other).Tags; len(tags) > 0 {
		e.Errorf("a key without tags has %v", tags)
	}
}

func userTags(e *env) {
	tagged, _ := e.newUserWith(driver.CreateUserRequest{Name: e.name("u"), Tags: someTags})
	other, _ := e.newUser()
	e.eventually("GetUser finds the new users", func() error {
		_, err := e.Driver.GetUser(e.ctx, driver.GetUserRequest{Name: other})
		return err
	})
	e.wantTags("the user", e.getUser(tagged).Tags)
	if tags := e.getUser(other).Tags; len(tags) > 0 {
		e.Errorf("a user without tags has %v", tags)
	}
}

func (e *env) getUser(name string) driver.User {
	e.Helper()
	user, err := e.Driver.GetUser(e.ctx, driver.GetUserRequest{Name: name})
	e.ok(err, "GetUser(%s)", name)
	return user
}
