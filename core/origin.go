package core

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"
	"unicode"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Origin is what a user or a key that an engine made says of itself, by tags: who made it, when, with which version, and until when
// it has access.
type Origin struct {
	// By is the ARN of who made it; empty where the system did not tell.
	By      string
	At      time.Time
	Version string
	// Until is when its access ends; zero where it does not.
	Until time.Time
	// user is the mark of the name of the user that was made, as it or with the key; empty for a further key of a user. Tags that were copied
	// to another user do not make it one that an engine made.
	user string
}

// The keys of the tags. Only what has the one of the version was made by an engine.
const (
	tagPrefix  = "s3-credentials:"
	tagBy      = tagPrefix + "by"
	tagAt      = tagPrefix + "at"
	tagVersion = tagPrefix + "version"
	tagUntil   = tagPrefix + "until"
	tagUser    = tagPrefix + "user"
)

// Tags of keys have to be short: MinIO has 256 bytes for all of a key's, with their names and as JSON.
const (
	// mostTag is how long the value of a tag may be on AWS.
	mostTag     = 256
	mostBy      = 48
	mostVersion = 20
	markLength  = 12
)

// WithVersion makes the engine tag the users and keys that it makes, where the system keeps tags, with what OriginOf reads. The version is
// that of the program.
func WithVersion(version string) Option {
	return func(e *Engine) { e.version = version }
}

// OriginOf reads tags; it reports false for those of what no engine made.
func OriginOf(tags []driver.Tag) (Origin, bool) {
	values := map[string]string{}
	for _, t := range tags {
		values[t.Key] = t.Value
	}
	o := Origin{By: values[tagBy], Version: values[tagVersion], user: values[tagUser]}
	o.At, _ = time.Parse(time.RFC3339, values[tagAt])
	o.Until, _ = time.Parse(time.RFC3339, values[tagUntil])
	return o, o.Version != ""
}

// originAs reads the tags of what was made as, or with, the user of this name; it reports false for others.
func originAs(tags []driver.Tag, user string) (Origin, bool) {
	if o, ours := OriginOf(tags); ours && o.user == markOf(user) {
		return o, true
	}
	return Origin{}, false
}

// markOf is short, and another for each name.
func markOf(user string) string {
	sum := sha256.Sum256([]byte(user))
	return hex.EncodeToString(sum[:])[:markLength]
}

// tags are those that OriginOf reads.
func (o Origin) tags() []driver.Tag {
	tags := []driver.Tag{{Key: tagVersion, Value: o.Version}, {Key: tagAt, Value: o.At.UTC().Format(time.RFC3339)}}
	if o.By != "" {
		tags = append(tags, driver.Tag{Key: tagBy, Value: o.By})
	}
	if !o.Until.IsZero() {
		tags = append(tags, driver.Tag{Key: tagUntil, Value: o.Until.UTC().Format(time.RFC3339)})
	}
	if o.user != "" {
		tags = append(tags, driver.Tag{Key: tagUser, Value: o.user})
	}
	return tags
}

// taggable makes a text one that IAM takes as the value of a tag, of at most so many bytes.
func taggable(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_.:/=+-@ ", r) {
			return r
		}
		return '_'
	}, text)
	return strings.ToValidUTF8(text[:min(len(text), most)], "")
}

// origin says that this run makes something now. Who runs it is asked once; credentials that the system does not tell of make it all
// the same.
func (a *Applied) origin(ctx context.Context, until time.Time, mostBy int) Origin {
	if a.caller == nil {
		caller, _ := a.engine.WhoAmI(ctx)
		a.caller = &caller
	}
	return Origin{
		By: taggable(cmp.Or(a.caller.ARN, a.caller.UserID), mostBy), At: time.Now(), Version: taggable(a.engine.version, mostVersion), Until: until,
	}
}

// userTags are the tags of a user that this run makes.
func (a *Applied) userTags(ctx context.Context, s Step) []driver.Tag {
	if a.engine.version == "" || !a.engine.description.Has(driver.CapUserTags) {
		return nil
	}
	o := a.origin(ctx, s.after().Until, mostTag)
	o.user = markOf(s.Resource.Name)
	return o.tags()
}

// keyTags are the tags of a key that this run makes.
func (a *Applied) keyTags(ctx context.Context, s Step) []driver.Tag {
	if a.engine.version == "" || !a.engine.description.Has(driver.CapKeyTags) {
		return nil
	}
	o, owner := a.origin(ctx, s.after().Until, mostBy), s.Resource.Owner.Name
	if s.after().OfUser || a.creation(KindUser, owner) >= 0 {
		o.user = markOf(owner)
	}
	return o.tags()
}

// createTagged creates a user with its tags. Who may make users need not be allowed to tag them: then it makes one without.
func (a *Applied) createTagged(ctx context.Context, req driver.CreateUserRequest) (made driver.CreateUserResponse, untagged bool, err error) {
	made, err = a.engine.CreateUser(ctx, req)
	if len(req.Tags) == 0 || !errors.Is(err, fault.PermissionDenied) {
		return made, false, err
	}
	req.Tags = nil
	made, err = a.engine.CreateUser(ctx, req)
	return made, err == nil, err
}

// UserOrigin says who made a user, by the user's tags or, where users have none, by those of its keys and by what its policies say. It reports
// false for one that no engine made. NotFound if there is no such user.
func (e *Engine) UserOrigin(ctx context.Context, name string) (Origin, bool, error) {
	if e.description.Has(driver.CapUserTags) {
		user, err := e.GetUser(ctx, driver.GetUserRequest{Name: name}) // a listing may do without tags
		origin, ours := originAs(user.Tags, name)
		return origin, ours, err
	}
	if !e.description.Has(driver.CapKeyTags) {
		if !e.marks() {
			return Origin{}, false, e.require(driver.CapKeyTags)
		}
		return e.originByMark(ctx, name)
	}
	keys, err := collect(e.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: name}))
	for _, key := range keys {
		if origin, ours := originAs(key.Tags, name); ours {
			return origin, true, err
		}
	}
	if err != nil {
		return Origin{}, false, err
	}
	return e.originByMark(ctx, name)
}
