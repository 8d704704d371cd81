package driver

import (
	"net/url"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// ParseEndpoint returns the URL of an endpoint; nil for the empty one, which stands for the system's own. InvalidArgument
// for what is not an http or https URL, and for one with a user name, a query or a fragment.
func ParseEndpoint(endpoint string) (*url.URL, error) {
	if endpoint == "" {
		return nil, nil
	}
	u, err := url.Parse(endpoint)
	switch {
	case err != nil: // its text may hold a password
		return nil, fault.New(fault.InvalidArgument, "the endpoint is not a URL; write it like https://s3.example.com")
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return nil, fault.New(fault.InvalidArgument, "the endpoint %q is not an http or https URL; write it like https://s3.example.com", u.Redacted())
	case u.User != nil:
		return nil, fault.New(fault.InvalidArgument, "the endpoint %q holds a user name", u.Redacted()).WithHint(fault.HintCredentialsApart)
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fault.New(fault.InvalidArgument, "the endpoint %q has a query; leave out what follows the path", u.Redacted())
	}
	return u, nil
}
