package driver

import (
	"encoding/hex"
	"regexp"
	"strings"
	"sync"
)

// redacted stands for what is secret.
const redacted = "***"

// words make a name that of a secret: X-Amz-Signature, aws_secret_access_key, X-Amz-Security-Token, Authorization.
const words = `secret|token|passw|passphrase|signature|credential|authorization|cookie|private-?key|api-?key`

// patterns find what is secret. They are made when something is logged: a run that logs nothing does not wait for them.
type patterns struct {
	// encoded is a character that a URL may hold encoded or not.
	encoded *regexp.Regexp
	// userInfo is that of a URL: up to the last @ of its host part, or further where a password has a slash in it.
	userInfo *regexp.Regexp
	// scheme is how the value of an Authorization header begins; the rest of the line belongs to it.
	scheme *regexp.Regexp
	// assignment is a name and its value in a query, a header, JSON or an INI file.
	assignment *regexp.Regexp
	name       *regexp.Regexp
}

var secretPatterns = sync.OnceValue(func() patterns {
	return patterns{
		encoded:    regexp.MustCompile(`%[0-9A-Fa-f]{2}`),
		userInfo:   regexp.MustCompile(`(://)(?:[^/?#\s"'@:\[]*:[^/?#\s"'@]*[^/?#\s"'@0-9][^\s"']*@|[^/?#\s"']*@)`),
		scheme:     regexp.MustCompile(`(?i)\b(AWS4-[A-Z0-9-]+|AWS|Bearer|Basic)( +)([A-Za-z0-9+/=_.~-]*[:=/.0-9][^"'\n]*|[A-Za-z0-9+/_~-]{16,}=*)`),
		assignment: regexp.MustCompile(`(?i)([\w.~-]*(?:` + words + `)[\w.~-]*)(\\?["']?\s*[=:]\s*)(\\?"[^"\\]*|'[^']*|[^\s&"'<>,;)}\]\\]+)`),
		name:       regexp.MustCompile(`(?i)` + words),
	}
})

// IsSecret reports whether a name is that of a secret, such as AWS_SECRET_ACCESS_KEY or admin-token. The word alone, in the plural, heads a sentence; a continuation token is a place
// in a listing.
func IsSecret(name string) bool {
	name = strings.NewReplacer("s3-credentials", "", "s3_credentials", "").Replace(strings.ToLower(name)) // this project's own name
	return secretPatterns().name.MatchString(name) && name != "credentials" && name != "continuation-token" && name != "next-continuation-token"
}

// Redact returns a text, such as a URL, an error or a line of a log, without what is secret in it: user information and signatures of URLs,
// authorization headers, and values whose names say that they are secret. Secrets that no name stands before it cannot know.
func Redact(text string) string {
	find := secretPatterns()
	text = find.encoded.ReplaceAllStringFunc(text, unencoded)
	text = find.userInfo.ReplaceAllString(text, "${1}"+redacted+"@")
	text = find.scheme.ReplaceAllString(text, "${1}${2}"+redacted)
	return find.assignment.ReplaceAllStringFunc(text, func(match string) string {
		parts := find.assignment.FindStringSubmatch(match)
		if !IsSecret(parts[1]) || parts[3] == redacted {
			return match
		}
		quote := ""
		if at := strings.IndexAny(parts[3], `"'`); at >= 0 && at <= 1 {
			quote = parts[3][:at+1]
		}
		return parts[1] + parts[2] + quote + redacted
	})
}

// unencoded decodes a character that means the same encoded or not.
func unencoded(code string) string {
	c, _ := hex.DecodeString(code[1:]) // the expression has two digits
	switch b := c[0]; {
	case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9', b == '-', b == '.', b == '_', b == '~':
		return string(c)
	}
	return code
}
