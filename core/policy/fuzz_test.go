package policy

import (
	"errors"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// fuzzSeeds are documents that reach the corners of the language.
var fuzzSeeds = []string{
	`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:GetObjectAcl"],"Resource":"arn:aws:s3:::b/*"}]}`,
	`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::b"},{"Effect":"Deny","NotAction":"s3:ListBucket","Resource":"*"}]}`,
	`{"Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{"StringLike":{"s3:prefix":["a/*","${aws:username}/*"]},"Null":{"x":false}}}}`,
	`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["123456789012","arn:aws:iam::1:user/u"]},"Action":"*","Resource":"*"}]}`,
}

// What a dialect makes of a document allows nothing that the document does not allow.
func FuzzCompileNeverWidens(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add([]byte(seed), uint8(2), "s3:GetObjectAcl", "s3:GetObject", "arn:aws:s3:::b/k", "a/")
		f.Add([]byte(seed), uint8(0), "s3:*Acl", "s3:ListBucket", "arn:aws:s3:::b", "")
	}
	mandatory := []Statement{{Effect: Deny, Action: []string{"s3:DeleteObjectVersion"}, Resource: []string{"*"}}}
	f.Fuzz(func(t *testing.T, data []byte, generated uint8, rejected, action, resource, prefix string) {
		doc, err := Parse(data)
		if err != nil {
			return
		}
		d := Dialect{RejectedActions: []string{rejected}, MandatoryStatements: mandatory}
		compiled, _, err := Compile(doc, d, CompileOptions{Generated: int(generated)})
		if err != nil {
			if !errors.Is(err, fault.Unsupported) {
				t.Fatalf("error %v is no Unsupported", err)
			}
			return
		}
		request := Request{Principal: "arn:aws:iam::1:user/u", Action: action, Resource: resource, Context: map[string][]string{"s3:prefix": {prefix}}}
		before, after := Evaluate([]Document{doc}, request), Evaluate([]Document{compiled}, request)
		if after == Allowed && before != Allowed {
			t.Errorf("%s of %s is %s in %s, but allowed in %s", action, resource, before, doc.JSON(), compiled.JSON())
		}
		for _, s := range compiled.Statement {
			for _, a := range s.Action {
				if d.rejects(a) {
					t.Errorf("the system rejects %q, which is in %s", a, compiled.JSON())
				}
			}
		}
	})
}

// A decision is the same for a document as it is printed and read again, and no further document turns a denial around.
func FuzzEvaluate(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add([]byte(seed), []byte(fuzzSeeds[1]), "arn:aws:iam::1:user/u", "s3:ListBucket", "arn:aws:s3:::b", "s3:prefix", "a/x")
	}
	f.Fuzz(func(t *testing.T, one, two []byte, principal, action, resource, key, value string) {
		first, err := Parse(one)
		if err != nil {
			return
		}
		request := Request{Principal: principal, Action: action, Resource: resource, Context: map[string][]string{key: {value}}}
		decision := Evaluate([]Document{first}, request)
		again, err := Parse([]byte(first.JSON()))
		if err != nil {
			t.Fatalf("printed %s, which cannot be read: %v", first.JSON(), err)
		}
		if printed := Evaluate([]Document{again}, request); printed != decision {
			t.Errorf("%s in %s, but %s as it is printed", decision, one, printed)
		}
		second, err := Parse(two)
		if err != nil {
			return
		}
		both, swapped := Evaluate([]Document{first, second}, request), Evaluate([]Document{second, first}, request)
		if both != swapped || decision == ExplicitDeny && both != ExplicitDeny || decision == Allowed && both == ImplicitDeny {
			t.Errorf("%s alone, %s with another document, %s in the other order", decision, both, swapped)
		}
	})
}
