package iam

import "testing"

func TestPolicyDocumentsAreDecoded(t *testing.T) {
	const document = `{"Resource": "arn:aws:s3:::b/a+b c%20/*"}`
	for _, as := range []string{document, "%7B%22Resource%22%3A%20%22arn%3Aaws%3As3%3A%3A%3Ab%2Fa%2Bb%20c%2520%2F%2A%22%7D"} {
		if got := decodeDocument(&as); got != document {
			t.Errorf("%s became %s", as, got)
		}
	}
}
