// Package format prints credentials for the programs that are to use them, each in its own syntax. What a syntax
// cannot express, or its readers disagree on, is refused rather than printed so that it is read as something else.
package format

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Default is the format where none is asked for.
const Default = "json"

// Credentials are an access key, or a session, with what a program needs to use them.
type Credentials struct {
	// UserName, Status and Created are those of an access key; empty for a session.
	UserName, Status string
	Created          time.Time

	AccessKeyID, SecretAccessKey string

	// SessionToken and Expiration are those of a session; empty for an access key.
	SessionToken string
	Expiration   time.Time

	// EndpointURL is where the S3 system is; empty for AWS's own endpoints.
	EndpointURL string
	// Region is the region to work in; empty where none is known.
	Region string
	// Backend is the name of the backend that made the credentials.
	Backend string
	// Buckets are what the credentials give access to.
	Buckets []string
}

// String keeps the secret out of whatever prints the value.
func (c Credentials) String() string { return "credentials of " + c.AccessKeyID }

// GoString keeps the secret out of %#v.
func (c Credentials) GoString() string { return c.String() }

// renderer prints credentials in one format, or fails with InvalidArgument for what the format cannot express.
type renderer func(Credentials) (string, error)

// formats are all formats, by their names. Each file of this package registers its own.
var formats = map[string]renderer{}

func register(name string, r renderer) { formats[name] = r }

// Names returns the names of all formats: the two of the Python tool, then the others in the order of the alphabet.
func Names() []string {
	names := slices.Sorted(maps.Keys(formats))
	names = slices.DeleteFunc(names, func(name string) bool { return name == "ini" || name == "json" })
	return append([]string{"ini", "json"}, names...)
}

// Write prints the credentials in the named format. It fails with InvalidArgument, and writes nothing, for a name
// that is none, and for what the format cannot express.
func Write(w io.Writer, name string, c Credentials) error {
	text, err := render(name, c)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, strings.TrimSuffix(text, "\n"))
	return err
}

// Check fails as Write would for everything but the key itself: so that a key is not made to find that it cannot be
// printed. The key's fields of c are ignored.
func Check(name string, c Credentials) error {
	c.AccessKeyID, c.SecretAccessKey, c.SessionToken = "placeholder", "placeholder", ""
	_, err := render(name, c)
	return err
}

func render(name string, c Credentials) (string, error) {
	r, known := formats[name]
	if !known {
		return "", fault.New(fault.InvalidArgument, "there is no format '%s'; choose one of: %s", name, strings.Join(Names(), ", "))
	}
	if err := checkText(c); err != nil {
		return "", err
	}
	return r(c)
}

// pair is one setting, as most formats have them.
type pair struct{ name, value string }

// environment returns the variables that AWS SDKs read. The region goes with the endpoint: a program that uses AWS itself
// has a region of its own, which is not the credentials' business.
func (c Credentials) environment() []pair {
	vars := []pair{{"AWS_ACCESS_KEY_ID", c.AccessKeyID}, {"AWS_SECRET_ACCESS_KEY", c.SecretAccessKey}}
	if c.SessionToken != "" {
		vars = append(vars, pair{"AWS_SESSION_TOKEN", c.SessionToken})
	}
	if c.EndpointURL != "" {
		region := c.signingRegion()
		// Some SDKs read the one name, some the other.
		vars = append(vars, pair{"AWS_ENDPOINT_URL", c.EndpointURL}, pair{"AWS_REGION", region}, pair{"AWS_DEFAULT_REGION", region})
	}
	return vars
}

// signingRegion is the region for an endpoint of one's own: every client wants one to sign with, and systems without regions
// expect or accept us-east-1.
func (c Credentials) signingRegion() string {
	if c.Region == "" {
		return "us-east-1"
	}
	return c.Region
}

// checkText refuses what no format can carry.
func checkText(c Credentials) error {
	for _, s := range append([]string{c.AccessKeyID, c.SecretAccessKey, c.SessionToken, c.EndpointURL, c.Region, c.UserName}, c.Buckets...) {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return fault.New(fault.InvalidArgument, "the credentials hold bytes that are not text")
		}
	}
	return nil
}

// inexpressible says that a format cannot hold a value, without the value.
func inexpressible(format, what string) error {
	return fault.New(fault.InvalidArgument, "%s has characters that the format %s cannot express; use --format json", what, format)
}

// hasControl reports whether the value has line ends or other control characters.
func hasControl(value string) bool { return strings.ContainsFunc(value, unicode.IsControl) }

// hasEdgeSpace reports whether the value has white space at an end, which readers of lines take away.
func hasEdgeSpace(value string) bool { return strings.TrimSpace(value) != value }
