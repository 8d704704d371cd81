// Package format prints credentials in the syntax of the programs that use them. It refuses values that a syntax cannot
// express or that its readers interpret differently.
package format

import (
	"cmp"
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

// Default is the default format.
const Default = "json"

// Credentials are an access key or a session, with all that a program needs to use them.
type Credentials struct {
	// UserName, Status and Created are set for an access key only.
	UserName, Status string
	Created          time.Time

	AccessKeyID, SecretAccessKey string

	// SessionToken is set for a session only.
	SessionToken string
	// Expiration is when the credentials end by themselves; zero for a key that does not.
	Expiration time.Time

	// EndpointURL is the S3 endpoint; empty for AWS's own endpoints.
	EndpointURL string
	// Region is the region; empty if it is unknown.
	Region string
	// Backend is the name of the backend that created the credentials.
	Backend string
	// Buckets are the buckets that the credentials give access to. WriteOnly says that they may not be read.
	Buckets   []string
	WriteOnly bool
	// WithEndpoint asks for the endpoint and the region where a format leaves them out.
	WithEndpoint bool
}

// String omits the secret.
func (c Credentials) String() string { return "credentials of " + c.AccessKeyID }

// GoString omits the secret from %#v.
func (c Credentials) GoString() string { return c.String() }

// renderer formats credentials. It fails with InvalidArgument for a value that the format cannot express.
type renderer func(Credentials) (string, error)

// formats are all formats by name. Each file of this package registers its own.
var formats = map[string]renderer{}

func register(name string, r renderer) { formats[name] = r }

// Names returns the names of all formats: the two of the Python tool, then the others in alphabetical order.
func Names() []string {
	names := slices.Sorted(maps.Keys(formats))
	names = slices.DeleteFunc(names, func(name string) bool { return name == "ini" || name == "json" })
	return append([]string{"ini", "json"}, names...)
}

// Write prints the credentials in the named format. It fails with InvalidArgument, and writes nothing, for an unknown
// format and for a value that the format cannot express.
func Write(w io.Writer, name string, c Credentials) error {
	text, err := render(name, c)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, strings.TrimSuffix(text, "\n"))
	return err
}

// Check fails if Write would, whatever the key, so that no key is created that cannot be printed. It ignores the key's
// fields of c.
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

// pair is a named value, as in most formats.
type pair struct{ name, value string }

// environment returns the variables that AWS SDKs read. It sets the region only together with an endpoint: programs that
// use AWS configure their own region.
func (c Credentials) environment() []pair {
	vars := []pair{{"AWS_ACCESS_KEY_ID", c.AccessKeyID}, {"AWS_SECRET_ACCESS_KEY", c.SecretAccessKey}}
	if c.SessionToken != "" {
		vars = append(vars, pair{"AWS_SESSION_TOKEN", c.SessionToken})
	}
	return append(vars, c.place()...)
}

// place are the variables that say where the system is.
func (c Credentials) place() []pair {
	if c.EndpointURL == "" {
		return nil
	}
	region := c.signingRegion()
	// SDKs differ in which of the two names for the region they read.
	return []pair{{"AWS_ENDPOINT_URL", c.EndpointURL}, {"AWS_REGION", region}, {"AWS_DEFAULT_REGION", region}}
}

// signingRegion is the region for a custom endpoint: every client needs one to sign requests, and systems without regions
// expect or accept us-east-1.
func (c Credentials) signingRegion() string { return cmp.Or(c.Region, "us-east-1") }

// checkText refuses values that no format can express.
func checkText(c Credentials) error {
	for _, s := range append([]string{c.AccessKeyID, c.SecretAccessKey, c.SessionToken, c.EndpointURL, c.Region, c.UserName}, c.Buckets...) {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return fault.New(fault.InvalidArgument, "the credentials hold bytes that are not text")
		}
	}
	return nil
}

// inexpressible is the error for a value that a format cannot express. It omits the value.
func inexpressible(format, what string) error {
	return fault.New(fault.InvalidArgument, "%s has characters that the format %s cannot express; use --format json", what, format)
}

// hasControl reports whether the value has line ends or other control characters.
func hasControl(value string) bool { return strings.ContainsFunc(value, unicode.IsControl) }

// hasEdgeSpace reports whether the value has leading or trailing white space, which readers of lines strip.
func hasEdgeSpace(value string) bool { return strings.TrimSpace(value) != value }
