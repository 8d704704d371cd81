package policy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// mostRegions is how many regions of buckets, or of keys in one bucket, documents may make.
const mostRegions = 20_000

// prefixKey is the condition key that restricts listings.
const prefixKey = "s3:prefix"

// space is all that documents can tell apart: finitely many regions of resources, classes of actions and contexts, each with one
// that stands for all of it (docs/decisions/0008-regions.md).
type space struct {
	statements []versioned
	principal  string
	partition  string
	// vars are the variables of the documents; where the caller says no value, a variable stands for itself.
	vars variables
	// resources are the patterns of all statements, and texts how they are written.
	resources patternSet
	texts     []string
	tests     map[string][]test
	// given are the condition keys, in lower case, whose values the caller says.
	given map[string]bool
	areas []area
	// buckets are the only ones to look at; nil for all.
	buckets []string
	// reaching are the statements about a resource, whatever their actions and conditions are.
	reaching map[string][]int
}

// spaceOptions are what is known beside the documents.
type spaceOptions struct {
	principal string
	partition string
	context   map[string][]string
	// prefixes are further patterns of objects to tell apart, as ARNs.
	further []string
	// buckets are the only ones to look at; nil for all.
	buckets []string
}

func newSpace(docs []Document, opts spaceOptions) (*space, error) {
	s := baseSpace(docs, opts)
	return s, s.fill(opts.further)
}

// fill finds the areas that the documents, and further patterns, tell apart.
func (s *space) fill(further []string) error {
	for _, statement := range s.statements {
		for _, text := range slices.Concat(statement.Resource, statement.NotResource) {
			s.addPattern(text, statement.version)
		}
	}
	for _, text := range further {
		s.addPattern(text, "")
	}
	return s.findAreas()
}

// baseSpace is a space without areas.
func baseSpace(docs []Document, opts spaceOptions) *space {
	s := &space{statements: statementsOf(docs), principal: opts.principal, reaching: map[string][]int{}, given: map[string]bool{}}
	s.partition = cmp.Or(opts.partition, partitionIn(docs), "aws")
	s.vars = variables{on: true, context: map[string][]string{}}
	for key, values := range opts.context {
		key = strings.ToLower(key)
		s.given[key], s.vars.context[key] = true, values
	}
	s.nameVariables()
	s.buckets = opts.buckets
	if s.buckets != nil {
		s.statements = slices.DeleteFunc(s.statements, func(statement versioned) bool { return !s.mayReach(statement) })
	}
	s.tests = tests(s.statements)
	return s
}

// about returns the statements about a resource, whatever their actions and conditions are.
func (s *space) about(resource string) []int {
	which, has := s.reaching[resource]
	if !has {
		for i, statement := range s.statements {
			if statement.isAbout(s.principal) && statement.reaches(s.in(statement.version), resource) {
				which = append(which, i)
			}
		}
		s.reaching[resource] = which
	}
	return which
}

// listed returns the patterns that conditions compare the prefix of a bucket's listing with, and how they are written.
func (s *space) listed(bucket string) (patterns patternSet, texts []string) {
	for _, i := range s.about(bucket) {
		statement := s.statements[i]
		for _, keys := range statement.Condition {
			for key, values := range keys {
				if !strings.EqualFold(key, prefixKey) {
					continue
				}
				for _, text := range values {
					// StringEquals has no wildcards, and a listing's prefix may have a star in it: both are told apart.
					if elements, known := s.in(statement.version).expand(text); known && !slices.Contains(texts, text) {
						texts = append(texts, text, text)
						patterns = append(patterns, elements, literals(text, s.in(statement.version)))
					}
				}
			}
		}
	}
	return patterns, texts
}

// partitionIn is the partition of the first ARN that names one.
func partitionIn(docs []Document) string {
	for _, doc := range docs {
		for _, s := range doc.Statement {
			for _, r := range slices.Concat(s.Resource, s.NotResource) {
				if parts := strings.SplitN(r, ":", 3); len(parts) == 3 && parts[0] == "arn" && !strings.ContainsAny(parts[1], "*?$") {
					return parts[1]
				}
			}
		}
	}
	return ""
}

// nameVariables gives each variable without a value its own text.
func (s *space) nameVariables() {
	name := func(text string) {
		for {
			_, rest, found := strings.Cut(text, "${")
			inside, after, closed := strings.Cut(rest, "}")
			if !found || !closed {
				return
			}
			key, _, _ := strings.Cut(inside, ",")
			key = strings.TrimSpace(key)
			if _, has := s.vars.lookup(key); !has && key != "*" && key != "?" && key != "$" {
				s.vars.context[strings.ToLower(key)] = []string{"${" + inside + "}"}
			}
			text = after
		}
	}
	for _, statement := range s.statements {
		if statement.version != Version {
			continue
		}
		for _, text := range slices.Concat(statement.Resource, statement.NotResource) {
			name(text)
		}
		for _, keys := range statement.Condition {
			for _, values := range keys {
				for _, v := range values {
					name(v)
				}
			}
		}
	}
}

// in returns the variables as a document of the version has them.
func (s *space) in(version string) variables {
	return variables{on: version == Version, context: s.vars.context}
}

func (s *space) addPattern(text, version string) {
	if elements, known := s.in(version).expand(text); known && !slices.Contains(s.texts, text) {
		s.texts, s.resources = append(s.texts, text), append(s.resources, elements)
	}
}

// errTooComplex is for documents whose regions or contexts are more than this package tries.
var errTooComplex = fault.New(fault.ResourceExhausted, "the policy has too many wildcards or conditions to be decided; use fewer in one policy")
