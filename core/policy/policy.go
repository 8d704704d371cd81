// Package policy works with S3 and IAM policy documents, without any request to a system:
//
//   - [Parse] reads a [Document], and [Document.JSON] and [Document.Indent] print it;
//   - [Build] makes the document that gives an [Access] to buckets, restricted to a prefix if wanted, and [PublicGet] the
//     policy of a public bucket;
//   - [Compile] adapts a document to the [Dialect] of a system, and [Size] counts it against the system's limits;
//   - [Equal] compares two documents by what they mean, and [Merge] joins several;
//   - [Evaluate] decides whether documents allow a request;
//   - [Explain] says all that documents allow, [Gained] what one allows that another does not, and [Prove] holds a document
//     against what was asked for.
//
// It is a leaf: it imports nothing of the project but core/fault and the JSON reader.
package policy

import "github.com/s3-credentials/s3-credentials/internal/orderedjson"

// Version is the version of the policy language in documents that this package makes: the current one.
const Version = "2012-10-17"

// Document is a policy document. Members that this package does not know are kept when a document is parsed, and printed
// again: a document that is read from a system and written back allows and denies the same.
type Document struct {
	Version   string
	ID        string
	Statement []Statement
	// order is how the members stood in the document this was read from, known and unknown ones; empty for a built one.
	order orderedjson.Object
}

// Statement is one statement of a document.
type Statement struct {
	Sid          string
	Effect       Effect
	Principal    *Principal
	NotPrincipal *Principal
	Action       []string
	NotAction    []string
	Resource     []string
	NotResource  []string
	// Condition maps an operator (StringLike) to keys (s3:prefix) to values.
	Condition map[string]map[string][]string
	// order is how the members stood in the document this was read from; empty for a built statement.
	order orderedjson.Object
}

// Effect is Allow or Deny.
type Effect string

// The two effects.
const (
	Allow Effect = "Allow"
	Deny  Effect = "Deny"
)

// Principal names whom a statement applies to.
type Principal struct {
	// Any is the principal "*": everybody, with credentials or without.
	Any bool
	// Of maps a type of principal ("AWS", "Service", "Federated", "CanonicalUser") to names.
	Of map[string][]string
}

// Dialect is how the policy language of a system differs from AWS's. The zero Dialect is AWS's.
type Dialect struct {
	// RejectedActions are actions for which the system rejects a whole document. "*" and "?" in one are wildcards.
	RejectedActions []string
	// MandatoryStatements are Deny statements that every document of a user or session must have on this system, because a key
	// could widen its own access without them. Compile appends them.
	MandatoryStatements []Statement
	// Implications are what the system permits beyond the policy language of AWS: a document there allows more than it says.
	Implications []Implication
	// AnonymousBucketPolicies says that the policy of a bucket is about requests without a key: no key gains or loses anything by it.
	AnonymousBucketPolicies bool
	// PlainUserPolicies says that the system takes in the policies of users only statements that allow, by Action and Resource: no Deny, no
	// NotAction and no NotResource. Those of sessions and buckets may have them.
	PlainUserPolicies bool
	// IgnoresCase says that the system takes capital and small letters in a Resource for the same: access below a prefix reaches keys that
	// differ from it in case alone. People are told.
	IgnoresCase bool
}

// Implication is an action that a system permits wherever a document allows another one.
type Implication struct {
	// Action is what is permitted unasked, such as "s3:DeleteObjectVersion", and By the action that the document allows, such as
	// "s3:DeleteObject". Neither has wildcards. An empty By means that every key may do Action, whatever its documents say.
	Action, By string
	// Deny is the statement that takes Action away and leaves By as it is. Nil where the system has none: then the implication is
	// known, and people are told.
	Deny *Statement
}
