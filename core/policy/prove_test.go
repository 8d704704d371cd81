package policy

import (
	"errors"
	"slices"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// provenGrants are all forms of documents that Build makes.
func provenGrants() map[string][]Grant {
	return map[string][]Grant{
		"read-write":     Grants(ReadWrite, "", "photos"),
		"read-only":      Grants(ReadOnly, "", "photos", "videos"),
		"write-only":     Grants(WriteOnly, "", "photos"),
		"prefix":         Grants(ReadWrite, "team-a/", "photos"),
		"starred prefix": Grants(ReadOnly, "team*", "photos"),
		"append-only":    {{Bucket: "backup", Access: List | Read | Write}, {Bucket: "backup", Prefix: "locks/", Access: ReadWrite}},
		"two prefixes":   {{Bucket: "b-b", Prefix: "in/", Access: WriteOnly}, {Bucket: "b-b", Prefix: "out/", Access: ReadOnly}},
		"list only":      {{Bucket: "photos", Prefix: "a/", Access: List}},
	}
}

func TestProve(t *testing.T) {
	t.Parallel()
	for name, grants := range provenGrants() {
		if err := Prove(build(t, grants, Options{}), Asked{Grants: grants}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestProveRandomGrants holds what Build makes against what was asked, for grants that overlap in all ways.
func TestProveRandomGrants(t *testing.T) {
	t.Parallel()
	g := newGenerator(t)
	for range 150 {
		var grants []Grant
		for range 1 + g.IntN(4) {
			grants = append(grants, Grant{Bucket: pick(g, "aaa", "aaab"), Prefix: pick(g, "", "a", "a/b", "a*", "ab*", "b/"), Access: Access(1 + g.IntN(15))})
		}
		doc := build(t, grants, Options{})
		if err := Prove(doc, Asked{Grants: grants}); err != nil {
			t.Fatalf("%v: %s for %v", err, doc.JSON(), grants)
		}
	}
}

// TestProveFindsMutations damages each part of each document, in each way that a mistake in Build could.
func TestProveFindsMutations(t *testing.T) {
	t.Parallel()
	count := 0
	for name, grants := range provenGrants() {
		doc := build(t, grants, Options{})
		for i := range doc.Statement {
			for what, s := range mutations(doc.Statement[i]) {
				damaged := doc
				damaged.Statement = slices.Clone(doc.Statement)
				if s == nil {
					damaged.Statement = slices.Delete(damaged.Statement, i, i+1)
				} else {
					damaged.Statement[i] = *s
				}
				count++
				if err := Prove(damaged, Asked{Grants: grants}); !errors.Is(err, fault.Internal) {
					t.Errorf("%s, statement %d %s: got %v for %s", name, i+1, what, err, damaged.JSON())
				}
			}
		}
	}
	t.Logf("%d mutations", count)
}

// mutations returns a statement damaged in every way; nil for one that is dropped.
func mutations(s Statement) map[string]*Statement {
	all := map[string]*Statement{"dropped": nil}
	change := func(what string, edit func(*Statement)) {
		c := s
		c.Action, c.Resource, c.Condition = slices.Clone(s.Action), slices.Clone(s.Resource), nil
		for operator, keys := range s.Condition {
			c.Condition = map[string]map[string][]string{operator: {}}
			for key, values := range keys {
				c.Condition[operator][key] = slices.Clone(values)
			}
		}
		edit(&c)
		all[what] = &c
	}
	change("that denies", func(s *Statement) { s.Effect = Deny })
	change("on everything", func(s *Statement) { s.Resource = []string{"*"} })
	change("with all actions", func(s *Statement) { s.Action = []string{"s3:*"} })
	change("with an action of another service", func(s *Statement) { s.Action = append(s.Action, "iam:CreateUser") })
	change("with an action that nobody has", func(s *Statement) { s.Action = append(s.Action, "s3:Nothing") })
	change("with a condition that never holds", func(s *Statement) {
		s.Condition = map[string]map[string][]string{"StringEquals": {"aws:username": {"nobody"}}}
	})
	for i, action := range s.Action {
		change("without "+action, func(s *Statement) { s.Action = slices.Delete(s.Action, i, i+1) })
		change("misspelt "+action, func(s *Statement) { s.Action[i] = action[:len(action)-1] })
		change("wider "+action, func(s *Statement) { s.Action[i] = action + "*" })
	}
	for i, resource := range s.Resource {
		if resource[len(resource)-1] != '*' {
			change("wider "+resource, func(s *Statement) { s.Resource[i] = resource + "*" })
		}
		change("misspelt "+resource, func(s *Statement) { s.Resource[i] = "arn:aws:s3:::x" + resource[len("arn:aws:s3:::"):] })
		change("another beginning "+resource, func(s *Statement) { s.Resource[i] = "arn:aws:s3:::*" + resource[len("arn:aws:s3:::"):] })
		change("without the slash "+resource, func(s *Statement) { s.Resource[i] = resource[:len(resource)-1] })
	}
	if s.Condition != nil {
		prefixes := s.Condition["StringLike"]["s3:prefix"]
		change("without its condition", func(s *Statement) { s.Condition = nil })
		change("with a misspelt key", func(s *Statement) {
			s.Condition = map[string]map[string][]string{"StringLike": {"s3:prefixes": prefixes}}
		})
		change("with a condition that requests may lack", func(s *Statement) {
			s.Condition = map[string]map[string][]string{"StringLikeIfExists": {"s3:prefix": prefixes}}
		})
		change("with a literal star", func(s *Statement) {
			s.Condition = map[string]map[string][]string{"StringEquals": {"s3:prefix": prefixes}}
		})
		change("with any prefix", func(s *Statement) { s.Condition["StringLike"]["s3:prefix"] = []string{"*"} })
		change("with a further prefix", func(s *Statement) {
			s.Condition["StringLike"]["s3:prefix"] = append(s.Condition["StringLike"]["s3:prefix"], "zzz")
		})
	}
	return all
}

// TestProveWithStatements is about what the caller adds, and what the system takes away.
func TestProveWithStatements(t *testing.T) {
	t.Parallel()
	statement := func(text string) Statement {
		s, err := ParseStatement([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	guard := Statement{Effect: Deny, Action: []string{"admin:CreateServiceAccount"}, Resource: []string{"*"}}
	versions := Statement{Effect: Deny, Action: []string{"s3:DeleteObjectVersion"}, Resource: []string{"*"}}
	dialect := Dialect{
		RejectedActions: []string{"s3:GetObjectAcl"}, MandatoryStatements: []Statement{guard},
		Implications: []Implication{{Action: "s3:DeleteObjectVersion", By: "s3:DeleteObject", Deny: &versions}},
	}
	grants := Grants(ReadWrite, "a/", "photos")
	for name, extra := range map[string][]Statement{
		"none":        nil,
		"allow":       {statement(`{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}`)},
		"conditional": {statement(`{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::photos/*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}`)},
		"deny":        {statement(`{"Effect":"Deny","Action":"s3:PutObject","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`)},
		"versions":    {statement(`{"Effect":"Allow","Action":"s3:Delete*","Resource":"arn:aws:s3:::photos/b/*"}`)},
		"guarded":     {statement(`{"Effect":"Allow","Action":"admin:*","Resource":"*"}`)},
	} {
		doc := build(t, grants, Options{Extra: extra})
		compiled, removed, err := Compile(doc, dialect, CompileOptions{Generated: len(doc.Statement) - len(extra)})
		if err != nil {
			t.Fatal(err)
		}
		asked := Asked{Grants: grants, Extra: extra, Dialect: dialect}
		if err := Prove(compiled, asked); !errors.Is(err, fault.Internal) {
			t.Errorf("%s: an action that is left out goes unnoticed: %v", name, err)
		}
		for _, r := range removed {
			asked.Omitted = append(asked.Omitted, r.Action)
		}
		if err := Prove(compiled, asked); err != nil {
			t.Errorf("%s: %v: %s", name, err, compiled.JSON())
		}
		compiled.Statement = slices.DeleteFunc(compiled.Statement, func(s Statement) bool { return slices.Contains(s.Action, "admin:CreateServiceAccount") })
		if err := Prove(compiled, asked); name == "guarded" && !errors.Is(err, fault.Internal) {
			t.Errorf("a missing mandatory statement goes unnoticed: %v", err)
		}
	}
}

// TestProveRandomDocuments is about documents of the caller's own, with what a system's dialect adds to them.
func TestProveRandomDocuments(t *testing.T) {
	t.Parallel()
	g := newGenerator(t)
	versions := Statement{Effect: Deny, Action: []string{"s3:PutObject"}, Resource: []string{"*"}}
	dialect := Dialect{
		MandatoryStatements: []Statement{{Effect: Deny, Action: []string{"iam:*"}, Resource: []string{"*"}}},
		Implications:        []Implication{{Action: "s3:PutObject", By: "s3:GetObject", Deny: &versions}},
	}
	for range 60 {
		own := g.document()
		compiled, _, err := Compile(own, dialect, CompileOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := Prove(compiled, Asked{Own: own, Dialect: dialect}); err != nil {
			t.Fatalf("%v: %s for %s", err, compiled.JSON(), own.JSON())
		}
	}
}
