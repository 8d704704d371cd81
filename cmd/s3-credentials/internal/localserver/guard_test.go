package localserver

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestHostHeader(t *testing.T) {
	loopback := newGuard("localhost", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8094}, "t", false)
	everywhere := newGuard("0.0.0.0", &net.TCPAddr{IP: net.IPv4zero, Port: 8094}, "t", true)
	named := newGuard("Build.Lan", &net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 80}, "t", true)
	for _, c := range []struct {
		name   string
		guard  *guard
		header string
		want   bool
	}{
		{"name", loopback, "localhost:8094", true},
		{"name in capitals", loopback, "LOCALHOST:8094", true},
		{"IPv4", loopback, "127.0.0.1:8094", true},
		{"IPv6", loopback, "[::1]:8094", true},
		{"another port", loopback, "localhost:8095", false},
		{"no port", loopback, "localhost", false},
		{"a rebound name", loopback, "evil.example:8094", false},
		{"a rebound name that looks like ours", loopback, "localhost.evil.example:8094", false},
		{"a suffix of ours", loopback, "xlocalhost:8094", false},
		{"another address", loopback, "10.1.2.3:8094", false},
		{"empty", loopback, "", false},
		{"only a port", loopback, ":8094", false},
		{"garbage", loopback, "[[::1]:8094", false},
		{"any address of an open server", everywhere, "10.1.2.3:8094", true},
		{"any IPv6 address of an open server", everywhere, "[fe80::1]:8094", true},
		{"a name at an open server", everywhere, "evil.example:8094", false},
		{"only a port at an open server", everywhere, ":8094", false},
		{"the bound name, HTTP's own port", named, "build.lan", true},
		{"the bound name with its port", named, "build.lan:80", true},
		{"the bound address", named, "10.1.2.3", true},
		{"IPv6 without a port", named, "[::1]", true},
		{"another name", named, "other.lan", false},
	} {
		if got := c.guard.knows(c.header); got != c.want {
			t.Errorf("%s: Host %q is known: %v, want %v", c.name, c.header, got, c.want)
		}
	}
}

func TestWebPagesAndMethods(t *testing.T) {
	g := newGuard("localhost", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8094}, "t", false)
	for _, c := range []struct {
		name, method, header, value string
		want                        int
	}{
		{"curl", "GET", "", "", 0},
		{"HEAD", "HEAD", "", "", 0},
		{"typed into a browser", "GET", "Sec-Fetch-Site", "none", 0},
		{"script of a page", "GET", "Origin", "https://evil.example", http.StatusForbidden},
		{"script of a page without an origin", "GET", "Origin", "null", http.StatusForbidden},
		{"empty origin", "GET", "Origin", "", http.StatusForbidden},
		{"image of a page", "GET", "Sec-Fetch-Site", "cross-site", http.StatusForbidden},
		{"page of the same name", "GET", "Sec-Fetch-Site", "same-origin", http.StatusForbidden},
		{"POST", "POST", "", "", http.StatusMethodNotAllowed},
		{"DELETE", "DELETE", "", "", http.StatusMethodNotAllowed},
		{"OPTIONS, as before a cross-site request", "OPTIONS", "", "", http.StatusMethodNotAllowed},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, "http://localhost:8094/", nil)
		if c.header != "" {
			r.Header[c.header] = []string{c.value}
		}
		got := 0
		if no := g.check(r); no != nil {
			got = no.status
		}
		if got != c.want {
			t.Errorf("%s: refused with %d, want %d", c.name, got, c.want)
		}
	}
}

func TestTokenOfARequest(t *testing.T) {
	const token = "0123456789abcdef"
	at := func(everywhere bool) *guard {
		return newGuard("localhost", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8094}, token, everywhere)
	}
	for _, c := range []struct {
		name, path, header string
		guard              *guard
		want               bool
	}{
		{"root on loopback", "/", "", at(false), true},
		{"container without", containerPath, "", at(false), false},
		{"container with", containerPath, token, at(false), true},
		{"container with a bearer", containerPath, "Bearer " + token, at(false), true},
		{"container with a wrong one", containerPath, token + "0", at(false), false},
		{"container with a part", containerPath, token[:15], at(false), false},
		{"root elsewhere without", "/", "", at(true), false},
		{"root elsewhere with", "/", token, at(true), true},
		{"no token set, none given", containerPath, "", newGuard("localhost", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, "", false), false},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", c.path, nil)
		r.Header.Set("Authorization", c.header)
		if got := c.guard.checkToken(r) == nil; got != c.want {
			t.Errorf("%s: let in %v, want %v", c.name, got, c.want)
		}
	}
}
