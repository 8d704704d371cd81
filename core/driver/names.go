package driver

import (
	"regexp"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// NameRule is the rule for one kind of name. Lengths are in bytes.
type NameRule struct {
	// Min and Max are the lengths of the shortest and the longest name; Max 0 means that no limit is known.
	Min, Max int
	// Pattern is a regular expression of package regexp that the whole name matches; empty for any name.
	Pattern string
}

// Check refuses a name outside the rule with InvalidArgument. Kind is what is named: "user".
func (r NameRule) Check(kind, name string) error {
	switch {
	case len(name) < r.Min:
		return fault.New(fault.InvalidArgument, "the %s name '%s' is too short: it has %d of at least %d characters", kind, name, len(name), r.Min)
	case r.Max > 0 && len(name) > r.Max:
		return fault.New(fault.InvalidArgument, "the %s name '%s' has %d characters, but at most %d are allowed; choose a shorter one", kind, name, len(name), r.Max)
	case r.Pattern == "":
		return nil
	}
	allowed, err := regexp.Compile(`\A(?:` + r.Pattern + `)\z`)
	if err != nil {
		return fault.New(fault.Internal, "the backend's rule for %s names is no regular expression", kind)
	}
	if !allowed.MatchString(name) {
		return fault.New(fault.InvalidArgument, "the %s name '%s' has characters that this system does not allow; choose one that matches %s", kind, name, r.Pattern)
	}
	return nil
}
