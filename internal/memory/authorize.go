package memory

import (
	"maps"
	"slices"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// caller is who makes a request.
type caller struct {
	root   bool
	arn    string
	id     string
	name   string
	allows []policy.Document
	// apart says that the policies of buckets are not about the caller, as it has a key.
	apart bool
	// bounds must each allow the request: a permissions boundary, a session's policy.
	bounds []policy.Document
}

// authenticate identifies the caller by its credentials.
func (b *backend) authenticate() (caller, error) {
	if b.anonymous {
		return caller{}, nil
	}
	given := b.config.Credentials
	if given == nil {
		return caller{}, fault.New(fault.Unauthenticated, "there are no credentials; name some")
	}
	if *given == b.system.root {
		return caller{root: true, arn: "arn:aws:iam::" + account + ":root", id: account}, nil
	}
	if s, ok := b.system.sessions[given.AccessKeyID]; ok {
		return b.system.inSession(s, *given)
	}
	for _, u := range b.system.users {
		key, ok := u.keys[given.AccessKeyID]
		ended := ok && !key.Expires.IsZero() && time.Now().After(key.Expires)
		if ok && !ended && key.Status == driver.KeyActive && key.SecretAccessKey == given.SecretAccessKey && given.SessionToken == "" {
			b.system.uses[key.AccessKeyID] = driver.AccessKeyUse{Date: now(), Service: "s3", Region: b.config.Region}
			return b.system.asUser(u), nil
		}
	}
	return caller{}, wrongKey(given)
}

func wrongKey(given *driver.Credentials) error {
	return fault.New(fault.Unauthenticated, "the system does not accept the access key %s", given.AccessKeyID)
}

func (s *System) asUser(u *user) caller {
	who := caller{arn: u.ARN, id: u.ID, name: u.Name, allows: s.documents(&u.grants)}
	for _, g := range s.groupsOf(u.Name) {
		who.allows = append(who.allows, s.documents(&s.groups[g].grants)...)
	}
	if u.PermissionsBoundary != "" {
		who.bounds = append(who.bounds, s.managed[u.PermissionsBoundary].document)
	}
	return who
}

func (s *System) inSession(session *session, given driver.Credentials) (caller, error) {
	same := session.SecretAccessKey == given.SecretAccessKey && session.SessionToken == given.SessionToken
	if !same || time.Now().After(session.Expiration) {
		return caller{}, wrongKey(&given)
	}
	who := session.parent
	if session.role != nil {
		who = caller{allows: s.documents(&session.role.grants)}
	}
	who.root = who.root && session.role == nil
	who.arn, who.id, who.name = session.arn, session.id, ""
	who.bounds = append(who.bounds[:len(who.bounds):len(who.bounds)], session.policy)
	return who, nil
}

// documents are all policies of a user or role.
func (s *System) documents(g *grants) []policy.Document {
	docs := slices.Collect(maps.Values(g.inline))
	for arn := range g.attached {
		docs = append(docs, s.managed[arn].document)
	}
	for _, granted := range g.buckets {
		doc, _ := granted.Document("aws") // the bucket exists, so its name is no pattern
		docs = append(docs, doc)
	}
	return docs
}

// may fails with PermissionDenied unless the caller may do the action. The policy of the bucket in, if any, applies too.
func (who caller) may(action, resource string, in *bucket, context map[string][]string) error {
	keys := map[string][]string{"aws:PrincipalArn": {who.arn}, "aws:CurrentTime": {time.Now().UTC().Format(time.RFC3339)}}
	if who.name != "" {
		keys["aws:username"] = []string{who.name}
	}
	maps.Copy(keys, context)
	if !who.allowed(policy.Request{Principal: who.arn, Action: action, Resource: resource, Context: keys}, in) {
		return &fault.Error{
			Code: fault.PermissionDenied, Message: "these credentials may not do " + action + " on " + resource,
			Service: &fault.Service{Code: "AccessDenied", Message: "Access Denied", HTTPStatus: 403},
		}
	}
	return nil
}

func (who caller) allowed(request policy.Request, in *bucket) bool {
	ofBucket := policy.ImplicitDeny
	if in != nil && in.policy != nil && !who.apart {
		ofBucket = policy.Evaluate([]policy.Document{*in.policy}, request)
	}
	for _, bound := range who.bounds {
		if policy.Evaluate([]policy.Document{bound}, request) != policy.Allowed {
			return false
		}
	}
	if who.root {
		return true
	}
	own := policy.Evaluate(who.allows, request)
	if own == policy.ExplicitDeny || ofBucket == policy.ExplicitDeny {
		return false
	}
	return own == policy.Allowed || ofBucket == policy.Allowed
}
