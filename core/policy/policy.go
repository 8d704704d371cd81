// Package policy is the model of S3 and IAM policy documents: parse and print them, build the ones that this tool
// hands out, compile them for what a system understands, check them against its limits, and evaluate them.
// It is a leaf: it imports nothing of the project but core/fault and the JSON reader.
package policy

import "github.com/s3-credentials/s3-credentials/internal/orderedjson"

// Version is the policy language version that every document of this tool names.
const Version = "2012-10-17"

// Document is a policy document. Fields that this model does not know are kept and printed again, so that a
// document read from a system and written back is never narrowed or widened by being understood only in part.
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

// Principal names who a statement is about.
type Principal struct {
	// Any is the principal "*": everybody.
	Any bool
	// Of maps a kind of principal ("AWS", "Service", "Federated", "CanonicalUser") to names.
	Of map[string][]string
}

// Dialect is what one system's policy language lacks or demands, compared with AWS's.
// The zero Dialect is AWS's own.
type Dialect struct {
	// RejectedActions are the actions whose presence makes the system refuse a whole document. Each may end in "*".
	RejectedActions []string
	// MandatoryStatements are statements that every document attached to a user or a session must carry on this system, because
	// without them a key could widen its own access. They are Deny statements; Compile appends them.
	MandatoryStatements []Statement
}
