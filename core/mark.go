package core

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// A system whose keys end by themselves may delete those that have ended, and where users have no tags, the tags that say who made the user
// are gone with its key. The user's own policies stay, so for a user whose first key is to end, their Id says it too. Where nothing has tags,
// their Id says it of every user.

// markPrefix begins the Id of a policy that is a mark.
const markPrefix = "s3-credentials;"

// marks reports whether policies say who made their user.
func (e *Engine) marks() bool {
	has := e.description.Has
	return has(driver.CapPolicyInline) && !has(driver.CapUserTags) && (has(driver.CapKeyExpiry) || !has(driver.CapKeyTags))
}

// markFor is the mark of a user that is made now; empty where none is needed.
func (e *Engine) markFor(ctx context.Context, user string, until time.Time) string {
	tagged := e.description.Has(driver.CapKeyTags)
	if e.version == "" || tagged && until.IsZero() || !e.marks() {
		return ""
	}
	o := Origin{At: time.Now(), Version: taggable(e.version, mostVersion), Until: until, user: markOf(user)}
	if !tagged {
		caller, _ := e.WhoAmI(ctx) // credentials that the system does not tell of make it all the same
		o.By = taggable(cmp.Or(caller.ARN, caller.UserID), mostTag)
	}
	var members []string
	for _, tag := range o.tags() {
		members = append(members, strings.TrimPrefix(tag.Key, tagPrefix)+"="+tag.Value)
	}
	return markPrefix + strings.Join(members, ";")
}

// markIn is the mark in the policies of a user; empty for none.
func markIn(documents map[string]policy.Document) string {
	mark := ""
	for _, d := range documents {
		if strings.HasPrefix(d.ID, markPrefix) {
			mark = cmp.Or(mark, d.ID)
		}
	}
	return mark
}

// originOfMark reads a mark; it reports false for what is none, and for that of another user.
func originOfMark(mark, user string) (Origin, bool) {
	members, marked := strings.CutPrefix(mark, markPrefix)
	if !marked {
		return Origin{}, false
	}
	var tags []driver.Tag
	for member := range strings.SplitSeq(members, ";") {
		key, value, _ := strings.Cut(member, "=")
		tags = append(tags, driver.Tag{Key: tagPrefix + key, Value: value})
	}
	return originAs(tags, user)
}

// originByMark says who made a user, by the user's policies.
func (e *Engine) originByMark(ctx context.Context, user string) (Origin, bool, error) {
	if !e.marks() {
		return Origin{}, false, nil
	}
	for document, err := range e.ListUserPolicies(ctx, user) {
		if err != nil {
			return Origin{}, false, err
		}
		parsed, err := policy.Parse([]byte(document.Document))
		if origin, ours := originOfMark(parsed.ID, user); ours && err == nil {
			return origin, true, nil
		}
	}
	return Origin{}, false, nil
}
