package core

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// hashLength is the number of hexadecimal digits that tell shortened names apart: 48 bits.
const hashLength = 12

// namesBucket reports whether a name is derived from buckets of which one is this.
func (e *Engine) namesBucket(name, bucket string) bool {
	return slices.Contains(strings.Split(namedBuckets(name), cmp.Or(e.description.Names.Separator, separator)), bucket)
}

// derived reports whether a name is such as derivedName gives.
func derived(name string) bool { return namedBuckets(name) != "" }

// namedBuckets are the buckets that a name is derived from, as they stand in it; "" for another name.
func namedBuckets(name string) string {
	for _, access := range policy.AccessNames() {
		for _, spelled := range []string{access, withoutPlus(access)} {
			if buckets, derived := strings.CutPrefix(name, grantName(spelled, "")); derived {
				return buckets
			}
		}
	}
	return ""
}

// spelled is the name of an access as it stands in names with a rule. A sum of verbs, list+read, has a plus sign, which not all
// systems allow.
func spelled(rule driver.NameRule, access string) string {
	if strings.Contains(access, "+") && (driver.NameRule{Pattern: rule.Pattern}).Check("access", access) != nil {
		return withoutPlus(access)
	}
	return access
}

func withoutPlus(access string) string { return strings.ReplaceAll(access, "+", "=") }

// separator stands between the names of buckets where a system does not say otherwise.
const separator = ","

// derivedName returns the name that this tool gives to what it makes for some buckets: "s3.read-only.one,two", as the
// Python tool names it. A name that is too long for the rule is cut, and ends in a hash of the whole, so that the same
// buckets always give the same name and others another.
func derivedName(rule driver.NameRule, between, access string, buckets []string) string {
	name := grantName(spelled(rule, access), strings.Join(buckets, cmp.Or(between, separator)))
	if rule.Max == 0 || len(name) <= rule.Max {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	tail := "-" + hex.EncodeToString(sum[:])[:hashLength]
	return strings.ToValidUTF8(name[:max(0, rule.Max-len(tail))], "") + tail
}
