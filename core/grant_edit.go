package core

import (
	"context"
	"math/rand/v2"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// edit changes a bucket's policy. It reports whether there is something to change: not if it is made already.
type edit func(policy.Document) (policy.Document, bool)

// mostEdits is how often a bucket's policy is changed that others change at the same time.
const mostEdits = 10

// adding adds the statements of a document that are missing.
func adding(granted policy.Document) edit {
	return func(current policy.Document) (policy.Document, bool) {
		missing := withoutStatements(granted, current)
		current.Statement = append(slices.Clone(current.Statement), missing.Statement...)
		return current, len(missing.Statement) > 0
	}
}

// removing removes the statements of a document.
func removing(granted policy.Document) edit {
	return func(current policy.Document) (policy.Document, bool) {
		kept := withoutStatements(current, granted)
		return kept, len(kept.Statement) < len(current.Statement)
	}
}

// withoutStatements returns the document without the statements that mean the same as one of the other document.
func withoutStatements(document, other policy.Document) policy.Document {
	document.Statement = slices.DeleteFunc(slices.Clone(document.Statement), func(s policy.Statement) bool {
		return slices.ContainsFunc(other.Statement, func(o policy.Statement) bool {
			return equalStatements([]policy.Statement{s}, []policy.Statement{o})
		})
	})
	return document
}

// putting is the edit of a step that grants: to everybody, it adds statements; to a user, it puts them in place of those that
// this tool added for the user.
func (g bucketGranter) putting(s Step) (edit, error) {
	granted, err := statementsOf(s.after())
	user := s.Resource.Owner.Name
	if user == "" {
		return adding(granted), err
	}
	return func(current policy.Document) (policy.Document, bool) {
		changed := !equalStatements(g.ofUser(current, user), granted.Statement)
		return g.replaced(current, user, granted.Statement), changed
	}, err
}

// statementsOf is the document of a state; one without statements if it has none.
func statementsOf(s State) (policy.Document, error) {
	if s.Document == "" {
		return policy.Document{}, nil
	}
	return policy.Parse([]byte(s.Document))
}

func putGrant(ctx context.Context, run *Applied, s Step) (Outcome, error) {
	g := bucketGranter{run.engine}
	put, err := g.putting(s)
	if err == nil {
		err = run.checkGrant(ctx, s)
	}
	if err != nil {
		return Outcome{Existed: true}, err
	}
	wrote, err := g.change(ctx, s.Resource.Bucket, put)
	return Outcome{Existed: !wrote}, err
}

// checkGrant is checkAccess for what a bucket's policy grants a user.
func (a *Applied) checkGrant(ctx context.Context, s Step) error {
	user := s.Resource.Owner.Name
	if user == "" {
		return nil
	}
	return a.checkAccess(ctx, s, func() (string, error) {
		current, err := a.engine.newSurvey().bucketPolicy(ctx, s.Resource.Bucket)
		if err != nil {
			return "", err
		}
		if statements := (bucketGranter{a.engine}).ofUser(current, user); len(statements) > 0 {
			return documentOf(statements), nil
		}
		return "", nil
	})
}

// deleteGrant takes a user, or what everybody was granted, out of the policy.
func deleteGrant(ctx context.Context, e *Engine, s Step) error {
	g := bucketGranter{e}
	remove := func(current policy.Document) (policy.Document, bool) {
		return g.without(current, s.Resource.Owner.Name)
	}
	if s.Resource.Owner.Name == "" {
		granted, err := statementsOf(s.before())
		if err != nil {
			return err
		}
		remove = removing(granted)
	}
	_, err := g.change(ctx, s.Resource.Bucket, remove)
	return err
}

// change edits the bucket's policy as it is now, and looks whether the edit has survived: somebody else who read the policy
// before may write it after. It reports whether it wrote, or tried to. Aborted if others change the policy all the time.
func (g bucketGranter) change(ctx context.Context, bucket string, edit edit) (wrote bool, err error) {
	for n := range mostEdits {
		if n > 1 {
			if err := g.sleep(ctx, rand.N(lookPause)); err != nil {
				return wrote, err
			}
		}
		current, err := g.newSurvey().bucketPolicy(ctx, bucket)
		if err != nil {
			return wrote, err
		}
		after, missing := edit(current)
		if !missing {
			return wrote, nil
		}
		wrote = true
		if err := g.writePolicy(ctx, bucket, after); err != nil {
			return wrote, err
		}
	}
	return wrote, fault.New(fault.Aborted, "others change the policy of bucket %s all the time; try again", bucket)
}

// writePolicy puts a bucket's policy; a document without statements means no policy.
func (g bucketGranter) writePolicy(ctx context.Context, bucket string, document policy.Document) error {
	if len(document.Statement) == 0 {
		return g.DeleteBucketSetting(ctx, driver.DeleteBucketSettingRequest{Bucket: bucket, Setting: driver.SettingPolicy})
	}
	value := driver.BucketSetting{Policy: &driver.BucketPolicy{Document: document.JSON()}}
	return g.PutBucketSetting(ctx, driver.PutBucketSettingRequest{Bucket: bucket, Value: value})
}
