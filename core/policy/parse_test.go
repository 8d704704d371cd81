package policy

import (
	"errors"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

func mustParse(t *testing.T, s string) Document {
	t.Helper()
	doc, err := Parse([]byte(s))
	if err != nil {
		t.Fatalf("Parse(%s): %v", s, err)
	}
	return doc
}

func TestParseKeepsShapeAndOrder(t *testing.T) {
	for _, text := range []string{
		`{"Statement":{"Resource":"*","Action":"s3:*","Effect":"Allow"},"Version":"2012-10-17"}`,
		`{"Version":"2012-10-17","Id":"x","Statement":[{"Effect":"Deny","NotAction":["s3:GetObject"],"Resource":["a","b"],"Principal":"*"}]}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::1:root","Service":["a","b"]},"Action":"sts:AssumeRole"}]}`,
		`{"Version":"2012-10-17","Other":{"b":1.50,"a":[true,null]},"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","New":{"z":1}}]}`,
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"b":true},"NumericLessThan":{"a":[1,"2"]}}}]}`,
		`{"Version":"2012-10-17","Statement":[]}`,
		`{"Statement":[]}`,
	} {
		if got := mustParse(t, text).JSON(); got != text {
			t.Errorf("printed %s\nas      %s", text, got)
		}
	}
}

func TestChangedMembersArePrintedAsTheyAreNow(t *testing.T) {
	doc := mustParse(t, `{"Version":"2012-10-17","Statement":{"Action":"s3:*","Effect":"Allow","Sid":"a","Resource":"*"}}`)
	doc.Statement[0].Action = []string{"s3:GetObject"}
	doc.Statement[0].Sid = ""
	doc.Statement[0].Principal = &Principal{Of: map[string][]string{"AWS": {"me"}}}
	doc.Statement = append(doc.Statement, Statement{Effect: Deny, Action: []string{"s3:*"}, Resource: []string{"*"}})
	want := `{"Version":"2012-10-17","Statement":[{"Action":["s3:GetObject"],"Effect":"Allow","Resource":"*","Principal":{"AWS":["me"]}},` +
		`{"Effect":"Deny","Action":["s3:*"],"Resource":["*"]}]}`
	if got := doc.JSON(); got != want {
		t.Errorf("printed %s\nwant    %s", got, want)
	}
}

func TestParseRefuses(t *testing.T) {
	statement := func(s string) string { return `{"Statement":[` + s + `]}` }
	for text, says := range map[string]string{
		``:                             "not valid JSON",
		"{\n  \"Version\": oops}":      "in line 2, column 14",
		`[]`:                           "must be a JSON object",
		`{}`:                           "no Statement",
		`{"Version":"2012-10-17"}`:     "no Statement",
		`{"Version":1,"Statement":[]}`: "Version must be",
		`{"Version":"2020-01-01","Statement":[]}`:                                               "Version must be",
		`{"Id":1,"Statement":[]}`:                                                               "Id must be",
		`{"statement":[]}`:                                                                      `write it as "Statement"`,
		`{"Statement":[],"Statement":[]}`:                                                       `"Statement" twice`,
		`{"Statement":"x"}`:                                                                     "an object or a list",
		statement(`1`):                                                                          "statement 1 of the policy: it must be an object",
		statement(`{}`):                                                                         "no Effect",
		statement(`{"Effect":"allow","Action":"*"}`):                                            "Effect must be",
		statement(`{"Effect":1,"Action":"*"}`):                                                  "Effect must be a string",
		statement(`{"Effect":"Allow"}`):                                                         "no Action",
		statement(`{"Effect":"Allow","action":"*"}`):                                            `write it as "Action"`,
		statement(`{"Effect":"Allow","Action":[]}`):                                             "Action must not be an empty list",
		statement(`{"Effect":"Allow","Action":[1]}`):                                            "Action must be",
		statement(`{"Effect":"Allow","Action":""}`):                                             "Action must be",
		statement(`{"Effect":"Allow","Action":{}}`):                                             "Action must be",
		statement(`{"Effect":"Allow","Action":"*","NotAction":"*"}`):                            "both Action",
		statement(`{"Effect":"Allow","Action":"*","Resource":"*","NotResource":"*"}`):           "both Resource",
		statement(`{"Effect":"Allow","Action":"*","Principal":"*","NotPrincipal":"*"}`):         "both Principal",
		statement(`{"Effect":"Allow","Action":"*","Principal":"me"}`):                           "Principal must be",
		statement(`{"Effect":"Allow","Action":"*","Principal":{"AWS":1}}`):                      "Principal AWS must be",
		statement(`{"Effect":"Allow","Action":"*","Condition":[]}`):                             "Condition must be",
		statement(`{"Effect":"Allow","Action":"*","Condition":{"Bool":1}}`):                     "Condition Bool must be",
		statement(`{"Effect":"Allow","Action":"*","Condition":{"Bool":{"x":{}}}}`):              "Condition Bool x must be",
		statement(`{"Effect":"Allow","Action":"*"},{"Effect":"Allow","Action":"*","Sid":true}`): "statement 2 of the policy: Sid must be",
		"\xff": "UTF-8",
	} {
		_, err := Parse([]byte(text))
		if !errors.Is(err, fault.InvalidArgument) || !strings.Contains(err.Error(), says) {
			t.Errorf("Parse(%s) = %v, want InvalidArgument with %q", text, err, says)
		}
	}
}

func TestParseStatement(t *testing.T) {
	for text, says := range map[string]string{
		`{`:                  "Invalid JSON string",
		`[]`:                 "JSON must be an object",
		`{"Effect":"Allow"}`: "Statement JSON missing required keys: Action, Resource",
		`{}`:                 "Statement JSON missing required keys: Action, Effect, Resource",
		`{"Effect":"Maybe","Action":"*","Resource":"*"}`: "the statement is not valid: Effect must be",
	} {
		if _, err := ParseStatement([]byte(text)); !errors.Is(err, fault.InvalidArgument) || !strings.HasPrefix(err.Error(), says) {
			t.Errorf("ParseStatement(%s) = %v, want %q", text, err, says)
		}
	}
	s, err := ParseStatement([]byte(`{"Effect":"Allow","Action":"textract:*","Resource":"*"}`))
	if err != nil || s.Action[0] != "textract:*" || s.Resource[0] != "*" {
		t.Errorf("got %+v, %v", s, err)
	}
}

func TestIndentIsPythons(t *testing.T) {
	doc := mustParse(t, `{"Version":"2012-10-17","X":{},"Statement":[{"Sid":"é😀<>&\u007f\t\"","Effect":"Allow","Action":["a","b"],"Resource":"*"}]}`)
	want := `{
    "Version": "2012-10-17",
    "X": {},
    "Statement": [
        {
            "Sid": "\u00e9\ud83d\ude00<>&\u007f\t\"",
            "Effect": "Allow",
            "Action": [
                "a",
                "b"
            ],
            "Resource": "*"
        }
    ]
}`
	if got := doc.Indent(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestEqual(t *testing.T) {
	a := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["*"]},{"Effect":"Deny","Action":"s3:*","Resource":"x"}]}`
	for text, want := range map[string]bool{
		a: true,
		`{"Statement":[{"Resource":["x"],"Effect":"Deny","Action":["S3:*"]},{"Action":["s3:putobject","s3:GetObject"],"Resource":"*","Effect":"Allow"}],"Version":"2012-10-17"}`: true,
		strings.Replace(a, "s3:PutObject", "s3:DeleteObject", 1):                        false,
		strings.Replace(a, `"x"`, `"X"`, 1):                                             false,
		strings.Replace(a, `"Resource":"x"`, `"Resource":"x","Other":1`, 1):             false,
		strings.Replace(a, `"Version":"2012-10-17"`, `"Version":"2008-10-17"`, 1):       false,
		strings.Replace(a, `"Resource":"x"`, `"Resource":"x","Condition":{}`, 1):        false,
		strings.Replace(a, `"Resource":"x"`, `"Resource":["x","x"],"Action":"s3:*"`, 1): false,
	} {
		got, err := Parse([]byte(text))
		if err == nil && Equal(mustParse(t, a), got) != want {
			t.Errorf("Equal is %v, want %v, for %s", !want, want, text)
		}
	}
}

func TestEverybodyIsEverybody(t *testing.T) {
	statement := func(principal string) Document {
		return mustParse(t, `{"Statement":[{"Effect":"Allow","Principal":`+principal+`,"Action":"*","Resource":"*"}]}`)
	}
	if !Equal(statement(`"*"`), statement(`{"AWS":["*"]}`)) {
		t.Error(`"*" and {"AWS": ["*"]} differ`)
	}
	if Equal(statement(`"*"`), statement(`{"Service":"*"}`)) || Equal(statement(`"*"`), statement(`{"AWS":"123"}`)) {
		t.Error(`"*" is a service or an account`)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":["a"],"Condition":{"Bool":{"x":true}}}}`))
	f.Add([]byte(`{"Statement":[{"Effect":"Deny","NotAction":["a"],"Principal":{"AWS":["1","2"]},"é":[1.0e9,null]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := Parse(data)
		if err != nil {
			if !errors.Is(err, fault.InvalidArgument) {
				t.Fatalf("error %v is no InvalidArgument", err)
			}
			return
		}
		for _, printed := range []string{doc.JSON(), doc.Indent()} {
			again, err := Parse([]byte(printed))
			if err != nil {
				t.Fatalf("printed %s, which cannot be read: %v", printed, err)
			}
			if !Equal(doc, again) || again.JSON() != doc.JSON() {
				t.Fatalf("printed %s, read as %s", printed, again.JSON())
			}
		}
	})
}
