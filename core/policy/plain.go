package policy

import "github.com/s3-credentials/s3-credentials/core/fault"

// CheckUserPolicy returns Unsupported for a document that the dialect does not permit as the policy of a user.
func (d Dialect) CheckUserPolicy(doc Document) error {
	if !d.PlainUserPolicies {
		return nil
	}
	for i, s := range doc.Statement {
		switch {
		case s.Effect == Deny:
			return notPlain(i, "denies something, but the policy of a user can only allow on this system; leave it out, and allow less")
		case len(s.NotAction) > 0:
			return notPlain(i, "has NotAction, which the policy of a user cannot have on this system; name the actions in Action")
		case len(s.NotResource) > 0:
			return notPlain(i, "has NotResource, which the policy of a user cannot have on this system; name the resources in Resource")
		}
	}
	return nil
}

func notPlain(index int, why string) error {
	return fault.New(fault.Unsupported, "statement %d of the policy %s", index+1, why)
}
