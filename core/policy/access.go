package policy

import (
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Access is what a generated policy allows: a sum of verbs, such as List|Read|Write.
type Access uint8

// The verbs.
const (
	// List allows listing the keys and asking where the bucket is.
	List Access = 1 << iota
	// Read allows reading objects with their tags, and asking where the bucket is.
	Read
	// Write allows writing objects.
	Write
	// Delete allows deleting objects.
	Delete
)

// The sums that have a name.
const (
	ReadWrite = List | Read | Write | Delete
	ReadOnly  = List | Read
	WriteOnly = Write
)

// verb is a verb with its name and the actions on objects that it allows.
type verb struct {
	access  Access
	name    string
	actions []string
}

var verbs = []verb{
	{List, "list", nil},
	{Read, "read", []string{"s3:GetObject", "s3:GetObjectAcl", "s3:GetObjectLegalHold", "s3:GetObjectRetention", "s3:GetObjectTagging"}},
	{Write, "write", []string{"s3:PutObject"}},
	{Delete, "delete", []string{"s3:DeleteObject"}},
}

// Kind is an access that has a name of its own.
type Kind struct {
	// Name stands in the names of users and policies, and is what command lines call the kind.
	Name   string
	Access Access
	// Summary says in one line what the kind allows.
	Summary string
}

// kinds are all kinds. The first is what is meant where none is named.
var kinds = []Kind{
	{"read-write", ReadWrite, "Allow listing, reading, writing and deleting"},
	{"read-only", ReadOnly, "Only allow reading from the bucket"},
	{"write-only", WriteOnly, "Only allow writing to the bucket"},
}

// Custom is the name of an access that a document or statements of the user's own make.
const Custom = "custom"

// Kinds returns every kind. The first is the default.
func Kinds() []Kind { return slices.Clone(kinds) }

// String returns the name of the kind, or the verbs joined by "+" where the sum is no kind: "list+read+write".
func (a Access) String() string {
	for _, k := range kinds {
		if k.Access == a {
			return k.Name
		}
	}
	return a.sum()
}

// Short is String with the short names of kinds: "rw", "ro" and "wo".
func (a Access) Short() string {
	for name, access := range shortNames {
		if access == a {
			return name
		}
	}
	return a.sum()
}

func (a Access) sum() string {
	var names []string
	for _, v := range verbs {
		if a&v.access != 0 {
			names = append(names, v.name)
		}
	}
	return strings.Join(names, "+")
}

// shortNames are further names of kinds.
var shortNames = map[string]Access{"rw": ReadWrite, "ro": ReadOnly, "wo": WriteOnly}

// ParseAccess reads the name of a kind, or "rw", "ro" or "wo" for one, or verbs that are joined by "+". InvalidArgument for another
// text.
func ParseAccess(text string) (Access, error) {
	for _, k := range kinds {
		if k.Name == text {
			return k.Access, nil
		}
	}
	if short, is := shortNames[text]; is {
		return short, nil
	}
	var sum Access
	for name := range strings.SplitSeq(text, "+") {
		i := slices.IndexFunc(verbs, func(v verb) bool { return v.name == name })
		if i < 0 {
			return 0, fault.New(fault.InvalidArgument,
				"%q is no access; use read-write, read-only or write-only, or list, read, write and delete joined by +", text)
		}
		sum |= verbs[i].access
	}
	return sum, nil
}

// Changes reports whether the access allows to change objects.
func (a Access) Changes() bool { return a&(Write|Delete) != 0 }

// AccessNames returns every name that an access can have: those of the kinds, of all sums of verbs, and Custom. It is
// what finds the policies that a narrower access replaces, under whatever name an earlier run made them.
func AccessNames() []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	for sum := Access(1); sum <= ReadWrite; sum++ {
		names = append(names, sum.sum())
	}
	return append(names, Custom)
}
