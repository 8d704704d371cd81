package host

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/driver/trust"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// dialTimeout is how long an endpoint may take to accept a connection, if it has that long to begin an answer.
const dialTimeout = 10 * time.Second

// healthPath is MinIO's health check, which answers 200 without credentials. On other S3 systems it names a bucket and an
// object, so the answer is an S3 error.
const healthPath = "/minio/health/live"

// detected is what an endpoint needs.
type detected struct {
	// name is the backend's: that of a system which is recognized, or "aws" for every other S3 system; why says by what.
	name, why string
	// region is the one that the system says is its only one; empty for most.
	region string
}

// Recognize returns the name of the backend for the system at the configuration's endpoint, found out as Connect does; "aws" also for a system that is
// not known. The errors are those of the detection.
func Recognize(ctx context.Context, o Options, config driver.Config) (string, error) {
	found, err := detect(ctx, o, config.EndpointURL, config)
	return found.name, err
}

// detect sends an endpoint one request without credentials, and follows no redirect. It fails with Unavailable if the endpoint is
// unreachable, and with InvalidArgument if it is no URL or no S3 system. Of the configuration it takes the timeout, as every
// other request does, and what it trusts.
func detect(ctx context.Context, o Options, endpointURL string, config driver.Config) (detected, error) {
	target, err := healthURL(endpointURL)
	if err != nil {
		return detected{}, err
	}
	secure, err := trust.TLS(config)
	if err != nil {
		return detected{}, err
	}
	timeout := s3fault.LimitsFor(config.Timeout).Header
	limit, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(limit, http.MethodGet, target, nil)
	if err != nil {
		return detected{}, notURL(endpointURL)
	}
	client := detectClient(secure, timeout)
	defer client.CloseIdleConnections()
	response, err := o.send(client, request)
	if err != nil {
		return detected{}, unreachable(ctx, endpointURL, timeout, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode < 200 {
		return detected{}, notS3(endpointURL, response) // the body of 101 Switching Protocols is the connection, which never ends
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil && len(body) == 0 {
		return detected{}, unreachable(ctx, endpointURL, timeout, err)
	}
	said, isError := s3Error(body)
	// S3 itself answers with a redirect, and an error in it, where a bucket of that name is elsewhere.
	var redirect *s3fault.RedirectError
	if errors.As(s3fault.Redirect(response), &redirect) && !isError {
		return detected{}, fault.New(fault.InvalidArgument, "%s redirects to %s, and no redirect is followed",
			shown(endpointURL), cmp.Or(redirect.To, "an address that it does not name")).WithHint(fault.HintEndpoint)
	}
	found := recognize(response, body, said, isError)
	if found.name == "" {
		return detected{}, notS3(endpointURL, response)
	}
	return found, nil
}

// send sends the request and logs it.
func (o Options) send(client *http.Client, request *http.Request) (*http.Response, error) {
	began := time.Now()
	response, err := client.Do(request)
	ctx, _ := o.logging(request.Context())
	r := driver.Request{Method: request.Method, URL: request.URL, Time: time.Since(began), Err: err}
	if err == nil {
		r.Status, r.ID = response.StatusCode, response.Header.Get("X-Amz-Request-Id")
	}
	driver.LogRequest(ctx, r)
	return response, err
}

// recognize tells a system by its answer; there is no name for what is no S3 system.
func recognize(response *http.Response, body []byte, said errorBody, isError bool) detected {
	server := response.Header.Get("Server")
	switch {
	case isRustFS(body):
		return detected{name: "rustfs", why: "its health check says so"}
	case isMinIO(response):
		return detected{name: "minio", why: "its health check or its header Server says so"}
	case strings.Contains(said.Message, "Garage does not support anonymous access"):
		return detected{name: "garage", why: "its error says so", region: said.Region}
	case strings.HasPrefix(server, "SeaweedFS"):
		return detected{name: "seaweedfs", why: "its header Server says so"}
	case server == "VERSITYGW":
		return detected{name: "versitygw", why: "its header Server says so"}
	case isCeph(response, body):
		return detected{name: "ceph", why: "its request ids have that form"}
	case isError, response.Header.Get("X-Amz-Request-Id") != "":
		return detected{name: "aws", why: "it answers as S3 does, and as no other system that is known"}
	}
	return detected{}
}

func notS3(endpointURL string, response *http.Response) error {
	return fault.New(fault.InvalidArgument,
		"%s does not answer as S3 does (%s)", shown(endpointURL), response.Status).WithHint(fault.HintEndpointOrBackend)
}

// healthURL is the URL of the request. It keeps the path of the endpoint's URL, which gateways have.
func healthURL(endpointURL string) (string, error) {
	u, err := url.Parse(endpointURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return "", notURL(endpointURL)
	}
	// User information in the URL would be sent as credentials.
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimRight(u.Path, "/") + healthPath}).String(), nil
}

func notURL(endpointURL string) error {
	return fault.New(fault.InvalidArgument,
		"%q is no endpoint: it must be an http:// or https:// URL", shown(endpointURL)).WithHint(fault.HintEndpoint)
}

func detectClient(secure *tls.Config, timeout time.Duration) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: min(dialTimeout, timeout)}).DialContext,
			TLSClientConfig:        secure,
			DisableKeepAlives:      true,
			MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// isMinIO recognizes the server by its Server header or by its health check.
func isMinIO(r *http.Response) bool {
	if strings.HasPrefix(r.Header.Get("Server"), "MinIO") {
		return true
	}
	// A proxy may remove the Server header. An answer with a body is a web page, not a health check.
	return r.StatusCode == http.StatusOK && r.ContentLength == 0 && r.Header.Get("X-Amz-Request-Id") != ""
}

// isRustFS recognizes the health check of RustFS, which has MinIO's path. MinIO's own answer has no body.
func isRustFS(body []byte) bool {
	var health struct {
		Service string `json:"service"`
	}
	return json.Unmarshal(body, &health) == nil && health.Service == "rustfs-endpoint"
}

// cephRequest is the form of a request id of Ceph's gateway: a number, the time, the gateway's own number and its zone.
var cephRequest = regexp.MustCompile(`^tx[0-9a-f]{21}-[0-9a-f]{10}-([0-9a-f]+-.+)$`)

// isCeph recognizes the gateway by its request id: the HostId of its errors has the end of it, and the zone group after that.
func isCeph(r *http.Response, body []byte) bool {
	var answer struct{ HostId string } //nolint:revive // the element's name
	id := cephRequest.FindStringSubmatch(r.Header.Get("X-Amz-Request-Id"))
	return id != nil && xml.Unmarshal(body, &answer) == nil && strings.HasPrefix(answer.HostId, id[1]+"-")
}

// errorBody is what an error of S3 says.
type errorBody struct {
	XMLName xml.Name
	Code    string `xml:"Code"`
	Message string `xml:"Message"`
	Region  string `xml:"Region"`
	Nested  string `xml:"Error>Code"`
}

// s3Error reads the body, and reports whether it is an S3 error.
func s3Error(body []byte) (said errorBody, is bool) {
	if xml.NewDecoder(bytes.NewReader(body)).Decode(&said) != nil {
		return errorBody{}, false
	}
	return said, said.XMLName.Local == "Error" && said.Code != "" || said.XMLName.Local == "ErrorResponse" && said.Nested != ""
}

// unreachable explains a missing answer.
func unreachable(ctx context.Context, endpointURL string, waited time.Duration, err error) error {
	at := shown(endpointURL)
	if ctx.Err() != nil {
		return fault.Wrap(fault.CodeOf(ctx.Err()), ctx.Err(), "interrupted while asking %s what it is", at)
	}
	var timeout net.Error
	var dial *net.OpError
	var dns *net.DNSError
	switch why := tlsReason(err); {
	case why != "":
		refused := fault.Wrap(fault.Unavailable, err, "no safe connection to %s: %s", at, why)
		if errors.As(err, new(x509.UnknownAuthorityError)) {
			return refused.WithHint(fault.HintAuthority)
		}
		return refused
	case errors.Is(err, syscall.ECONNREFUSED):
		return fault.Wrap(fault.Unavailable, err, "nothing listens at %s (connection refused): the server does not run, or has another address", at).WithHint(fault.HintEndpoint)
	case errors.As(err, &dns) && dns.IsNotFound:
		return fault.Wrap(fault.Unavailable, err, "there is no host of the name in %s", at).WithHint(fault.HintEndpoint)
	case s3fault.IsCutOff(err):
		return fault.Wrap(fault.Unavailable, err, "%s closed the connection without an answer", at).WithHint(fault.HintEndpointOrBackend)
	case errors.As(err, &dial) && dial.Op == "dial" && dial.Timeout() && waited > dialTimeout:
		return fault.Wrap(fault.Unavailable, err, "%s did not accept a connection within %s", at, dialTimeout).WithHint(fault.HintEndpoint)
	case errors.As(err, &timeout) && timeout.Timeout():
		return fault.Wrap(fault.Unavailable, err, "%s did not answer within %s", at, waited).WithHint(fault.HintEndpointOrBackend)
	case s3fault.IsNoHTTP(err):
		return fault.Wrap(fault.Unavailable, err, "%s does not answer as S3 does: it sent what is no answer in HTTP", at).WithHint(fault.HintEndpointOrBackend)
	}
	return fault.Wrap(fault.Unavailable, err, "%s does not answer as S3 does (%v)", at, cause(err)).WithHint(fault.HintEndpointOrBackend)
}

// tlsReason explains a failed TLS handshake; it returns "" for any other failure.
func tlsReason(err error) string {
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	var alert tls.AlertError
	switch {
	case errors.As(err, &authority):
		return "its certificate is signed by nobody that this machine trusts; if it is from an authority of your own, name its file in AWS_CA_BUNDLE"
	case errors.As(err, &hostname):
		return "its certificate is for another host"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate has expired or is not valid yet"
	case s3fault.IsPlaintext(err):
		return "it does not speak TLS; use http:// if that is meant"
	case errors.As(err, &alert):
		return "it refused the TLS handshake (" + alert.Error() + ")"
	case s3fault.IsCertificateError(err):
		return "its certificate is not valid"
	}
	return ""
}

// cause removes the method and URL that net/http puts before an error.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// shown is the endpoint for an error: without user information, and cut to 200 bytes.
func shown(endpointURL string) string {
	if u, err := url.Parse(endpointURL); err == nil {
		u.User = nil
		endpointURL = u.String()
	}
	return endpointURL[:min(len(endpointURL), 200)]
}
