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

func (g bucketGranter) check(ctx context.Context, grants []grant) error {
	limits := g.description.Limits
	for _, gr := range grants {
		if err := checkSize("policy of bucket "+gr.bucket, gr.document, limits.BucketPolicyBytes, limits.IgnoreWhitespace); err != nil {
			return err
		}
	}
	return nil
}

func (g bucketGranter) plan(ctx context.Context, system *survey, plan *Plan, user *keyOwner, grants []grant) error {
	if !user.exists {
		// Somebody deleted a former user of the name by other means, and the new one would have what it had. The steps are
		// final: that must not come back.
		former := &Plan{}
		if err := g.planRevoke(ctx, system, former, user.name); err != nil {
			return err
		}
		plan.add(former.Steps...)
	}
	for _, gr := range grants {
		statements := g.statements(user.name, gr.access, gr.document)
		current, err := system.bucketPolicy(ctx, gr.bucket)
		if err != nil {
			return err
		}
		if err := g.check(ctx, []grant{{bucket: gr.bucket, document: g.replaced(current, user.name, statements)}}); err != nil {
			return err
		}
		step := Step{Verb: Put, Resource: g.resource(user.name, gr.access, gr.bucket), After: &State{Document: documentOf(statements)}}
		former := g.ofUser(current, user.name)
		had := user.exists && len(former) > 0
		if had {
			step.Before = &State{Document: documentOf(former)}
		}
		switch {
		case had && !equalStatements(former, statements):
			user.noteChange(plan, NotePolicyChanged, step.Resource)
		case !had && user.inUse():
			user.noteChange(plan, NotePolicyAdded, step.Resource)
		}
		plan.add(step)
	}
	if !user.exists {
		return nil
	}
	return g.findOthers(ctx, system, user, bucketsOf(grants))
}

// findOthers finds what the user is granted in other buckets.
func (g bucketGranter) findOthers(ctx context.Context, system *survey, user *keyOwner, buckets []string) error {
	for bucket, err := range g.ListBuckets(ctx) {
		if err != nil {
			return err
		}
		if slices.Contains(buckets, bucket.Name) {
			continue
		}
		document, err := system.bucketPolicy(ctx, bucket.Name)
		if err != nil {
			return err
		}
		if statements := g.ofUser(document, user.name); len(statements) > 0 {
			user.others = append(user.others, grantName(accessOf(statements[0].Sid), bucket.Name))
			user.kept = append(user.kept, policy.Document{Version: policy.Version, Statement: statements})
		}
	}
	return nil
}

func (g bucketGranter) resource(user, access, bucket string) Resource {
	return Resource{Kind: KindGrant, Name: grantName(access, bucket), Owner: driver.UserPrincipal(user), Bucket: bucket}
}

func documentOf(statements []policy.Statement) string {
	return policy.Document{Version: policy.Version, Statement: statements}.JSON()
}

// equalStatements reports whether two lists of statements mean the same.
func equalStatements(a, b []policy.Statement) bool {
	return policy.Equal(policy.Document{Statement: a}, policy.Document{Statement: b})
}

// planRevoke adds steps that take the user out of every bucket policy, whoever put it there: where a user is its name, a
// later user of that name would have what the policy still grants.
func (g bucketGranter) planRevoke(ctx context.Context, system *survey, plan *Plan, user string) error {
	for bucket, err := range g.ListBuckets(ctx) {
		if err != nil {
			return err
		}
		document, err := system.bucketPolicy(ctx, bucket.Name)
		if err != nil {
			return err
		}
		if _, named := g.without(document, user); named {
			plan.add(Step{Verb: Delete, Resource: g.resource(user, policy.Custom, bucket.Name), Final: true})
		}
	}
	return nil
}

// statements are those of the document, about the user.
func (g bucketGranter) statements(user, access string, document policy.Document) []policy.Statement {
	statements := slices.Clone(document.Statement)
	for i := range statements {
		statements[i].Sid = fmt.Sprintf("%s%s%d", sidPrefix, sidWord(access), i+1)
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

// ofUser returns the statements that this tool added for the user.
func (g bucketGranter) ofUser(document policy.Document, user string) []policy.Statement {
	return slices.DeleteFunc(slices.Clone(document.Statement), func(s policy.Statement) bool { return !g.isOf(s, user) })
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
		system := g.newSurvey()
		for bucket, err := range g.ListBuckets(ctx) {
			var document policy.Document
			if err == nil {
				document, err = system.bucketPolicy(ctx, bucket.Name)
			}
			if err != nil {
				yield(driver.PolicyDocument{}, err)
				return
			}
			statements := g.ofUser(document, user)
			if len(statements) == 0 {
				continue
			}
			if !yield(driver.PolicyDocument{
				Principal: driver.UserPrincipal(user),
				Name:      grantName(accessOf(statements[0].Sid), bucket.Name),
				Document:  documentOf(statements),
			}, nil) {
				return
			}
		}
	}
}

// without returns the document without the user: the user's name is dropped from every statement, and with it a statement
// that then names nobody. It reports whether that changes anything.
func (g bucketGranter) without(document policy.Document, user string) (policy.Document, bool) {
	principal, changed := g.principal(user), false
	var kept []policy.Statement
	for _, s := range document.Statement {
		if s.Principal != nil && slices.Contains(s.Principal.Of["AWS"], principal) {
			others := map[string][]string{}
			for kind, names := range s.Principal.Of {
				names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return kind == "AWS" && n == principal })
				if len(names) > 0 {
					others[kind] = names
				}
			}
			changed = true
			if len(others) == 0 {
				continue
			}
			s.Principal = &policy.Principal{Of: others}
		}
		kept = append(kept, s)
	}
	document.Statement = kept
	return document, changed
}

// sidWord is the name of an access as a statement id can hold it: "ReadOnly", or "ReadAndDelete" for "read+delete".
func sidWord(access string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(strings.ReplaceAll(access, "+", "-and-"), "-") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

// accessOf is the name of the access that a statement id of this tool stands for.
func accessOf(sid string) string {
	word := strings.TrimRight(strings.TrimPrefix(sid, sidPrefix), "0123456789")
	for _, name := range policy.AccessNames() {
		if word == sidWord(name) {
			return name
		}
	}
	return policy.Custom
}
