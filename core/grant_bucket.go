package core

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// sidPrefix marks the statements that this tool adds to bucket policies. Statement ids are letters and digits only.
const sidPrefix = "S3Credentials"

// bucketGranter gives access by statements in the bucket's policy that name the user, on systems whose users have no
// policies of their own. What others wrote into the policy is kept.
type bucketGranter struct{ *Engine }

func (g bucketGranter) plan(ctx context.Context, plan *Plan, user string, exists bool, permission string, grants []grant) error {
	if !exists {
		if err := g.planForget(ctx, plan, user); err != nil {
			return err
		}
	}
	for _, gr := range grants {
		statements := g.statements(user, permission, gr.document)
		current, err := g.bucketPolicyOf(ctx, gr.bucket)
		if err != nil {
			return err
		}
		after := g.replaced(current, user, statements)
		if err := checkSize("policy of bucket "+gr.bucket, after, g.description.Limits.BucketPolicyBytes, g.description.Limits.IgnoreWhitespace); err != nil {
			return err
		}
		var former []policy.Statement
		if exists {
			former = g.ofUser(current, user)
		}
		plan.Steps = append(plan.Steps, g.grantStep(user, permission, gr.bucket, statements, former))
	}
	return nil
}

// planForget adds the steps that take a former user of a new user's name out of the bucket policies: somebody deleted
// it by other means, and the new one would have what it had. There is no undo: that must not come back.
func (g bucketGranter) planForget(ctx context.Context, plan *Plan, user string) error {
	buckets, err := g.naming(ctx, user)
	for _, bucket := range buckets {
		plan.Steps = append(plan.Steps, Step{
			Would: fmt.Sprintf("Would remove what a former user '%s' was granted in the policy of bucket '%s'", user, bucket),
			Did:   fmt.Sprintf("Removed what a former user %s was granted in the policy of bucket %s", user, bucket),
			Thing: fmt.Sprintf("grant to a former user '%s' in the policy of bucket %s", user, bucket),
			do:    func(ctx context.Context) error { return g.removeUser(ctx, bucket, user) },
		})
	}
	return err
}

// naming returns the buckets whose policies name the user.
func (g bucketGranter) naming(ctx context.Context, user string) ([]string, error) {
	var buckets []string
	for bucket, err := range g.ListBuckets(ctx) {
		if err != nil {
			return nil, err
		}
		document, err := g.bucketPolicyOf(ctx, bucket.Name)
		if err != nil {
			return nil, err
		}
		if _, named := g.without(document, user); named {
			buckets = append(buckets, bucket.Name)
		}
	}
	return buckets, nil
}

// bucketPolicyOf reads the policy of a bucket that the same plan may be about to create.
func (g bucketGranter) bucketPolicyOf(ctx context.Context, bucket string) (policy.Document, error) {
	current, err := g.bucketPolicy(ctx, bucket)
	if current.Version == "" {
		current.Version = policy.Version
	}
	return current, err
}

func (g bucketGranter) grantStep(user, permission, bucket string, statements, former []policy.Statement) Step {
	name := grantName(permission, bucket)
	shown := policy.Document{Version: policy.Version, Statement: statements}
	return Step{
		Would: fmt.Sprintf("Would grant '%s' to user '%s' in the policy of bucket '%s', statements:\n%s", name, user, bucket, shown.Indent()),
		Did:   fmt.Sprintf("Granted %s to user %s in the policy of bucket %s", name, user, bucket),
		Thing: fmt.Sprintf("grant to user '%s' in the policy of bucket %s", user, bucket),
		do:    func(ctx context.Context) error { return g.change(ctx, bucket, user, statements) },
		undo:  func(ctx context.Context) error { return g.change(ctx, bucket, user, former) },
	}
}

// change puts the statements in place of those that name the user alone, in the policy as it is now.
func (g bucketGranter) change(ctx context.Context, bucket, user string, statements []policy.Statement) error {
	current, err := g.bucketPolicyOf(ctx, bucket)
	if err != nil {
		return err
	}
	return g.put(ctx, bucket, g.replaced(current, user, statements))
}

// put makes the document the bucket's policy; an empty one means none.
func (g bucketGranter) put(ctx context.Context, bucket string, document policy.Document) error {
	if len(document.Statement) == 0 {
		return g.DeleteBucketSetting(ctx, driver.DeleteBucketSettingRequest{Bucket: bucket, Setting: driver.SettingPolicy})
	}
	value := driver.BucketSetting{Policy: &driver.BucketPolicy{Document: document.JSON()}}
	return g.PutBucketSetting(ctx, driver.PutBucketSettingRequest{Bucket: bucket, Value: value})
}

// statements are those of the document, about the user.
func (g bucketGranter) statements(user, permission string, document policy.Document) []policy.Statement {
	statements := slices.Clone(document.Statement)
	for i := range statements {
		statements[i].Sid = fmt.Sprintf("%s%s%d", sidPrefix, sidWord(permission), i+1)
		statements[i].Principal = &policy.Principal{Of: map[string][]string{"AWS": {g.principal(user)}}}
	}
	return statements
}

func (g bucketGranter) principal(user string) string {
	return strings.ReplaceAll(g.description.Principal, "{user}", user)
}

// replaced returns the document with the user's statements replaced by others.
func (g bucketGranter) replaced(document policy.Document, user string, statements []policy.Statement) policy.Document {
	kept := slices.DeleteFunc(slices.Clone(document.Statement), func(s policy.Statement) bool { return g.isOf(s, user) })
	document.Statement = append(kept, statements...)
	return document
}

// ofUser returns the statements of this tool about the user.
func (g bucketGranter) ofUser(document policy.Document, user string) []policy.Statement {
	var found []policy.Statement
	for _, s := range document.Statement {
		if g.isOf(s, user) {
			found = append(found, s)
		}
	}
	return found
}

// isOf reports whether this tool added the statement for the user.
func (g bucketGranter) isOf(s policy.Statement, user string) bool {
	return strings.HasPrefix(s.Sid, sidPrefix) && g.namesOnly(s, user)
}

// namesOnly reports whether a statement is about the user and nobody else.
func (g bucketGranter) namesOnly(s policy.Statement, user string) bool {
	if s.Principal == nil || s.Principal.Any || len(s.Principal.Of) != 1 {
		return false
	}
	names := s.Principal.Of["AWS"]
	return len(names) == 1 && names[0] == g.principal(user)
}

func (g bucketGranter) list(ctx context.Context, user string) iter.Seq2[driver.PolicyDocument, error] {
	return func(yield func(driver.PolicyDocument, error) bool) {
		if _, err := g.GetUser(ctx, driver.GetUserRequest{Name: user}); err != nil {
			yield(driver.PolicyDocument{}, err)
			return
		}
		for bucket, err := range g.ListBuckets(ctx) {
			var document policy.Document
			if err == nil {
				document, err = g.bucketPolicyOf(ctx, bucket.Name)
			}
			if err != nil {
				yield(driver.PolicyDocument{}, err)
				return
			}
			statements := g.ofUser(document, user)
			if len(statements) == 0 {
				continue
			}
			own := policy.Document{Version: policy.Version, Statement: statements}
			if !yield(driver.PolicyDocument{
				Principal: driver.UserPrincipal(user),
				Name:      grantName(permissionOf(statements[0].Sid), bucket.Name),
				Document:  own.JSON(),
			}, nil) {
				return
			}
		}
	}
}

// revoke takes the user out of every bucket policy, whoever put it there: where a user is its name, a later user of
// that name would have what the policy still grants.
func (g bucketGranter) revoke(ctx context.Context, user string) ([]Step, error) {
	buckets, err := g.naming(ctx, user)
	var steps []Step
	for _, bucket := range buckets {
		steps = append(steps, Step{
			Would: "  Would delete grant in the policy of bucket: " + bucket,
			Did:   "  Deleted grant in the policy of bucket: " + bucket,
			Thing: fmt.Sprintf("grant to user '%s' in the policy of bucket %s", user, bucket),
			do:    func(ctx context.Context) error { return g.removeUser(ctx, bucket, user) },
		})
	}
	return steps, err
}

func (g bucketGranter) removeUser(ctx context.Context, bucket, user string) error {
	current, err := g.bucketPolicyOf(ctx, bucket)
	if err != nil {
		return err
	}
	after, changed := g.without(current, user)
	if !changed {
		return nil
	}
	return g.put(ctx, bucket, after)
}

// without returns the document without the user: statements about the user alone are dropped, and from others its
// name is. It reports whether that changes anything.
func (g bucketGranter) without(document policy.Document, user string) (policy.Document, bool) {
	principal, changed := g.principal(user), false
	var kept []policy.Statement
	for _, s := range document.Statement {
		switch {
		case g.namesOnly(s, user):
			changed = true
			continue
		case s.Principal != nil && slices.Contains(s.Principal.Of["AWS"], principal):
			others := map[string][]string{}
			for kind, names := range s.Principal.Of {
				others[kind] = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return kind == "AWS" && n == principal })
			}
			s.Principal = &policy.Principal{Of: others}
			changed = true
		}
		kept = append(kept, s)
	}
	document.Statement = kept
	return document, changed
}

// grantName is how a grant in a bucket policy is listed: as an inline policy for the same would be named.
func grantName(permission, bucket string) string { return "s3." + permission + "." + bucket }

// sidWord is the permission as a statement id can hold it: "ReadOnly".
func sidWord(permission string) string {
	var b strings.Builder
	for _, part := range strings.Split(permission, "-") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

// permissionOf is the permission that a statement id of this tool stands for.
func permissionOf(sid string) string {
	for _, p := range permissions() {
		if strings.HasPrefix(sid, sidPrefix+sidWord(p)) {
			return p
		}
	}
	return "custom"
}
