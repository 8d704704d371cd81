package core

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
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
