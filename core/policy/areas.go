package policy

import (
	"maps"
	"slices"
	"strings"
)

// area is a region of resources.
type area struct {
	// bucket and key stand for all buckets and keys of the region; key is empty for what is about the bucket itself.
	bucket, key string
	// bucketLabel and label name the region by the patterns that it is in; "*" is what no pattern of the document names.
	bucketLabel, label string
	// resource is the ARN that stands for the region, and kind its type; both for resources that are no bucket and no object.
	resource, kind string
}

// findAreas finds a bucket for each region of buckets, and in each a key for each region of keys.
func (s *space) findAreas() error {
	if s.buckets != nil {
		return s.findBuckets()
	}
	head := s.head()
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
		if err := s.addBucket(b.text, s.bucketLabel(b.text), inside); err != nil {
			return err
		}
	}
	return s.findOthers()
}

// head begins the ARN of every bucket.
func (s *space) head() string { return "arn:" + s.partition + ":s3:::" }

// findBuckets finds the regions of keys in the buckets that are named, and nothing else.
func (s *space) findBuckets() error {
	for _, name := range s.buckets {
		if err := s.addBucket(name, name, s.resources.read(s.resources.start(), s.head()+name+"/")); err != nil {
			return err
		}
	}
	return nil
}

// mayReach reports whether a statement can be about one of the buckets that are named, or what is in it.
func (s *space) mayReach(statement versioned) bool {
	if len(statement.Resource) == 0 {
		return true
	}
	return slices.ContainsFunc(statement.Resource, func(text string) bool {
		elements, known := s.in(statement.version).expand(text)
		one := patternSet{elements}
		return known && slices.ContainsFunc(s.buckets, func(name string) bool { return len(one.read(one.start(), s.head()+name)) > 0 })
	})
}

func (s *space) addBucket(name, label string, inside cursors) error {
	bucket := area{bucket: name, bucketLabel: label, resource: s.head() + name, kind: typeBucket, label: "*"}
	s.areas = append(s.areas, bucket)
	return s.findKeys(bucket, inside)
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
	for _, k := range all.distinct(keys) {
		key := bucket
		key.key, key.label = k.text, s.keyLabel(all.matching(k.at), texts, k.text)
		key.resource, key.kind = bucket.resource+"/"+k.text, typeObject
		s.areas = append(s.areas, key)
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
	types[typeAccount], types[typeAny] = "arn:${Partition}:s3:::*", "${Any}"
	for _, kind := range slices.Sorted(maps.Keys(types)) {
		texts, ok := s.resources.fill(strings.ReplaceAll(types[kind], "${Partition}", s.partition))
		if !ok {
			return errTooComplex
		}
		for _, t := range s.resources.distinct(texts) {
			s.areas = append(s.areas, area{resource: t.text, kind: kind, label: s.label(s.resources.matching(t.at))})
		}
	}
	return nil
}

// fill reads an ARN with ${Name} in it: for each set of cursors that it can lead to, a text with something in place of the names.
func (p patternSet) fill(template string) ([]reached, bool) {
	texts := []reached{{"", p.start()}}
	for template != "" {
		literal, rest, _ := strings.Cut(template, "${")
		name, after, templated := strings.Cut(rest, "}")
		template = after
		for i, t := range texts {
			texts[i] = reached{t.text + literal, p.read(t.at, literal)}
		}
		if !templated {
			break
		}
		var next []reached
		seen := map[string]bool{}
		for _, t := range texts {
			more, ok := p.explore(t.at, func(r rune) bool { return name == "Any" || name == "ObjectName" || r != ':' && r != '/' }, mostRegions)
			if !ok || len(next) > mostRegions {
				return nil, false
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
	return texts, true
}
