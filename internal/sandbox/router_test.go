package sandbox

import (
	"net/http/httptest"
	"net/url"
	"testing"
)

func TestSignedService(t *testing.T) {
	header := func(value string) (string, string) { return value, "/" }
	query := func(credential string) (string, string) {
		return "", "/bucket/key?" + url.Values{"X-Amz-Credential": {credential}}.Encode()
	}
	for name, c := range map[string]struct {
		authorization, target, want string
	}{
		"no signature":       {target: "/bucket", want: ""},
		"another scheme":     {authorization: "Basic Zm9vOmJhcg==", target: "/", want: ""},
		"too few parts":      {authorization: "AWS4-HMAC-SHA256 Credential=AK/s3, SignedHeaders=host", target: "/", want: ""},
		"version 2 presign":  {target: "/b/k?AWSAccessKeyId=AK&Signature=x&Expires=1", want: ""},
		"a slash in the key": {authorization: "AWS4-HMAC-SHA256 Credential=A/K/20260101/us-east-1/iam/aws4_request,SignedHeaders=host", target: "/", want: "iam"},
	} {
		r := httptest.NewRequest("GET", c.target, nil)
		r.Header.Set("Authorization", c.authorization)
		if got := signedService(r); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	for _, service := range []string{"s3", "iam", "sts"} {
		scope := "AKIAEXAMPLE/20260101/us-east-1/" + service + "/aws4_request"
		for name, make := range map[string]func(string) (string, string){
			"header": func(s string) (string, string) {
				return header("AWS4-HMAC-SHA256 Credential=" + s + ", SignedHeaders=host;x-amz-date, Signature=00")
			},
			"query": query,
		} {
			authorization, target := make(scope)
			r := httptest.NewRequest("POST", target, nil)
			r.Header.Set("Authorization", authorization)
			if got := signedService(r); got != service {
				t.Errorf("%s in the %s: got %q", service, name, got)
			}
		}
	}
}

func TestCheckListen(t *testing.T) {
	for address, allowed := range map[string]bool{
		"127.0.0.1:0": true, "127.1.2.3:80": true, "[::1]:0": true, "localhost:9000": true,
		":9000": false, "0.0.0.0:0": false, "[::]:0": false, "192.168.1.2:80": false, "example.org:80": false,
	} {
		if err := checkListen(address, false); (err == nil) != allowed {
			t.Errorf("%s: %v", address, err)
		}
		if err := checkListen(address, true); err != nil {
			t.Errorf("%s, where remote is allowed: %v", address, err)
		}
	}
	for _, address := range []string{"", "127.0.0.1", "::1"} {
		if checkListen(address, true) == nil {
			t.Errorf("%q is no address to listen on", address)
		}
	}
}
