package main

import (
	"fmt"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// stepText is what create says of a step: before it is done, in a dry run, and after. Words that scripts of the Python tool
// may read are that tool's.
type stepText struct {
	would func(core.Step) string
	did   func(core.Step, core.Outcome) string
}

// stepTexts have the words for each verb and kind of resource that create plans.
var stepTexts = map[core.ResourceKind]map[core.Verb]stepText{
	core.KindBucket: {core.Create: {
		would: func(s core.Step) string {
			text := fmt.Sprintf("Would create bucket: '%s'", s.Resource.Name)
			if region := s.After.Region; region != "" {
				text += fmt.Sprintf(" with args {\n    \"CreateBucketConfiguration\": {\n        \"LocationConstraint\": %q\n    }\n}", region)
			}
			return text
		},
		did: func(s core.Step, _ core.Outcome) string {
			if s.After.Region != "" {
				return fmt.Sprintf("Created bucket: %s in region: %s", s.Resource.Name, s.After.Region)
			}
			return "Created bucket: " + s.Resource.Name
		},
	}},
	core.KindBucketSetting: {core.Put: {
		would: func(s core.Step) string { return textOf(driver.Setting(s.Resource.Name)).would(s) },
		did:   func(s core.Step, _ core.Outcome) string { return textOf(driver.Setting(s.Resource.Name)).did },
	}},
	core.KindUser: {core.Create: {
		would: func(s core.Step) string { return "Would create " + newUser(s) },
		did: func(s core.Step, o core.Outcome) string {
			if o.BoundaryIgnored {
				return fmt.Sprintf("Created user: '%s', without the permissions boundary, which the system ignored", s.Resource.Name)
			}
			return "Created " + newUser(s)
		},
	}},
	core.KindPolicy: {
		core.Put: {would: wouldPutPolicy, did: did("Attached policy %s to user %s")},
		core.Replace: {
			would: func(s core.Step) string {
				return wouldPutPolicy(s) + "\n... in place of its policy of that name:\n" + indented(s.Before.Document)
			},
			did: did("Replaced policy %s of user %s, which was another"),
		},
		core.Delete: {
			would: func(s core.Step) string {
				return fmt.Sprintf("Would delete policy called '%s' of user '%s', which the new one replaces", s.Resource.Name, s.Resource.Owner.Name)
			},
			did: did("Deleted policy %s of user %s, which the new one replaces"),
		},
	},
	core.KindGrant: {
		core.Put: {
			would: func(s core.Step) string {
				return fmt.Sprintf("Would grant '%s' to user '%s' in the policy of bucket '%s', statements:\n%s",
					s.Resource.Name, s.Resource.Owner.Name, s.Resource.Bucket, indented(s.After.Document))
			},
			did: func(s core.Step, _ core.Outcome) string {
				return fmt.Sprintf("Granted %s to user %s in the policy of bucket %s", s.Resource.Name, s.Resource.Owner.Name, s.Resource.Bucket)
			},
		},
		core.Delete: {
			would: func(s core.Step) string {
				return fmt.Sprintf("Would remove what a former user '%s' was granted in the policy of bucket '%s'", s.Resource.Owner.Name, s.Resource.Bucket)
			},
			did: func(s core.Step, _ core.Outcome) string {
				return fmt.Sprintf("Removed what a former user %s was granted in the policy of bucket %s", s.Resource.Owner.Name, s.Resource.Bucket)
			},
		},
	},
	core.KindAccessKey: {core.Create: {
		would: func(s core.Step) string {
			return fmt.Sprintf("Would call create access key for user '%s'", s.Resource.Owner.Name)
		},
		did: func(s core.Step, _ core.Outcome) string {
			return "Created access key for user: " + s.Resource.Owner.Name
		},
	}},
	core.KindRole: {core.Create: {
		would: func(s core.Step) string { return fmt.Sprintf("Would ensure role: '%s'", s.Resource.Name) },
		did:   func(s core.Step, _ core.Outcome) string { return "Created role " + s.Resource.Name },
	}},
	core.KindAttachment: {core.Attach: {
		would: func(s core.Step) string {
			return fmt.Sprintf("Would attach policy %s to role '%s'", s.Resource.Name, s.Resource.Owner.Name)
		},
		did: did("Attached policy %s to role %s"),
	}},
	core.KindSession: {core.Open: {
		would: func(s core.Step) string {
			what := "open a session"
			if s.Resource.Owner.Name != "" {
				what = "assume role"
			}
			return fmt.Sprintf("Would %s using following policy for %d seconds:\n%s", what, s.After.Seconds, indented(s.After.Document))
		},
		did: func(s core.Step, _ core.Outcome) string {
			what := "Opened a session"
			if role := s.Resource.Owner.Name; role != "" {
				what = "Assumed role " + role
			}
			return fmt.Sprintf("%s for %ds", what, s.After.Seconds)
		},
	}},
}

// did returns a text with the resource's name and its owner's.
func did(format string) func(core.Step, core.Outcome) string {
	return func(s core.Step, _ core.Outcome) string {
		return fmt.Sprintf(format, s.Resource.Name, s.Resource.Owner.Name)
	}
}

func newUser(s core.Step) string {
	what := fmt.Sprintf("user: '%s'", s.Resource.Name)
	if boundary := s.After.Boundary; boundary != "" {
		what += fmt.Sprintf(" with permissions boundary: '%s'", boundary)
	}
	return what
}

func wouldPutPolicy(s core.Step) string {
	return fmt.Sprintf("Would attach policy called '%s' to user '%s', details:\n%s", s.Resource.Name, s.Resource.Owner.Name, indented(s.After.Document))
}

// indented is a JSON document as the Python tool prints it; one that is none is printed as it is.
func indented(document string) string {
	v, err := orderedjson.Parse([]byte(document))
	if err != nil {
		return document
	}
	return orderedjson.Indented(v, 4)
}

// noteText returns what create says of a note.
func noteText(n core.Note, backend string) string {
	switch n.Code {
	case core.NoteActionOmitted:
		return fmt.Sprintf("left out of the policy, because the %s backend does not know it: %s", backend, n.Detail)
	case core.NoteBucketPublic:
		return fmt.Sprintf("bucket %s is public already", n.Resource.Name)
	case core.NoteUserExists:
		return fmt.Sprintf("user '%s' exists and gets a further access key", n.Resource.Name)
	case core.NoteBoundaryKept:
		return "the permissions boundary of an existing user is left as it is"
	case core.NoteNoBoundary:
		return fmt.Sprintf("made without a permissions boundary, which the %s backend does not have", backend)
	case core.NotePolicyChanged:
		return fmt.Sprintf("policy '%s' of user '%s' was another: the keys that the user has now get the new access too", n.Resource.Name, n.Resource.Owner.Name)
	case core.NotePolicyReplaced:
		return fmt.Sprintf("policy '%s' of user '%s' is replaced: the keys that the user has now get the new access too", n.Resource.Name, n.Resource.Owner.Name)
	}
	return string(n.Code)
}
