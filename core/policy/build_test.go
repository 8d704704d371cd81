package policy

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

func TestNormalizePrefix(t *testing.T) {
	for prefix, want := range map[string]string{
		"": "*", "*": "*", "foo": "foo/*", "foo/": "foo/*", "foo*": "foo*", "foo/*": "foo/*", "/foo": "foo/*", "//foo/bar": "foo/bar/*",
		"a b/é": "a b/é/*", "foo//": "foo//*", "a$b": "a$b/*",
	} {
		if got, err := NormalizePrefix(prefix); err != nil || got != want {
			t.Errorf("NormalizePrefix(%q) = %q, %v, want %q", prefix, got, err, want)
		}
	}
	for _, prefix := range []string{"/", "//", "/*", "a*b", "a**", "a?", "?", "${aws:username}/", "a\nb", "a\x00"} {
		if got, err := NormalizePrefix(prefix); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("NormalizePrefix(%q) = %q, %v, want InvalidArgument", prefix, got, err)
		}
	}
}

func build(t *testing.T, grants []Grant, opts Options) Document {
	t.Helper()
	doc, err := Build(grants, opts)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestBuild(t *testing.T) {
	extra, err := ParseStatement([]byte(`{"Resource":"*","Effect":"Allow","Action":"textract:*"}`))
	if err != nil {
		t.Fatal(err)
	}
	const get = `"Action":["s3:GetObject","s3:GetObjectAcl","s3:GetObjectLegalHold","s3:GetObjectRetention","s3:GetObjectTagging"]`
	for _, c := range []struct {
		doc  Document
		want []string
	}{
		{build(t, Grants(ReadWrite, "", "b"), Options{}), []string{
			`{"Effect":"Allow","Action":["s3:ListBucket","s3:GetBucketLocation"],"Resource":["arn:aws:s3:::b"]}`,
			`{"Effect":"Allow",` + get + `,"Resource":["arn:aws:s3:::b/*"]}`,
			`{"Effect":"Allow","Action":["s3:PutObject","s3:DeleteObject"],"Resource":["arn:aws:s3:::b/*"]}`,
		}},
		{build(t, Grants(ReadOnly, "foo/", "b"), Options{Partition: "aws-cn"}), []string{
			`{"Effect":"Allow","Action":["s3:GetBucketLocation"],"Resource":["arn:aws-cn:s3:::b"]}`,
			`{"Effect":"Allow","Action":["s3:ListBucket"],"Resource":["arn:aws-cn:s3:::b"],"Condition":{"StringLike":{"s3:prefix":["foo/*"]}}}`,
			`{"Effect":"Allow",` + get + `,"Resource":["arn:aws-cn:s3:::b/foo/*"]}`,
		}},
		{build(t, Grants(WriteOnly, "", "b", "c"), Options{Extra: []Statement{extra}}), []string{
			`{"Effect":"Allow","Action":["s3:PutObject"],"Resource":["arn:aws:s3:::b/*"]}`,
			`{"Effect":"Allow","Action":["s3:PutObject"],"Resource":["arn:aws:s3:::c/*"]}`,
			`{"Resource":"*","Effect":"Allow","Action":"textract:*"}`,
		}},
		{PublicGet("b", ""), []string{
			`{"Sid":"AllowAllGetObject","Effect":"Allow","Principal":"*","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::b/*"]}`,
		}},
	} {
		want := `{"Version":"2012-10-17","Statement":[` + strings.Join(c.want, ",") + `]}`
		if got := c.doc.JSON(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	for _, bucket := range []string{"", "*", "a*", "a?", "a/b", "${aws:username}"} {
		if _, err := Build(Grants(ReadOnly, "", bucket), Options{}); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("bucket %q: %v, want InvalidArgument", bucket, err)
		}
	}
	if _, err := Build(Grants(0, "", "b"), Options{}); !errors.Is(err, fault.InvalidArgument) {
		t.Errorf("access all: %v, want InvalidArgument", err)
	}
}

func TestSubstituteBucket(t *testing.T) {
	got := SubstituteBucket(`{"a":"$!BUCKET_NAME!$/$!BUCKET_NAME!$"}`, `x"y`)
	if want := `{"a":"x\"y/x\"y"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCompile(t *testing.T) {
	guard := Statement{Effect: Deny, Action: []string{"admin:*"}}
	dialect := Dialect{RejectedActions: []string{"s3:GetObjectAcl", "textract:*"}, MandatoryStatements: []Statement{guard}}
	doc := build(t, Grants(ReadOnly, "", "b"), Options{})
	compiled, removed, err := Compile(doc, dialect, CompileOptions{Generated: 2})
	if err != nil || len(removed) != 1 || removed[0] != (Removed{1, "s3:GetObjectAcl"}) {
		t.Fatalf("removed %v, %v", removed, err)
	}
	if slices.Contains(compiled.Statement[1].Action, "s3:GetObjectAcl") || len(compiled.Statement) != 3 || compiled.Statement[2].Effect != Deny {
		t.Errorf("compiled %s", compiled.JSON())
	}
	if !slices.Contains(doc.Statement[1].Action, "s3:GetObjectAcl") {
		t.Error("the original changed")
	}
	if again, _, err := Compile(compiled, dialect, CompileOptions{}); err != nil || !Equal(again, compiled) {
		t.Errorf("compiled again: %s, %v", again.JSON(), err)
	}
	if same, _, err := Compile(doc, Dialect{}, CompileOptions{}); err != nil || same.JSON() != doc.JSON() {
		t.Errorf("AWS's own dialect: %s, %v", same.JSON(), err)
	}
}

// TestCompileDeniesWhatIsImplied compiles documents for a system on which deleting objects implies deleting versions.
func TestCompileDeniesWhatIsImplied(t *testing.T) {
	always := Statement{Effect: Deny, Action: []string{"s3:ListAllMyBuckets"}, Resource: []string{"*"}}
	denial := Statement{Effect: Deny, Action: []string{"s3:DeleteObjectVersion"}, Resource: []string{"*"}}
	dialect := Dialect{Implications: []Implication{
		{Action: "s3:DeleteObjectVersion", By: "s3:DeleteObject", Deny: &denial},
		{Action: "s3:GetObjectVersion", By: "s3:GetObject"},
		{Action: "s3:ListAllMyBuckets", Deny: &always},
	}}
	for statements, denied := range map[string]bool{
		`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`:                                                                        false,
		`{"Effect":"Allow","Action":["s3:GetObject","s3:deleteobject"],"Resource":"arn:aws:s3:::b/*"}`:                                     true,
		`{"Effect":"Allow","Action":"s3:?eleteObject","Resource":"*"}`:                                                                     true,
		`{"Effect":"Allow","Action":["s3:DeleteObject","s3:DeleteObjectVersion"],"Resource":"*"}`:                                          false,
		`{"Effect":"Allow","Action":"s3:DeleteObject*","Resource":"*"}`:                                                                    false,
		`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`:                                                                                false,
		`{"Effect":"Allow","Action":"*","Resource":"*"}`:                                                                                   false,
		`{"Effect":"Allow","NotAction":"s3:GetObject","Resource":"*"}`:                                                                     false,
		`{"Effect":"Allow","NotAction":"s3:DeleteObjectVersion","Resource":"*"}`:                                                           true,
		`{"Effect":"Allow","Action":"s3:DeleteObject","Resource":"*"},{"Effect":"Deny","Action":"s3:*","Resource":"c"}`:                    true,
		`{"Effect":"Allow","Action":"s3:DeleteObject","Resource":"*"},{"Effect":"Allow","Action":"s3:DeleteObjectVersion","Resource":"*"}`: false,
	} {
		doc := mustParse(t, `{"Version":"2012-10-17","Statement":[`+statements+`]}`)
		compiled, _, err := Compile(doc, dialect, CompileOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.ContainsFunc(compiled.Statement, func(s Statement) bool { return s.Effect == Deny && slices.Contains(s.Action, denial.Action[0]) }); got != denied {
			t.Errorf("%s: denied %v, want %v", statements, got, denied)
		}
		asked := slices.ContainsFunc(doc.Statement, func(s Statement) bool { return s.asksFor("s3:ListAllMyBuckets") })
		if asked == strings.Contains(compiled.JSON(), `"s3:ListAllMyBuckets"],"Resource":["*"]`) {
			t.Errorf("%s: compiled to %s", statements, compiled.JSON())
		}
		if again, _, err := Compile(compiled, dialect, CompileOptions{}); err != nil || !Equal(again, compiled) {
			t.Errorf("compiled again: %s, %v", again.JSON(), err)
		}
	}
}

// What is asked for somewhere is denied everywhere else.
func TestCompileDeniesWhereItIsNotAskedFor(t *testing.T) {
	dialect := Dialect{Implications: []Implication{{
		Action: "s3:DeleteObjectVersion", By: "s3:DeleteObject",
		Deny: &Statement{Effect: Deny, Action: []string{"s3:DeleteObjectVersion"}, Resource: []string{"arn:aws:s3:::*"}},
	}}}
	doc := mustParse(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::b/*"},
		{"Effect":"Allow","Action":"s3:Delete*","Resource":["arn:aws:s3:::b/tmp/*","arn:aws:s3:::b/in/*"],"Condition":{"Bool":{"aws:SecureTransport":"true"}}}]}`)
	compiled, _, err := Compile(doc, dialect, CompileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"Effect":"Deny","Action":["s3:DeleteObjectVersion"],"NotResource":["arn:aws:s3:::b/in/*","arn:aws:s3:::b/tmp/*"]}]}`
	if !strings.HasSuffix(compiled.JSON(), want) {
		t.Errorf("compiled to %s", compiled.JSON())
	}
	if again, _, err := Compile(compiled, dialect, CompileOptions{}); err != nil || !Equal(again, compiled) {
		t.Errorf("compiled again: %s, %v", again.JSON(), err)
	}
}

// TestCompileDeniesNothingThatOtherDocumentsAllow compiles the documents of one user for several buckets.
func TestCompileDeniesNothingThatOtherDocumentsAllow(t *testing.T) {
	everywhere := []string{"arn:aws:s3:::*"}
	dialect := Dialect{Implications: []Implication{
		{Action: "s3:GetObject", By: "s3:PutObject", Deny: &Statement{Effect: Deny, Action: []string{"s3:GetObject"}, Resource: everywhere}},
		{Action: "s3:DeleteObjectTagging", By: "s3:PutObject", Deny: &Statement{Effect: Deny, Action: []string{"s3:DeleteObjectTagging"}, Resource: everywhere}},
	}}
	for name, c := range map[string]struct {
		grants []Grant
		want   string
	}{
		"writing":              {Grants(WriteOnly, "", "a"), `{"Effect":"Deny","Action":["s3:GetObject","s3:DeleteObjectTagging"],"Resource":["arn:aws:s3:::a/*"]}`},
		"reading and writing":  {Grants(ReadWrite, "", "a"), `{"Effect":"Deny","Action":["s3:DeleteObjectTagging"],"Resource":["arn:aws:s3:::a/*"]}`},
		"in different folders": {slices.Concat(Grants(WriteOnly, "in/", "a"), Grants(ReadOnly, "out/", "a")), `{"Effect":"Deny","Action":["s3:GetObject","s3:DeleteObjectTagging"],"Resource":["arn:aws:s3:::a/in/*"]}`},
		"reading in a folder": {slices.Concat(Grants(WriteOnly, "", "a"), Grants(ReadOnly, "out/", "a")), `{"Effect":"Deny","Action":["s3:GetObject"],"NotResource":["arn:aws:s3:::a/out/*","arn:aws:s3:::b/x/*"]},` +
			`{"Effect":"Deny","Action":["s3:DeleteObjectTagging"],"Resource":["arn:aws:s3:::a/*"]}`},
	} {
		other := build(t, Grants(ReadOnly, "x/", "b"), Options{})
		compiled, _, err := Compile(build(t, c.grants, Options{}), dialect, CompileOptions{Others: []Document{other}})
		if err != nil || !strings.HasSuffix(compiled.JSON(), c.want+"]}") {
			t.Errorf("%s: %s, %v", name, compiled.JSON(), err)
		}
		for _, key := range []string{"b/x/object", "b/y", "a/object"} {
			docs, req := []Document{compiled, other}, Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::" + key}
			if got := Evaluate(docs, req); (got == Allowed) != (key == "b/x/object" || key == "a/object" && name == "reading and writing") {
				t.Errorf("%s: reading %s is %s", name, key, got)
			}
		}
		if more := dialect.MayAllowMore(compiled); more != nil {
			t.Errorf("%s: it may allow more: %v", name, more)
		}
	}
}

// TestDenialsAreJoined joins those of the documents of a session, which have to be short.
func TestDenialsAreJoined(t *testing.T) {
	doc := mustParse(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:GetObject","Resource":"a"},{"Effect":"Allow","Action":"*","Resource":"a"},
		{"Effect":"Deny","Action":"s3:GetObject","Resource":"b"},{"Effect":"Allow","Action":"*","Resource":"b"},{"Effect":"Deny","Action":"s3:GetObject","NotResource":"c"}]}`)
	want := mustParse(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:GetObject","Resource":["a","b"]},{"Effect":"Allow","Action":"*","Resource":"a"},
		{"Effect":"Allow","Action":"*","Resource":"b"},{"Effect":"Deny","Action":"s3:GetObject","NotResource":"c"}]}`)
	if got := Joined(doc); !Equal(got, want) {
		t.Errorf("joined to %s", got.JSON())
	}
}

func TestCompileRefusesWhatTheUserWrote(t *testing.T) {
	dialect := Dialect{RejectedActions: []string{"s3:getobjectacl", "textract:*"}}
	for _, action := range []string{`"Action":"s3:GetObjectAcl"`, `"Action":["s3:GetObject","textract:Detect"]`, `"NotAction":["textract:*"]`} {
		doc := mustParse(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",`+action+`,"Resource":"*"}]}`)
		_, _, err := Compile(doc, dialect, CompileOptions{})
		if !errors.Is(err, fault.Unsupported) || !(strings.Contains(err.Error(), "s3:GetObjectAcl") || strings.Contains(err.Error(), "textract:")) {
			t.Errorf("%s: %v, want Unsupported", action, err)
		}
	}
	wide := mustParse(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`)
	if _, _, err := Compile(wide, dialect, CompileOptions{}); err != nil {
		t.Errorf("s3:* is refused: %v", err)
	}
	alone := Document{Version: Version, Statement: []Statement{{Effect: Allow, Action: []string{"textract:Detect"}, Resource: []string{"*"}}}}
	if _, _, err := Compile(alone, dialect, CompileOptions{Generated: 1}); !errors.Is(err, fault.Unsupported) {
		t.Errorf("nothing left: %v, want Unsupported", err)
	}
}

func TestMergeAndSize(t *testing.T) {
	b, c := build(t, Grants(WriteOnly, "", "b"), Options{}), build(t, Grants(WriteOnly, "", "c"), Options{})
	both := Merge(b, c, b)
	if want := build(t, Grants(WriteOnly, "", "b", "c"), Options{}); both.JSON() != want.JSON() {
		t.Errorf("merged %s", both.JSON())
	}
	doc := mustParse(t, "{ \"Statement\" : [ {\"Effect\":\"Allow\",\n\"Action\":\"*\", \"Resource\":\"a b\"} ] }")
	text := `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"a b"}]}`
	if got := Size(doc, false); got != len(text) {
		t.Errorf("size %d, want %d", got, len(text))
	}
	if got := Size(doc, true); got != len(text)-1 {
		t.Errorf("size without white space %d, want %d", got, len(text)-1)
	}
}
