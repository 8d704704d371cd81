package policy

import (
	"cmp"
	"slices"
	"strings"
)

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
		bucket, name, inside := strings.Cut(s.texts[i], "/")
		if strings.Contains(bucket, "*") {
			// A star before the slash stands for folders, too: "*/b" is the key b, and the key b in any folder.
			name = "*" + strings.TrimLeft(name, "*")
		}
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

// joined stands between the patterns of what is in several, none of which is within another.
const joined = " and "

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
	return cmp.Or(strings.Join(closest, joined), "*")
}
