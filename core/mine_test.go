package core_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// TestMine looks for ours among users that somebody else made, where users have tags and where keys have them.
func TestMine(t *testing.T) {
	for name, without := range map[string][]driver.Capability{"users": {driver.CapKeyTags}, "keys": {driver.CapUserTags}} {
		t.Run(name, func(t *testing.T) {
			d := open(t, memory.Options{Without: without})
			e := tagging(t, d)
			create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true})
			ours := "s3.read-write.one"
			tags := tagsOf(t, d, ours)
			for user, tags := range map[string][]driver.Tag{
				"s3.read-write.two":   nil,
				"s3.list+read.two":    nil,
				"copied":              tags,
				"s3.read-only.copied": tags,
				"other":               {{Key: "s3-credentials:by", Value: "somebody"}, {Key: "team", Value: "s3-credentials"}},
				"s3.read-write.":      nil,
				"s3.nothing.two":      nil,
			} {
				makeForeign(t, d, user, tags, name == "users")
			}
			if got, want := mine(t, e, false), []string{ours}; !slices.Equal(got, want) {
				t.Errorf("by tags %q are ours, not %q", got, want)
			}
			if got, want := mine(t, e, true), []string{"s3.list+read.two", "s3.read-only.copied", ours, "s3.read-write.two"}; !slices.Equal(got, want) {
				t.Errorf("by names too %q are ours, not %q", got, want)
			}
		})
	}
}

// tagsOf are the tags of a user, or of the user's key.
func tagsOf(t *testing.T, d driver.Driver, user string) []driver.Tag {
	t.Helper()
	u, err := d.GetUser(t.Context(), driver.GetUserRequest{Name: user})
	must(t, err)
	if u.Tags != nil {
		return u.Tags
	}
	for key, err := range d.ListAccessKeys(t.Context(), driver.ListAccessKeysRequest{UserName: user}) {
		must(t, err)
		return key.Tags
	}
	t.Fatal("no tags")
	return nil
}

// makeForeign makes a user with a key, and gives the tags to one of them.
func makeForeign(t *testing.T, d driver.Driver, name string, tags []driver.Tag, ofUser bool) {
	t.Helper()
	user, key := driver.CreateUserRequest{Name: name}, driver.CreateAccessKeyRequest{UserName: name}
	if ofUser {
		user.Tags = tags
	} else {
		key.Tags = tags
	}
	_, err := d.CreateUser(t.Context(), user)
	must(t, err)
	_, err = d.CreateAccessKey(t.Context(), key)
	must(t, err)
}

func mine(t *testing.T, e *core.Engine, byName bool) []string {
	t.Helper()
	must(t, e.CheckMine(byName))
	var names []string
	for user, err := range e.ListUsers(t.Context()) {
		must(t, err)
		_, ours, err := e.Mine(t.Context(), user.Name, byName)
		must(t, err)
		if ours {
			names = append(names, user.Name)
		}
	}
	slices.Sort(names)
	return names
}

func TestMineWithoutTags(t *testing.T) {
	e := tagging(t, open(t, memory.Options{Without: []driver.Capability{driver.CapUserTags, driver.CapKeyTags, driver.CapPolicyInline}}))
	wantCode(t, e.CheckMine(false), fault.Unsupported)
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true})
	if got := mine(t, e, true); !slices.Equal(got, []string{"s3.read-write.one"}) {
		t.Errorf("by names %q are ours", got)
	}
}

// named is a system on which the caller has a long name.
type named struct{ driver.Driver }

func (named) WhoAmI(context.Context) (driver.Caller, error) {
	return driver.Caller{ARN: "arn:" + strings.Repeat("ä", 400)}, nil
}

func (n named) CreateAccessKey(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	bytes := len("{}")
	for _, tag := range req.Tags {
		bytes += len(`"":"",`) + len(tag.Key) + len(tag.Value)
	}
	if bytes > 256 {
		return driver.AccessKey{}, errors.New("the tags are too long")
	}
	return n.Driver.CreateAccessKey(ctx, req)
}

// TestTagsAreShort makes a key whose every tag is as long as it can be, on a system with as little room for them as MinIO has.
func TestTagsAreShort(t *testing.T) {
	e, err := core.New(t.Context(), named{open(t, memory.Options{})}, core.WithVersion("1.2.3-"+strings.Repeat("x", 100)))
	must(t, err)
	create(t, e, core.CreateOptions{Buckets: []string{"one"}, CreateBuckets: true, Expires: time.Now().Add(time.Hour)})
	if _, ours, err := e.Mine(t.Context(), "s3.read-write.one", false); err != nil || !ours {
		t.Errorf("the user is not ours: %v", err)
	}
}
