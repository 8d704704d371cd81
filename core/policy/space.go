package policy

import (
	"cmp"
	"maps"
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
	areas     []area
	// reaching are the statements about a resource, whatever their actions and conditions are.
	reaching map[string][]int
}

// area is a region of resources.
type area struct {
	// bucket and key stand for all buckets and keys of the region; key is empty for what is about the bucket itself.
	bucket, key string
	// bucketLabel and label name the region by the patterns that it is in; "*" is what no pattern of the document names.
	bucketLabel, label string
	// resource is the ARN that stands for the region, and kind its type; both for resources that are no bucket and no object.
	resource, kind string
}

// spaceOptions are what is known beside the documents.
type spaceOptions struct {
	principal string
	partition string
	context   map[string][]string
	// prefixes are further patterns of objects to tell apart, as ARNs.
	further []string
}

func newSpace(docs []Document, opts spaceOptions) (*space, error) {
	s := &space{statements: statementsOf(docs), principal: opts.principal, reaching: map[string][]int{}}
	s.partition = cmp.Or(opts.partition, partitionIn(docs), "aws")
	s.vars = variables{on: true, context: maps.Clone(opts.context)}
	if s.vars.context == nil {
		s.vars.context = map[string][]string{}
	}
	s.nameVariables()
	s.tests = tests(s.statements)
	for _, statement := range s.statements {
		for _, text := range slices.Concat(statement.Resource, statement.NotResource) {
			s.addPattern(text, statement.version)
		}
	}
	for _, text := range opts.further {
		s.addPattern(text, "")
	}
	return s, s.findAreas()
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

// findAreas finds a bucket for each region of buckets, and in each a key for each region of keys.
func (s *space) findAreas() error {
	head := "arn:" + s.partition + ":s3:::"
	buckets, ok := s.resources.explore(s.resources.read(s.resources.start(), head), mayBeInBucket, mostRegions)
	if !ok {
		return errTooComplex
	}
	seen := map[string]bool{}
	for _, b := range buckets {
		inside := s.resources.read(b.at, "/")
		key := keyOf(s.resources.matching(b.at)) + "/" + inside.key()
		if seen[key] {
			continue
		}
		seen[key] = true
		bucket := area{bucket: b.text, bucketLabel: s.bucketLabel(b.text), resource: head + b.text, kind: typeBucket, label: "*"}
		s.areas = append(s.areas, bucket)
		if err := s.findKeys(bucket, inside); err != nil {
			return err
		}
	}
	return s.findOthers()
}

func (s *space) findKeys(bucket area, inside cursors) error {
	listed, texts := s.listed(bucket.resource)
	all := slices.Concat(s.resources, listed)
	start := all.start()
	start = start[len(s.resources.start()):]
	keys, ok := all.explore(slices.Concat(inside, start), func(rune) bool { return true }, mostRegions)
	if !ok || len(s.areas) > mostRegions {
		return errTooComplex
	}
	seen := map[string]bool{}
	for _, k := range keys {
		which := all.matching(k.at)
		if key := keyOf(which); !seen[key] {
			seen[key] = true
			key := bucket
			key.key, key.label = k.text, s.keyLabel(which, texts, k.text)
			key.resource, key.kind = bucket.resource+"/"+k.text, typeObject
			s.areas = append(s.areas, key)
		}
	}
	return nil
}

// mayBeInBucket is for all names that a bucket has had on some system.
func mayBeInBucket(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == '_'
}

// findOthers finds the regions of the resources that are no buckets and no objects, and of what the catalogue does not know.
func (s *space) findOthers() error {
	types := maps.Clone(loadCatalogue().Resources)
	delete(types, typeBucket)
	delete(types, typeObject)
	types[""] = "arn:${Partition}:s3:::*"
	types["?"] = "${Any}"
	for _, kind := range slices.Sorted(maps.Keys(types)) {
		texts := []reached{{"", s.resources.start()}}
		rest := strings.ReplaceAll(types[kind], "${Partition}", s.partition)
		for rest != "" {
			literal, after, templated := strings.Cut(rest, "${")
			for i := range texts {
				texts[i] = reached{texts[i].text + literal, s.resources.read(texts[i].at, literal)}
			}
			name, after, _ := strings.Cut(after, "}")
			rest = after
			if !templated {
				break
			}
			var next []reached
			seen := map[string]bool{}
			for _, t := range texts {
				more, ok := s.resources.explore(t.at, func(r rune) bool { return name == "Any" || r != ':' && r != '/' }, mostRegions)
				if !ok {
					return errTooComplex
				}
				for _, m := range more {
					if key := m.at.key(); !seen[key] {
						seen[key] = true
						next = append(next, reached{t.text + m.text, m.at})
					}
				}
			}
			texts = next
		}
		seen := map[string]bool{}
		for _, t := range texts {
			which := s.resources.matching(t.at)
			if key := keyOf(which); !seen[key] {
				seen[key] = true
				s.areas = append(s.areas, area{resource: t.text, kind: kind, label: s.label(which)})
			}
		}
	}
	return nil
}

// bucketLabel names the region of a bucket by the patterns whose part before the slash the bucket matches.
func (s *space) bucketLabel(bucket string) string {
	var labels []string
	for _, text := range s.texts {
		name := "*"
		if parts := strings.SplitN(text, ":", 6); len(parts) == 6 && strings.ReplaceAll(parts[2], "*", "") != "" {
			name, _, _ = strings.Cut(parts[5], "/")
		}
		if elements, known := s.vars.expand(name); known && match(elements, []rune(bucket)) {
			labels = append(labels, name)
		}
	}
	return closest(labels)
}

// keyLabel names the region of a key by the patterns that it matches.
func (s *space) keyLabel(which []int, listed []string, key string) string {
	var labels []string
	for _, i := range which {
		if i >= len(s.resources) {
			labels = append(labels, listed[i-len(s.resources)])
			continue
		}
		_, name, inside := strings.Cut(s.texts[i], "/")
		if elements, known := s.vars.expand(name); !inside || !known || !match(elements, []rune(key)) {
			name = "*"
		}
		labels = append(labels, name)
	}
	return closest(labels)
}

func (s *space) label(which []int) string {
	var labels []string
	for _, i := range which {
		labels = append(labels, s.texts[i])
	}
	return closest(labels)
}

// closest joins the patterns of a text that no other one of them is within.
func closest(labels []string) string {
	slices.Sort(labels)
	labels = slices.Compact(labels)
	var closest []string
	for _, wide := range labels {
		if !slices.ContainsFunc(labels, func(narrow string) bool { return narrow != wide && match(pattern(wide), []rune(narrow)) }) {
			closest = append(closest, wide)
		}
	}
	return cmp.Or(strings.Join(closest, " and "), "*")
}
