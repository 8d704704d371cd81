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

// guard keeps browsers and strangers out. A web page can make a browser send requests to this machine, also under a
// name of the page's own that it made resolve to 127.0.0.1 (DNS rebinding); the page may read the answer to those.
type guard struct {
	// hosts are the names, in lower case and without brackets, under which the server may be asked.
	hosts []string
	// anyAddress accepts every IP address as well: no DNS is involved in those.
	anyAddress bool
	port       int
	// token is what clients must show, where they must.
	token string
	// everywhere says that "/" asks for the token as well.
	everywhere bool
}

// newGuard returns the guard for a server that listens at the address, and was told to listen on the host.
func newGuard(host string, address *net.TCPAddr, token string, everywhere bool) *guard {
	g := &guard{port: address.Port, token: token, everywhere: everywhere}
	g.hosts = []string{"localhost", "127.0.0.1", "::1", strings.ToLower(unbracketed(host)), address.IP.String()}
	if address.IP.IsUnspecified() {
		g.anyAddress = true
	}
	return g
}

// check returns why the request is refused whatever it asks for; nil if it is not.
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
	if err != nil { // no port in the header means HTTP's default
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

// fromBrowserPage reports whether a web page made the browser send the request. Browsers add Origin to what scripts
// send across sites, and Sec-Fetch-Site to everything; it is "none" where a person typed the address.
func fromBrowserPage(h http.Header) bool {
	site := h.Values("Sec-Fetch-Site")
	return len(h.Values("Origin")) > 0 || slices.ContainsFunc(site, func(s string) bool { return s != "none" })
}

// checkToken returns why a client of the path is refused; nil if it is not.
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

// sameSecret compares in constant time, whatever the lengths.
func sameSecret(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return b != "" && subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

func unbracketed(host string) string {
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}
