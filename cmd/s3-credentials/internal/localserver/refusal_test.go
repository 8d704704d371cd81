package localserver

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

func TestRefusals(t *testing.T) {
	r := start(t, Options{Host: "localhost"})
	port := strconv.Itoa(r.Address().Port)
	for _, c := range []struct {
		name, method, path string
		headers            []string
		want               int
		header             string
	}{
		{"rebound name", "GET", "/", []string{"Host", "evil.example:" + port}, 403, ""},
		{"rebound name at the container path", "GET", containerPath, []string{"Host", "evil.example:" + port, "Authorization", r.token.secret}, 403, ""},
		{"script of a page", "GET", "/", []string{"Origin", "https://evil.example"}, 403, ""},
		{"image of a page", "GET", "/", []string{"Sec-Fetch-Site", "cross-site"}, 403, ""},
		{"POST", "POST", "/", nil, 405, "Allow"},
		{"preflight", "OPTIONS", "/", nil, 405, "Allow"},
		{"container without the token", "GET", containerPath, nil, 401, "Www-Authenticate"},
		{"container with another token", "GET", containerPath, []string{"Authorization", "guess"}, 401, "Www-Authenticate"},
	} {
		response, body := r.ask(t, c.method, c.path, c.headers...)
		if response.StatusCode != c.want || strings.Contains(body, "ASIA") || c.header != "" && response.Header.Get(c.header) == "" {
			t.Errorf("%s: answered %s %v %s", c.name, response.Status, response.Header, body)
		}
		for name := range response.Header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s: a web page may read the answer: %v", c.name, response.Header)
			}
		}
		if !json.Valid([]byte(body)) {
			t.Errorf("%s: the answer is not JSON: %q", c.name, body)
		}
	}
}

func TestBoundElsewhereTheTokenIsAskedForEverywhere(t *testing.T) {
	for _, host := range []string{"0.0.0.0", "", "::"} {
		r := start(t, Options{Host: host})
		response, body := r.ask(t, "GET", "/")
		if response.StatusCode != http.StatusUnauthorized || strings.Contains(body, "ASIA") {
			t.Errorf("on %q, without the token: %s %s", host, response.Status, body)
		}
		response, body = r.ask(t, "GET", "/", "Authorization", "Bearer "+r.token.secret)
		if response.StatusCode != http.StatusOK || !strings.Contains(body, "ASIAEXAMPLE") {
			t.Errorf("on %q, with the token: %s %s", host, response.Status, body)
		}
		if !strings.Contains(r.stderr.String(), "Other machines can reach this server") {
			t.Errorf("on %q, nothing is said of it: %s", host, r.stderr.String())
		}
	}
}

func TestATokenOfTheUsersOwnIsAskedForOnLoopbackToo(t *testing.T) {
	t.Setenv(TokenVariable, "correct-horse-battery")
	token, err := FindToken(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, Options{Host: "127.0.0.1", Token: token})
	if response, _ := r.ask(t, "GET", "/"); response.StatusCode != http.StatusUnauthorized {
		t.Errorf("without it: %s", response.Status)
	}
	if response, _ := r.ask(t, "GET", "/", "Authorization", "correct-horse-battery"); response.StatusCode != http.StatusOK {
		t.Errorf("with it: %s", response.Status)
	}
}

func TestAFailedRefreshIsAnErrorInBothShapes(t *testing.T) {
	var opened bool
	r := start(t, Options{Host: "localhost", Open: func(context.Context) (driver.Session, error) {
		if opened {
			return driver.Session{}, fault.New(fault.PermissionDenied, "not any more")
		}
		opened = true
		short := session
		short.Expiration = time.Now().Add(300 * time.Millisecond)
		return short, nil
	}})
	deadline := time.Now().Add(time.Minute)
	for {
		response, body := r.ask(t, "GET", "/")
		if response.StatusCode == http.StatusInternalServerError {
			if body != `{"error": "not any more"}` {
				t.Errorf("the error is %s", body)
			}
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("long after the end of the session: %s %s", response.Status, body)
		}
	}
	response, body := r.ask(t, "GET", containerPath, "Authorization", r.token.secret)
	if response.StatusCode != http.StatusInternalServerError || body != `{"code": "PermissionDenied", "message": "not any more"}` {
		t.Errorf("the container endpoint answered %s %s", response.Status, body)
	}
}

func TestNothingIsServedWithoutAFirstSession(t *testing.T) {
	stderr := &buffer{}
	server, err := Listen(t.Context(), Options{Host: "localhost", Token: newTestToken(t), Stderr: stderr, Open: func(context.Context) (driver.Session, error) {
		return driver.Session{}, fault.New(fault.PermissionDenied, "no")
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Serve(t.Context()); fault.CodeOf(err) != fault.PermissionDenied {
		t.Errorf("Serve returned %v", err)
	}
	if got := stderr.String(); got != "Generating initial credentials...\n" {
		t.Errorf("stderr is %q", got)
	}
	if conn, err := net.DialTimeout("tcp", server.Address().String(), time.Second); err == nil {
		conn.Close()
		t.Error("the port is still listened on")
	}
}

func TestAddressesThatCannotBeHad(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, c := range map[string]struct {
		options Options
		says    string
	}{
		"taken":       {Options{Host: "127.0.0.1", Port: taken.Addr().(*net.TCPAddr).Port}, "something else does; choose another --port"},
		"not ours":    {Options{Host: "192.0.2.1"}, "not an address of this machine; choose another --host"},
		"no such":     {Options{Host: "no-such-host.invalid"}, "choose another --host"},
		"no port":     {Options{Host: "127.0.0.1", Port: 70000}, "cannot listen on 127.0.0.1:70000"},
		"brackets":    {Options{Host: "[192.0.2.1]"}, "cannot listen on 192.0.2.1:0"},
		"below zero":  {Options{Host: "127.0.0.1", Port: -1}, "cannot listen on 127.0.0.1:-1"},
		"not a host":  {Options{Host: "a b"}, "cannot listen on"},
		"an IPv6 not": {Options{Host: "2001:db8::1"}, "cannot listen on [2001:db8::1]:0"},
	} {
		server, err := Listen(t.Context(), c.options)
		if err == nil {
			server.listener.Close()
			t.Errorf("%s: it listens", name)
		} else if !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
