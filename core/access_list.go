package core

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/parallel"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// Everybody is the user of rows about every caller, with a key or without.
const Everybody = "everybody"

// AccessRow is what one policy lets somebody do in one bucket, or why that is not known.
type AccessRow struct {
	// User is the name of a user, Everybody, or what else a bucket's policy names, as it is written there.
	User string
	// Anyone says that the row is about every caller: a user may have the name Everybody, too.
	Anyone bool
	// Row is empty, but for the bucket if it is known, where Unknown is not.
	policy.Row
	// Through is the policy: the name of an inline one, the ARN of an attached one, either behind "group NAME: ", or "bucket policy",
	// "bucket ACL", "bucket status" or "owner of the bucket".
	Through string
	// Unknown is what could not be read, and why.
	Unknown string
}

// Conditions words the conditions of a row: "when ... unless ...".
func (r AccessRow) Conditions() string {
	var words []string
	if r.When != nil {
		words = append(words, "when "+r.When.String())
	}
	for _, b := range r.Unless {
		words = append(words, "unless "+b.String())
	}
	return strings.Join(words, ", ")
}

// AccessOptions say whose access to list, and to what.
type AccessOptions struct {
	// Users are names of users, or what bucket policies name besides; nil for all.
	Users []string
	// Buckets are names; nil for all that are listed.
	Buckets []string
}

// ListAccess yields who can reach which buckets: what everybody can, what others can whom the policies of buckets name, and what each
// user can besides. Of two rows through the same policy that a key is in, the one that names it more closely holds. NotFound if a user or a bucket that is
// named does not exist.
func (e *Engine) ListAccess(ctx context.Context, options AccessOptions) iter.Seq2[AccessRow, error] {
	return func(yield func(AccessRow, error) bool) {
		if err := e.listAccess(ctx, options, yield); err != nil {
			yield(AccessRow{}, err)
		}
	}
}

func (e *Engine) listAccess(ctx context.Context, options AccessOptions, yield func(AccessRow, error) bool) error {
	reader, explainer := e.newAccessReader(), newAccessExplainer(e)
	for _, name := range options.Buckets {
		if _, err := e.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: name}); err != nil && !errors.Is(err, fault.PermissionDenied) {
			return err
		}
	}
	buckets, err := reader.buckets(ctx, options.Buckets, accessSettings...)
	if err != nil {
		return err
	}
	users, others, err := e.accessSubjects(ctx, options.Users, buckets)
	if err != nil {
		return err
	}
	for _, subject := range others {
		for _, b := range buckets {
			rows, err := explainer.rows(subject, b)
			if err != nil || !yieldAll(rows, yield) {
				return err
			}
		}
	}
	source := func(context.Context) iter.Seq2[driver.User, error] {
		return driver.Listing(func() ([]driver.User, error) { return users, nil })
	}
	for rows, err := range parallel.Map(ctx, readsAtOnce, source, func(ctx context.Context, user driver.User) ([]AccessRow, error) {
		return explainer.ofUser(ctx, reader, user, buckets)
	}) {
		if err != nil || !yieldAll(rows, yield) {
			return err
		}
	}
	return nil
}

func yieldAll(rows []AccessRow, yield func(AccessRow, error) bool) bool {
	for _, r := range rows {
		if !yield(r, nil) {
			return false
		}
	}
	return true
}

// accessSubjects are the users, and everybody with whom else the policies of buckets name. Of names, only those.
func (e *Engine) accessSubjects(ctx context.Context, names []string, buckets []*BucketAccess) ([]driver.User, []*accessSubject, error) {
	named := principalsOf(buckets)
	others := []*accessSubject{everybody()}
	var users []driver.User
	if len(names) == 0 {
		var err error
		if users, err = collect(e.ListUsers(ctx)); err != nil {
			return nil, nil, err
		}
		known := map[string]bool{}
		for _, u := range users {
			known[e.newUserAccess(u).principal] = true
		}
		names = slices.DeleteFunc(slices.Clone(named), func(principal string) bool { return known[principal] })
	}
	for _, name := range names {
		switch {
		case name == Everybody:
			if user, err := e.GetUser(ctx, driver.GetUserRequest{Name: name}); err == nil {
				users = append(users, user)
			} else if !errors.Is(err, fault.NotFound) {
				return nil, nil, err
			}
		case slices.Contains(named, name):
			others = append(others, &accessSubject{name: name, principal: name})
		default:
			user, err := e.GetUser(ctx, driver.GetUserRequest{Name: name})
			if err != nil {
				return nil, nil, err
			}
			users = append(users, user)
		}
	}
	return users, others, nil
}

// principalsOf are whom the settings of buckets name, sorted.
func principalsOf(buckets []*BucketAccess) []string {
	var all []string
	for _, b := range buckets {
		all = slices.Concat(all, b.policy.Principals(), b.acl.Principals())
	}
	slices.Sort(all)
	return slices.Compact(all)
}
