package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// simplified puts rows in order, named things first, and leaves out what goes without saying: rows that say what the next wider one
// says too, rows of what is denied where no wider row allows anything, and asking where a bucket is beside reading or listing it.
func simplified(places []place, rows map[place][]Row) Explanation {
	buckets := map[string]bool{}
	for _, at := range places {
		buckets[at.bucket] = true
	}
	for bucket := range buckets {
		withoutLocation(bucket, places, rows)
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(compareNames(a.bucket, b.bucket), compareNames(a.prefix, b.prefix), compareNames(a.resource, b.resource))
	})
	var kept Explanation
	for _, at := range places {
		if !goesWithoutSaying(at, places, rows) {
			for _, r := range rows[at] {
				kept = kept.with(r)
			}
		}
	}
	return kept
}

// with adds a row; actions of S3 and of others on the same resource become one row.
func (e Explanation) with(r Row) Explanation {
	for i, other := range e {
		if r.Bucket == "" && other.Resource == r.Resource && fmt.Sprint(r.When, r.Unless) == fmt.Sprint(other.When, other.Unless) {
			e[i].Actions = slices.Compact(slices.Sorted(slices.Values(slices.Concat(other.Actions, r.Actions))))
			if slices.Contains(e[i].Actions, "*") {
				e[i].Actions = []string{"*"}
			}
			return e
		}
	}
	return append(e, r)
}

// compareNames puts "*", which is all others, behind all names, and what has no name behind that.
func compareNames(a, b string) int {
	rank := func(name string) int {
		switch name {
		case "":
			return 2
		case "*":
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
}

func goesWithoutSaying(at place, places []place, rows map[place][]Row) bool {
	if at.bucket != "" && at.prefix != "*" {
		return sameAsWider(at, places, rows)
	}
	wider := next(at, places)
	if nothing(rows[at]) && (wider == at || nothing(rows[wider])) {
		return true
	}
	// A bucket of which all is as in a wider pattern of buckets needs no row, but one that has a row needs that of all its keys.
	return wider != at && same(within(at, places, rows), within(wider, places, rows))
}

// sameAsWider reports whether the place is as the next wider one; one that is in several is as each of them.
func sameAsWider(at place, places []place, rows map[place][]Row) bool {
	parts := strings.Split(at.prefix, joined)
	for _, part := range parts {
		wider := place{bucket: at.bucket, prefix: part}
		if _, has := rows[wider]; len(parts) == 1 || !has {
			wider = next(wider, places)
		}
		if !same(rows[at], rows[wider]) {
			return false
		}
	}
	return true
}

// next is the closest wider place: the place itself if there is none.
func next(at place, places []place) place {
	best := at
	for _, other := range places {
		var narrow, wide, closer string
		switch {
		case at.bucket == "" && other.foreign == at.foreign:
			narrow, wide, closer = at.resource, other.resource, best.resource
		case at.prefix != "*" && other.bucket == at.bucket:
			narrow, wide, closer = at.prefix, other.prefix, best.prefix
		case at.prefix == "*" && other.prefix == "*":
			narrow, wide, closer = at.bucket, other.bucket, best.bucket
		}
		if wide == "" || wide == narrow || !match(pattern(wide), []rune(narrow)) {
			continue
		}
		if best == at || match(pattern(closer), []rune(wide)) {
			best = other
		}
	}
	return best
}

// within are the rows of a bucket, or of what is no bucket.
func within(at place, places []place, rows map[place][]Row) []Row {
	if at.bucket == "" {
		return rows[at]
	}
	var all []Row
	for _, other := range places {
		if other.bucket == at.bucket && (other.prefix == "*" || !same(rows[other], rows[next(other, places)])) {
			all = append(all, rows[other]...)
		}
	}
	return all
}

// same reports whether rows say the same of what they are about.
func same(a, b []Row) bool {
	return slices.EqualFunc(a, b, func(a, b Row) bool {
		return a.Access == b.Access && slices.Equal(a.Actions, b.Actions) && fmt.Sprint(a.When, a.Unless) == fmt.Sprint(b.When, b.Unless)
	})
}

func nothing(rows []Row) bool {
	return !slices.ContainsFunc(rows, func(r Row) bool { return r.Access != 0 || len(r.Actions) > 0 })
}

func withoutLocation(bucket string, places []place, rows map[place][]Row) {
	known := slices.ContainsFunc(places, func(at place) bool {
		return at.bucket == bucket && slices.ContainsFunc(rows[at], func(r Row) bool { return r.Access&(List|Read) != 0 && r.When == nil })
	})
	at := place{bucket: bucket, prefix: "*"}
	if !known || bucket == "" {
		return
	}
	for i, r := range rows[at] {
		rows[at][i].Actions = slices.DeleteFunc(r.Actions, func(action string) bool { return action == actionLocation })
	}
}
