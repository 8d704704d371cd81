package minio

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/minio/minio-go/v7/pkg/s3utils"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/version"
)

// MinIO's limits, measured on its last public release.
const (
	minUserName           = 3
	maxUserName           = maxNamePart - len(".json") // of the file that says which policies the user has
	maxPolicyName         = 128
	maxPolicyBytes        = 20 << 10
	maxSessionPolicyBytes = 2048
	minSessionSeconds     = 15 * 60
	maxSessionSeconds     = 365 * 24 * 60 * 60
	// A key has the end of a session, and a description of so many bytes.
	minKeySeconds  = minSessionSeconds
	maxKeySeconds  = maxSessionSeconds
	maxDescription = 256
	// accessKeyLength and secretKeyLength are MinIO's maximum lengths of an access key's id and secret.
	accessKeyLength = 20
	secretKeyLength = 40
)

// namePattern is this tool's pattern for users and policies. MinIO accepts more, but not everywhere: "=" and "," are its
// separators.
const namePattern = `[\w+.@-]+`

// describe describes the backend for the configured endpoint and region.
func (b *backend) describe() driver.Description {
	endpoint := ""
	if b.endpoint != nil {
		endpoint = b.endpoint.Scheme + "://" + b.endpoint.Host
	}
	return driver.Description{
		Name: b.name, Version: version.Number(), Partition: "aws", Region: b.region, EndpointURL: endpoint,
		Capabilities: capabilities(),
		Dialect:      dialect(),
		Names:        nameRules(),
		Limits: driver.Limits{
			InlinePolicyBytes:  maxPolicyBytes,
			SessionPolicyBytes: maxSessionPolicyBytes,
			BucketPolicyBytes:  maxPolicyBytes,
			MinSessionSeconds:  minSessionSeconds,
			MaxSessionSeconds:  b.maxSessionSeconds,
			MinKeySeconds:      minKeySeconds,
			MaxKeySeconds:      maxKeySeconds,
		},
	}
}

func capabilities() []driver.Capability {
	declared := []driver.Capability{
		driver.CapUsers, driver.CapAccessKeys, driver.CapKeyStatus, driver.CapKeyExpiry, driver.CapKeyTags, driver.CapSessions,
		driver.CapPolicyInline, driver.CapPolicyManaged, driver.CapPolicyTime, driver.CapPolicyGroup, driver.CapPolicyProbe,
		driver.CapBucketPolicy, driver.CapBucketEmpty, driver.CapObjects, driver.CapObjectMetadata, driver.CapObjectStorageClass,
	}
	slices.Sort(declared)
	return declared
}

// nameRules are this tool's rules for names of users, policies and sessions.
func nameRules() driver.Names {
	return driver.Names{
		User:      driver.NameRule{Min: minUserName, Max: maxUserName, Pattern: namePattern},
		Policy:    driver.NameRule{Min: 1, Max: maxPolicyName, Pattern: namePattern},
		Session:   driver.NameRule{Min: 2, Max: 64, Pattern: namePattern},
		Separator: "+",
	}
}

// checkName refuses names that MinIO does not accept everywhere; "." and ".." would be path elements.
func checkName(kind, name string, rule driver.NameRule) error {
	if name != "" && strings.Trim(name, ".") == "" {
		return fault.New(fault.InvalidArgument, "the %s name %q has nothing but dots", kind, name)
	}
	return rule.Check(kind, name)
}

// checkExisting refuses a name that no user can have and that the admin API would misinterpret.
func checkExisting(name string) error {
	if name == "" || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) ||
		slices.Contains(strings.Split(name, "/"), "..") {
		return fault.New(fault.InvalidArgument, "%q cannot be the name of a user", name)
	}
	return nil
}

// checkBucket refuses names that would not address a bucket. The server checks the other rules.
func checkBucket(bucket string) error {
	if err := s3utils.CheckValidBucketName(bucket); err != nil {
		return fault.New(fault.InvalidArgument, "%q cannot be the name of a bucket: %s", bucket, lowerFirst(err.Error()))
	}
	return nil
}

// checkKey refuses invalid keys.
func checkKey(key string) error {
	if key == "" || !utf8.ValidString(key) {
		return fault.New(fault.InvalidArgument, "%q cannot be the key of an object", key)
	}
	return nil
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// ownedRoot begins the names of the canned policies that represent users' inline policies.
const ownedRoot = "s3-credentials/"

// maxNamePart is the longest element between slashes that MinIO can store on an ordinary file system.
const maxNamePart = 255

// ownedPrefix begins the names of all of a user's own policies, and of no others: the escaped name has no slash.
func ownedPrefix(user string) string { return ownedRoot + escape(user) + "/" }

// ownedName is the name of the canned policy that represents a user's inline policy.
func ownedName(user, policyName string) (string, error) {
	if err := checkName("policy", policyName, nameRules().Policy); err != nil {
		return "", err
	}
	if n := len(escape(user)); n > maxNamePart {
		return "", fault.New(fault.InvalidArgument, "the name of the user %q is too long for a policy of its own: %d bytes when written "+
			"in its name, at most %d", user, n, maxNamePart)
	}
	return ownedPrefix(user) + escape(policyName), nil
}

// inlineName is the name of the inline policy that a canned policy represents; false for any other canned policy.
func inlineName(user, canned string) (string, bool) {
	rest, owned := strings.CutPrefix(canned, ownedPrefix(user))
	name, err := url.PathUnescape(rest)
	return name, owned && err == nil && escape(name) == rest
}

// escape reversibly escapes the characters that have a meaning in the name of a canned policy.
func escape(name string) string {
	var out strings.Builder
	for i := range len(name) {
		c := name[i]
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '@' || c == '+' || c == '.' && i > 0
		if plain {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, "%%%02X", c)
		}
	}
	return out.String()
}

// userARN is this tool's ARN for a user; MinIO has none.
func userARN(name string) string { return "arn:minio:iam:::user/" + name }
