package core

import (
	"fmt"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// Verb is what a step does to its resource.
type Verb string

// The verbs.
const (
	Create  Verb = "create"
	Replace Verb = "replace"
	Delete  Verb = "delete"
	Attach  Verb = "attach"
	Detach  Verb = "detach"
	Put     Verb = "put"
	Open    Verb = "open"
)

// ResourceKind is the kind of a resource.
type ResourceKind string

// The kinds of resources.
const (
	KindBucket        ResourceKind = "bucket"
	KindBucketSetting ResourceKind = "bucket-setting"
	// KindContents is all that is in a bucket: objects with their versions and delete markers, and unfinished uploads.
	KindContents  ResourceKind = "contents"
	KindUser      ResourceKind = "user"
	KindAccessKey ResourceKind = "access-key"
	// KindPolicy is an inline policy of a user.
	KindPolicy ResourceKind = "policy"
	// KindGrant is what a bucket's policy grants to a user, or, without an owner, to everybody.
	KindGrant ResourceKind = "grant"
	// KindRights is what a user may in a whole bucket, on a system where nothing narrower can be said.
	KindRights ResourceKind = "rights"
	KindRole   ResourceKind = "role"
	// KindAttachment is a managed policy that is attached to a user or a role.
	KindAttachment ResourceKind = "attachment"
	KindSession    ResourceKind = "session"
	// KindObject is an object, or several whose names no step has. An Engine has no such steps: package internal/bulk moves objects.
	KindObject ResourceKind = "object"
)

// givesAccess reports whether such a thing is what a user may do.
func (k ResourceKind) givesAccess() bool { return k == KindPolicy || k == KindGrant || k == KindRights }

// Resource names what a step changes.
type Resource struct {
	Kind ResourceKind
	// Name is the resource's own name: of a bucket, user, role, policy or session, of a setting ("website"), the ARN of an
	// attached policy, the id of an access key. It is empty for an access key that is still to be made.
	Name string
	// Owner is the user or role whose policy, grant, key or attachment it is, and the role that a session assumes.
	Owner driver.Principal
	// Bucket is the bucket of a setting, a grant, an object, or of all that is in it.
	Bucket string
}

// String names the resource as an error does: policy 'p' of user 'u'.
func (r Resource) String() string {
	switch r.Kind {
	case KindBucketSetting:
		return fmt.Sprintf("%s of bucket %s", strings.ReplaceAll(r.Name, "-", " "), r.Bucket)
	case KindContents:
		return "all that is in bucket " + r.Bucket
	case KindUser:
		return fmt.Sprintf("user '%s'", r.Name)
	case KindPolicy:
		return fmt.Sprintf("policy '%s' of %s '%s'", r.Name, r.Owner.Type, r.Owner.Name)
	case KindGrant:
		if r.Owner.Name == "" {
			return fmt.Sprintf("grant to everybody in the policy of bucket %s", r.Bucket)
		}
		return fmt.Sprintf("grant to user '%s' in the policy of bucket %s", r.Owner.Name, r.Bucket)
	case KindRights:
		return fmt.Sprintf("rights of user '%s' in bucket %s", r.Owner.Name, r.Bucket)
	case KindAccessKey:
		return strings.ReplaceAll(fmt.Sprintf("access key %s of user '%s'", r.Name, r.Owner.Name), "  ", " ")
	case KindAttachment:
		return fmt.Sprintf("policy %s of %s '%s'", r.Name, r.Owner.Type, r.Owner.Name)
	}
	return fmt.Sprintf("%s %s", r.Kind, r.Name)
}

// short names the resource to who knows which user it is about: policy 'p'.
func (r Resource) short() string {
	if r.Kind == KindPolicy {
		return fmt.Sprintf("policy '%s'", r.Name)
	}
	return fmt.Sprintf("its grant in the policy of bucket %s", r.Bucket)
}

// State is a resource before or after a step. Only the fields of its kind are set.
type State struct {
	// Region is where a bucket is; empty for the backend's own region.
	Region string
	// Objects is how many objects a bucket has, without older versions; at most CountedObjects.
	Objects int
	// Object is what is said of an object that is uploaded.
	Object driver.ObjectOptions
	// Setting is the value of a bucket setting.
	Setting driver.BucketSetting
	// Boundary is the ARN of a user's permissions boundary. BoundaryRequired says that the user must not exist without it.
	Boundary         string
	BoundaryRequired bool
	// Document is a policy as JSON: the inline policy, the statements of a grant, the bound of a session, the trust policy
	// of a role.
	Document string
	// AccessKeys are the ids of the keys that a user has beside the one that a step makes, and Policies the names of its
	// policies, or of what bucket policies grant it, that the plan leaves as they are.
	AccessKeys, Policies []string
	// Status is that of an access key: driver.KeyActive or driver.KeyInactive.
	Status string
	// Until is when the access ends that a user or a key is made for; zero where it does not end. A key ends by itself then if the
	// system lets keys end, and by its user's policies if not.
	Until time.Time
	// OfUser says that a key stands for one that was made with its user.
	OfUser bool
	// RoleARN is the role that a session assumes; empty for one that the same plan creates.
	RoleARN string
	// Seconds is how long a session lasts; for a role, its longest session.
	Seconds int
}

// Step is one change, as data: what is done to what. An Engine applies it.
type Step struct {
	Verb     Verb
	Resource Resource
	// Before is what there is; nil for nothing. After is what the step makes of it; nil for nothing.
	Before, After *State
	// Final says that a rollback leaves the step as it is.
	Final bool
}

// String names the step as an error does: its resource, or the removal of its resource.
func (s Step) String() string {
	if removes(s.Verb) {
		return "removal of " + s.Resource.String()
	}
	return s.Resource.String()
}

func (s Step) before() State { return valueOf(s.Before) }
func (s Step) after() State  { return valueOf(s.After) }

func valueOf(s *State) State {
	if s == nil {
		return State{}
	}
	return *s
}

// NoteCode says what a note is about.
type NoteCode string

// The notes.
const (
	// NoteCaseIgnored: the system gives the access below the prefix in Detail to keys that differ from it in case alone, too.
	NoteCaseIgnored NoteCode = "case-ignored"
	// NoteActionOmitted: the action in Detail is left out of the policy, because the system does not know it.
	NoteActionOmitted NoteCode = "action-omitted"
	// NoteBucketPublic: the bucket is public already.
	NoteBucketPublic NoteCode = "bucket-public"
	// NoteUserExists: the user exists, and gets a further access key.
	NoteUserExists NoteCode = "user-exists"
	// NoteBoundaryKept: the permissions boundary of an existing user is left as it is.
	NoteBoundaryKept NoteCode = "boundary-kept"
	// NoteNoBoundary: the user is made without a permissions boundary, because the system has none.
	NoteNoBoundary NoteCode = "no-boundary"
	// NotePolicyChanged: the policy was another, and the keys in Detail, which its user has, get the new access too.
	NotePolicyChanged NoteCode = "policy-changed"
	// NotePolicyReplaced: the policy gives way to the new one, and the keys in Detail, which its user has, lose its access.
	NotePolicyReplaced NoteCode = "policy-replaced"
	// NotePolicyAdded: the policy is one more, and the keys in Detail, which its user has, get its access too.
	NotePolicyAdded NoteCode = "policy-added"
	// NoteOwnSecret: the user has a password or a secret of its own, and whoever knows it gets the access too.
	NoteOwnSecret NoteCode = "own-secret"
	// NoteHiddenAccess: the user may be able to do more, by what is in Detail, which the caller may not list.
	NoteHiddenAccess NoteCode = "hidden-access"
	// NoteFurtherAccess: the user may do more than the plan gives, and its new key with it: by what is in Detail.
	NoteFurtherAccess NoteCode = "further-access"
	// NoteKeyWithoutEnd: the new key does not end by itself, while the user's access was to end at the time in Detail.
	NoteKeyWithoutEnd NoteCode = "key-without-end"
)

// Note is a fact that a person should know beside the steps of a plan.
type Note struct {
	Code     NoteCode
	Resource Resource
	// Detail is the action that is left out, the ids of access keys, or what gives further access, with a comma and a space
	// between them.
	Detail string
}

// Warning reports whether the note must not be missed: the plan changes access that was handed out before, which needs
// CreateOptions.ReplacePolicy, or the new key may do more than was asked for, or for longer than the user's others.
func (n Note) Warning() bool {
	return changeWords[n.Code] != "" || n.Code == NoteFurtherAccess || n.Code == NoteOwnSecret || n.Code == NoteCaseIgnored || n.Code == NoteKeyWithoutEnd
}

// Plan is an ordered list of steps. Making one reads the system's state and changes nothing.
type Plan struct {
	Steps []Step
	Notes []Note
	// Change is how the plan changes what the keys that a user has may do; nil where it does not, or where the policies are too complex
	// to tell.
	Change *AccessChange
}

func (p *Plan) add(steps ...Step) { p.Steps = append(p.Steps, steps...) }

func (p *Plan) note(code NoteCode, r Resource, detail string) {
	p.Notes = append(p.Notes, Note{Code: code, Resource: r, Detail: detail})
}
