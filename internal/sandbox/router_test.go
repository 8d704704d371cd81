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
