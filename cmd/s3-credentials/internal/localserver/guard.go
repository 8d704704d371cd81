package localserver

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// refusal is why a request gets no credentials.
type refusal struct {
	status int
	reason string
}

// guard refuses browsers and strangers. A web page can make a browser send requests to this machine. With a domain of its
// own that resolves to 127.0.0.1 (DNS rebinding), the page can even read the answers.
type guard struct {
	// hosts are the accepted host names, in lower case and without brackets.
	hosts []string
	// anyAddress accepts every IP address too: they involve no DNS.
	anyAddress bool
	port       int
	// token is the token that clients must send.
	token string
	// everywhere says that "/" requires the token too.
	everywhere bool
}

// newGuard returns the guard for a server with the configured host and the actual address.
func newGuard(host string, address *net.TCPAddr, token string, everywhere bool) *guard {
	return &guard{
		hosts:      []string{"localhost", "127.0.0.1", "::1", strings.ToLower(unbracketed(host)), address.IP.String()},
		anyAddress: address.IP.IsUnspecified(), port: address.Port, token: token, everywhere: everywhere,
	}
}

// check returns why a request is refused, whatever its path; nil if it is not.
func (g *guard) check(r *http.Request) *refusal {
	switch {
	case !g.knows(r.Host):
		return &refusal{http.StatusForbidden, "the Host header does not name this server"}
	case fromBrowserPage(r.Header):
		return &refusal{http.StatusForbidden, "web pages get no credentials"}
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		return &refusal{http.StatusMethodNotAllowed, "only GET and HEAD are answered"}
	}
	return nil
}

// knows reports whether the Host header names this server, with its port.
func (g *guard) knows(header string) bool {
	host, port, err := net.SplitHostPort(header)
	if err != nil { // without a port, HTTP's default applies
		host, port = header, "80"
	}
	if port != strconv.Itoa(g.port) {
		return false
	}
	host = strings.ToLower(unbracketed(host))
	if g.anyAddress {
		if _, err := netip.ParseAddr(host); err == nil {
			return true
		}
	}
	return host != "" && slices.Contains(g.hosts, host)
}

// fromBrowserPage reports whether a web page made the browser send the request. Browsers add Origin to cross-site requests
// of scripts, and Sec-Fetch-Site to all requests; it is "none" if the user typed the address.
func fromBrowserPage(h http.Header) bool {
	site := h.Values("Sec-Fetch-Site")
	return len(h.Values("Origin")) > 0 || slices.ContainsFunc(site, func(s string) bool { return s != "none" })
}

// checkToken returns why a request without the token is refused; nil if it is not.
func (g *guard) checkToken(r *http.Request) *refusal {
	if r.URL.Path != containerPath && !g.everywhere {
		return nil
	}
	given := r.Header.Get("Authorization")
	if sameSecret(given, g.token) || sameSecret(strings.TrimPrefix(given, "Bearer "), g.token) {
		return nil
	}
	return &refusal{http.StatusUnauthorized, "the Authorization header does not hold this server's token"}
}

// sameSecret compares in constant time, independent of the lengths.
func sameSecret(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return b != "" && subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

func unbracketed(host string) string {
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}
