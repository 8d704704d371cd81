package core

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// hashLength is the number of hexadecimal digits that tell shortened names apart: 48 bits.
const hashLength = 12

// derivedName returns the name that this tool gives to what it makes for some buckets: "s3.read-only.one,two", as the
// Python tool names it. A name that is too long for the rule is cut, and ends in a hash of the whole, so that the same
// buckets always give the same name and others another.
func derivedName(rule driver.NameRule, separator, access string, buckets []string) string {
	if separator == "" {
		separator = ","
	}
	name := grantName(access, strings.Join(buckets, separator))
	if rule.Max == 0 || len(name) <= rule.Max {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	tail := "-" + hex.EncodeToString(sum[:])[:hashLength]
	return strings.ToValidUTF8(name[:max(0, rule.Max-len(tail))], "") + tail
}

// checkName refuses a name that the system would refuse, before anything is made.
func checkName(kind, name string, rule driver.NameRule) error {
	switch {
	case len(name) < rule.Min:
		return fault.New(fault.InvalidArgument, "the %s name '%s' has %d characters, but at least %d are needed", kind, name, len(name), rule.Min)
	case rule.Max > 0 && len(name) > rule.Max:
		return fault.New(fault.InvalidArgument, "the %s name '%s' has %d characters, but at most %d are allowed; choose a shorter one", kind, name, len(name), rule.Max)
	}
	if rule.Pattern == "" {
		return nil
	}
	allowed, err := regexp.Compile(`^(?:` + rule.Pattern + `)$`)
	if err != nil {
		return fault.New(fault.Internal, "the backend's rule for %s names is no regular expression", kind)
	}
	if !allowed.MatchString(name) {
		return fault.New(fault.InvalidArgument, "the %s name '%s' has characters that this system does not allow; choose one that matches %s", kind, name, rule.Pattern)
	}
	return nil
}
