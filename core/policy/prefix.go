package policy

import (
	"strings"
	"unicode"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// allKeys is the pattern that matches all keys of a bucket.
const allKeys = "*"

// NormalizePrefix returns the pattern of keys that a prefix stands for. The pattern ends in "*":
//
//   - "" and "*" stand for all keys
//   - "logs" and "logs/" stand for the keys in the folder, "logs/*"; "logs" does not stand for "logs-old/"
//   - a prefix that ends in "*" stands for itself: "logs*" for every key that starts with "logs"
//   - slashes at the start are dropped: "/logs" is "logs/*", because keys do not start with one
//
// InvalidArgument for a prefix that would allow more than it seems to: with "*" or "?" anywhere else, or with the "${" of a
// policy variable, which not every system can escape; for one with a control character; and for "/", which names no folder.
func NormalizePrefix(prefix string) (string, error) {
	if prefix == "" || prefix == allKeys {
		return allKeys, nil
	}
	folder := strings.TrimLeft(prefix, "/")
	literal, starred := strings.CutSuffix(folder, "*")
	switch {
	case literal == "":
		return "", fault.New(fault.InvalidArgument, "the prefix %q names no folder; leave it out to give access to the whole bucket", prefix)
	case strings.ContainsAny(literal, "*?"):
		return "", fault.New(fault.InvalidArgument, "the prefix %q has a wildcard before its end, which would match more than it says; write such a rule as a policy of your own", prefix)
	case strings.Contains(literal, "${"):
		return "", fault.New(fault.InvalidArgument, "the prefix %q has a policy variable in it; write such a rule as a policy of your own", prefix)
	case strings.ContainsFunc(literal, unicode.IsControl):
		return "", fault.New(fault.InvalidArgument, "the prefix %q has a control character in it", prefix)
	}
	if !starred && !strings.HasSuffix(literal, "/") {
		literal += "/"
	}
	return literal + "*", nil
}
