package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// stepText words a step: in a dry run, once it is done, where the system ignored what the step put, and where somebody else
// had made it meanwhile. One whose dry run goes on from the creation of a bucket has other words for a bucket that is there: alone. Names in
// braces are placeholders for the step's facts.
type stepText struct{ would, alone, did, ignored, existed string }

// stepTexts has the text for each verb and kind of resource that create plans: the Python tool's, where it has one. Those
// of bucket settings are in settingTexts.
var stepTexts = map[core.ResourceKind]map[core.Verb]stepText{
	core.KindBucket: {core.Create: {
		would: "Would create bucket: '{name}'{location}", did: "Created bucket: {name}{region}",
		existed: "Bucket {name} exists already: it was made meanwhile",
	}},
	core.KindUser: {core.Create: {
		would: "Would create user: '{name}'{boundary}{access}", did: "Created user: '{name}'{boundary}{access}",
		ignored: "Created user: '{name}', without the permissions boundary, which the system ignored{access}",
	}},
	core.KindPolicy: {
		core.Put: {
			would: "Would attach policy called '{name}' to user '{owner}', details:\n{document}",
			did:   "Attached policy {name} to user {owner}", existed: "User {owner} has the policy {name} already, as it should be",
		},
		core.Replace: {
			would: "Would attach policy called '{name}' to user '{owner}', details:\n{document}\n... in place of its policy of that name:\n{former}",
			did:   "Replaced policy {name} of user {owner}, which was another",
		},
		core.Delete: {
			would: "Would delete policy called '{name}' of user '{owner}', which the new one replaces",
			did:   "Deleted policy {name} of user {owner}, which the new one replaces",
		},
	},
	core.KindGrant: {
		core.Put: {
			would: "Would grant '{name}' to user '{owner}' in the policy of bucket '{bucket}', statements:\n{document}",
			did:   "Granted {name} to user {owner} in the policy of bucket {bucket}",
		},
		core.Delete: {
			would: "Would remove what a former user '{owner}' was granted in the policy of bucket '{bucket}'",
			did:   "Removed what a former user {owner} was granted in the policy of bucket {bucket}",
		},
	},
	core.KindRights: {core.Put: {
		would:   "Would give user '{owner}' rights in all of bucket '{bucket}', called '{name}', which allow:\n{document}",
		did:     "Gave user {owner} rights in all of bucket {bucket}: {name}",
		existed: "User {owner} has these rights in bucket {bucket} already",
	}},
	core.KindAccessKey: {
		core.Create: {would: "Would call create access key for user '{owner}'{until}", did: "Created access key for user: {owner}{until}"},
		core.Delete: {would: "Would delete access key {name} of user {owner}", did: "Deleted access key {name} of user {owner}"},
		core.Put:    {would: "Would make access key {name} of user {owner} {status}", did: "Access key {name} of user {owner} is {status} now"},
	},
	core.KindRole: {core.Create: {
		would: "Would ensure role: '{name}'", did: "Created role {name}", existed: "Role {name} exists already: it was made meanwhile",
	}},
	core.KindAttachment: {core.Attach: {
		would: "Would attach policy {name} to role '{owner}'", did: "Attached policy {name} to role {owner}",
	}},
	core.KindSession: {core.Open: {
		would: "Would {assume} using following policy for {seconds} seconds:\n{document}", did: "{assumed} for {seconds}s",
	}},
}

// publicText words the grant to everybody.
var publicText = stepText{
	would: "... then attach the following bucket policy to it:\n{document}",
	alone: "Would attach the following bucket policy to bucket '{bucket}':\n{document}", did: "Attached bucket policy allowing public access",
	existed: "The bucket policy allows public access already: it was made meanwhile",
}

// endText words the end that a key is given.
var endText = stepText{
	would: "Would give access key {name} of user {owner} an end{until}", did: "Access key {name} of user {owner} has an end now{until}",
}

// textOf returns the text for a step with its placeholders.
func textOf(s core.Step) stepText {
	if s.Resource.Kind == core.KindGrant && s.Resource.Owner.Name == "" {
		return publicText
	}
	if s.Resource.Kind == core.KindAccessKey && s.Verb == core.Put && !s.After.Until.IsZero() {
		return endText
	}
	if setting := settingTextOf(driver.Setting(s.Resource.Name)); s.Resource.Kind == core.KindBucketSetting && setting != nil {
		return setting.put
	}
	if text, ok := stepTexts[s.Resource.Kind][s.Verb]; ok {
		return text
	}
	return stepText{would: fmt.Sprintf("Would %s %s", s.Verb, s.Resource), did: fmt.Sprintf("Done: %s %s", s.Verb, s.Resource)}
}

func would(s core.Step) string { return withFacts(textOf(s).would, s) }

// wouldAlone is would for a step whose bucket the plan does not create.
func wouldAlone(s core.Step) string { return withFacts(cmp.Or(textOf(s).alone, textOf(s).would), s) }

// done words a step that is done, of a kind that has no other outcome.
func done(s core.Step) string { return did(s, core.Outcome{}) }

func did(s core.Step, o core.Outcome) string {
	text, words := textOf(s), textOf(s).did
	switch {
	case o.Ignored:
		words = text.ignored
	case o.Existed && text.existed != "":
		words = text.existed
	}
	if o.Untagged {
		words += ", without tags that say who made it, because these credentials may not set them"
	}
	return withFacts(words, s)
}

// withFacts replaces the placeholders in a text.
func withFacts(text string, s core.Step) string {
	before, after := cmp.Or(s.Before, &core.State{}), cmp.Or(s.After, &core.State{})
	location, region, boundary, until, access := "", "", "", "", ""
	if end := after.Until.UTC().Format(time.RFC3339); !after.Until.IsZero() {
		until, access = ", which ends at "+end, ", whose access ends at "+end
	}
	if after.Region != "" {
		location = fmt.Sprintf(" with args {\n    \"CreateBucketConfiguration\": {\n        \"LocationConstraint\": %q\n    }\n}", after.Region)
		region = " in region: " + after.Region
	}
	if after.Boundary != "" {
		boundary = fmt.Sprintf(" with permissions boundary: '%s'", after.Boundary)
	}
	assume, assumed := "open a session", "Opened a session"
	if role := s.Resource.Owner.Name; role != "" {
		assume, assumed = "assume role", "Assumed role "+role
	}
	return strings.NewReplacer(
		"{name}", s.Resource.Name, "{owner}", s.Resource.Owner.Name, "{bucket}", s.Resource.Bucket,
		"{document}", indented(after.Document), "{former}", indented(before.Document),
		"{location}", location, "{region}", region, "{boundary}", boundary, "{until}", until, "{access}", access, "{status}", strings.ToLower(after.Status),
		"{assume}", assume, "{assumed}", assumed, "{seconds}", fmt.Sprint(after.Seconds),
	).Replace(text)
}

// indented formats a JSON document as the Python tool does, and returns other text unchanged.
func indented(document string) string {
	v, err := orderedjson.Parse([]byte(document))
	if err != nil {
		return document
	}
	return orderedjson.Indented(v, 4)
}

// noteTexts words the notes of a plan.
var noteTexts = map[core.NoteCode]string{
	core.NoteCaseIgnored:    "this system takes capital and small letters of the prefix '{detail}' for the same: the key also reaches keys below it in other case",
	core.NoteActionOmitted:  "left out of the policy, because the {backend} backend does not know it: {detail}",
	core.NoteBucketPublic:   "bucket {name} is public already",
	core.NoteUserExists:     "user '{name}' exists and gets a further access key",
	core.NoteBoundaryKept:   "the permissions boundary of an existing user is left as it is",
	core.NoteNoBoundary:     "made without a permissions boundary, which the {backend} backend does not have",
	core.NotePolicyChanged:  "policy '{name}' of user '{owner}' was another{keys}",
	core.NotePolicyReplaced: "policy '{name}' of user '{owner}' gives way to the new one{keys}",
	core.NotePolicyAdded:    "policy '{name}' of user '{owner}' is one more{keys}",
	core.NoteOwnSecret:      "whoever knows the password or secret of user '{name}' itself gets the access too",
	core.NoteHiddenAccess:   "user '{name}' may have {detail}, which these credentials may not list",
	core.NoteFurtherAccess:  "user '{name}' may do more than asked for, and so may the new key: it has {detail}",
	core.NoteKeyWithoutEnd:  "the new key of user '{name}' has no end by itself, while the access of its others ends at {detail}",
}

func noteText(n core.Note, backend string) string {
	keys := ""
	one, several := "gets the new access too", "get the new access too"
	if n.Code == core.NotePolicyReplaced {
		one, several = "loses it", "lose it"
	}
	switch {
	case strings.Contains(n.Detail, ","):
		keys = ": the access keys " + n.Detail + " " + several
	case n.Detail != "":
		keys = ": the access key " + n.Detail + " " + one
	}
	return strings.NewReplacer(
		"{name}", n.Resource.Name, "{owner}", n.Resource.Owner.Name, "{detail}", n.Detail, "{keys}", keys, "{backend}", backend,
	).Replace(noteTexts[n.Code])
}
