package core

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// UserPolicy is a policy that applies to a user.
type UserPolicy struct {
	// Name is that of an inline policy, the ARN of an attached one, or what stands for the statements in a bucket's policy; that of a
	// group's begins with "group NAME: ".
	Name     string
	Document policy.Document
	// text is the document, and denials what it denies; empty for nothing.
	text, denialText string
	denials          policy.Document
	// personal says that it depends on who asks.
	personal bool
}

// personalKeys are parts of the condition keys and variables whose values are the caller's.
var personalKeys = []string{"${", "aws:username", "aws:userid", "aws:principal"}

func newUserPolicy(name string, document policy.Document) UserPolicy {
	p := UserPolicy{Name: name, Document: document, text: document.JSON(), denials: document.Denials()}
	if len(p.denials.Statement) > 0 {
		p.denialText = p.denials.JSON()
	}
	lower := strings.ToLower(p.text)
	for _, key := range personalKeys {
		p.personal = p.personal || strings.Contains(lower, key)
	}
	return p
}

// accessSubject is whom rows are about.
type accessSubject struct {
	name string
	// principal is how the policies of buckets name the subject; empty for everybody.
	principal string
	// user is nil for whom this account has no user.
	user *UserAccess
}

// anyone reports whether the subject is every caller.
func (s *accessSubject) anyone() bool { return s.user == nil && s.principal == "" }

func everybody() *accessSubject { return &accessSubject{name: Everybody} }

// accessExplainer says what policies allow. What is the same for several users it works out once.
type accessExplainer struct {
	*Engine
	known once[[sha256.Size]byte, policy.Explanation]
}

func newAccessExplainer(e *Engine) *accessExplainer { return &accessExplainer{Engine: e} }

// ofUser are the rows of a user.
func (x *accessExplainer) ofUser(ctx context.Context, reader *accessReader, user driver.User, buckets []*BucketAccess) ([]AccessRow, error) {
	if x.description.Has(driver.CapPolicyBoundary) && user.PermissionsBoundary == "" {
		looked, err := x.GetUser(ctx, driver.GetUserRequest{Name: user.Name}) // a listing has no boundaries
		if err != nil {
			return nil, unlessDeleted(err)
		}
		user = looked
	}
	access, err := reader.userAccess(ctx, user)
	if err != nil {
		return nil, unlessDeleted(err)
	}
	subject := &accessSubject{name: user.Name, principal: access.principal, user: access}
	var rows []AccessRow
	for _, b := range buckets {
		found, err := x.rows(subject, b)
		if err != nil {
			return nil, err
		}
		rows = append(rows, found...)
	}
	for _, why := range access.Unknown {
		rows = append(rows, AccessRow{User: user.Name, Unknown: why})
	}
	return rows, nil
}

// unlessDeleted drops the error of a user who was deleted after it was listed.
func unlessDeleted(err error) error {
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// rows are the rows of a subject in a bucket, one policy after the other. What is not known of the bucket is a row of everybody's.
func (x *accessExplainer) rows(subject *accessSubject, b *BucketAccess) ([]AccessRow, error) {
	var rows []AccessRow
	own, ofBucket := []UserPolicy(nil), b.policiesFor(subject.principal, subject.user != nil)
	if subject.principal == "" {
		for _, why := range b.Unknown {
			rows = append(rows, AccessRow{User: subject.name, Anyone: subject.anyone(), Row: policy.Row{Bucket: b.Bucket}, Unknown: why})
		}
	} else if subject.user != nil {
		own = subject.user.Policies
		if x.description.Dialect.AnonymousBucketPolicies {
			ofBucket = nil
		}
	}
	all := append(own[:len(own):len(own)], ofBucket...)
	for i, p := range all {
		if !p.Document.Allows() {
			continue
		}
		found, err := x.explain(subject, b.Bucket, all, i, i < len(own))
		if errors.Is(err, fault.ResourceExhausted) {
			rows = append(rows, AccessRow{User: subject.name, Anyone: subject.anyone(), Row: policy.Row{Bucket: b.Bucket}, Unknown: fmt.Sprintf("policy %s, which is too complex to be decided", p.Name)})
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			rows = append(rows, AccessRow{User: subject.name, Anyone: subject.anyone(), Row: r, Through: p.Name})
		}
	}
	return rows, nil
}

// explain says what one of the policies allows in a bucket, but for what the others deny.
func (x *accessExplainer) explain(subject *accessSubject, bucket string, all []UserPolicy, which int, bounded bool) (policy.Explanation, error) {
	key, personal := []string{bucket, all[which].text}, all[which].personal
	documents := []policy.Document{all[which].Document}
	options := policy.ExplainOptions{Partition: x.description.Partition, Buckets: []string{bucket}}
	for i, p := range all {
		if i != which && p.denialText != "" {
			documents, key, personal = append(documents, p.denials), append(key, p.denialText), personal || p.personal
		}
	}
	if strings.HasPrefix(subject.principal, "arn:") {
		options.Context = map[string][]string{"aws:PrincipalArn": {subject.principal}}
	}
	if subject.user != nil {
		options.Context = subject.user.context
		if boundary := subject.user.Boundary; boundary != nil && bounded {
			options.Boundary = &boundary.Document
			key, personal = append(key, "boundary", boundary.text), personal || boundary.personal
		} else if boundary != nil {
			documents, key, personal = append(documents, boundary.denials), append(key, boundary.denialText), personal || boundary.personal
		}
	}
	if personal {
		key = append(key, "user", subject.name)
	}
	return x.known.get(sha256.Sum256([]byte(strings.Join(key, "\x00"))), func() (policy.Explanation, error) {
		return policy.Explain(documents, options)
	})
}
