package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// place is an area's or several areas' name in rows.
type place struct {
	bucket, prefix, resource string
	// foreign is for actions that S3 does not have.
	foreign bool
}

// allowed are actions by the text of the conditions under which they are allowed.
type allowed map[string]*Row

// explain makes rows of what a decision allows by some of the statements.
func (s *space) explain(by func(versioned) bool, allows func(request) bool) (Explanation, error) {
	places := map[place]allowed{}
	var order []place
	all := s.acts()
	for _, in := range s.areas {
		at := in.place()
		if places[at] == nil {
			places[at] = allowed{}
			order = append(order, at)
		}
		for _, a := range all {
			requests, ok := s.requests(a, in)
			if !ok {
				return nil, errTooComplex
			}
			count := 0
			for _, r := range requests {
				if allows(r) {
					count++
				}
			}
			switch names := s.names(a); {
			case count == 0 || len(names) == 0:
			case count == len(requests):
				places[at].add(Row{Actions: names})
			default:
				for _, r := range conditional(requests[0].statements, by) {
					r.Actions = names
					places[at].add(r)
				}
			}
		}
	}
	rows := map[place][]Row{}
	for _, at := range order {
		rows[at] = s.rows(at, places[at])
	}
	return simplified(order, rows), nil
}

func (a area) place() place {
	if a.bucket == "" {
		return place{resource: a.label, foreign: a.kind == typeAny}
	}
	return place{bucket: a.bucketLabel, prefix: a.label}
}

func (a allowed) add(r Row) {
	key := fmt.Sprint(r.When, r.Unless)
	if a[key] == nil {
		a[key] = &Row{When: r.When, Unless: r.Unless}
	}
	for _, action := range r.Actions {
		if !slices.Contains(a[key].Actions, action) {
			a[key].Actions = append(a[key].Actions, action)
		}
	}
}

// names are those of the class: of actions that the catalogue does not have, the patterns in the documents.
func (s *space) names(a act) []string {
	if !a.unknown {
		return a.same
	}
	var names []string
	for _, statement := range s.statements {
		for _, text := range statement.Action {
			// A pattern of S3's own actions says nothing about what S3 does not have.
			if matchFold(text, a.Name) && (text == "*" || !strings.HasPrefix(strings.ToLower(text), "s3:") || !strings.ContainsAny(text, "*?")) {
				names = append(names, text)
			}
		}
	}
	return names
}

// conditional returns a row for each of the statements that allows something under conditions, with the conditions of those that deny
// something: one row if a statement allows it without conditions of its own.
func conditional(statements []versioned, by func(versioned) bool) []Row {
	var rows []Row
	var unless, bounds []Block
	for _, s := range statements {
		switch block := s.block(); {
		case s.Effect != Allow:
			if by(s) {
				unless = append(unless, block)
			}
		case by(s):
			rows = append(rows, Row{When: block})
		default:
			bounds = append(bounds, block)
		}
	}
	if i := slices.IndexFunc(rows, func(r Row) bool { return r.When == nil }); i >= 0 {
		rows = rows[i : i+1]
	}
	for i := range rows {
		rows[i].Unless = unless
		// A boundary with one condition is one more condition. With several, one of them has to hold: which is not said.
		if len(bounds) == 1 {
			rows[i].When = both(rows[i].When, bounds[0])
		}
	}
	return rows
}

// both are the conditions of two blocks.
func both(a, b Block) Block {
	if a == nil {
		return b
	}
	all := Block{}
	for _, block := range []Block{a, b} {
		for operator, keys := range block {
			if all[operator] == nil {
				all[operator] = map[string][]string{}
			}
			maps.Copy(all[operator], keys)
		}
	}
	return all
}

// block are the conditions of the statement but those on a listing's prefix, which the row's own prefix says.
func (s Statement) block() Block {
	var block Block
	for operator, keys := range s.Condition {
		for key, values := range keys {
			if strings.EqualFold(key, prefixKey) {
				continue
			}
			if block == nil {
				block = Block{}
			}
			if block[operator] == nil {
				block[operator] = map[string][]string{}
			}
			block[operator][key] = values
		}
	}
	return block
}

// rows are the rows of a place: one of what is always allowed, and one for each set of conditions.
func (s *space) rows(at place, a allowed) []Row {
	rows := []Row{}
	for _, key := range slices.Sorted(maps.Keys(a)) {
		row := *a[key]
		row.Bucket, row.Prefix, row.Resource = at.bucket, at.prefix, at.resource
		row.Access, row.Actions = summarize(row.Actions, at)
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		rows = append(rows, Row{Bucket: at.bucket, Prefix: at.prefix, Resource: at.resource})
	}
	return rows
}

// summarize makes verbs of actions, and returns what the verbs do not say.
func summarize(actions []string, at place) (Access, []string) {
	var access Access
	if at.bucket != "" {
		for _, v := range []struct {
			verb   Access
			action string
		}{{List, "s3:ListBucket"}, {Read, "s3:GetObject"}, {Write, "s3:PutObject"}, {Delete, "s3:DeleteObject"}} {
			if slices.Contains(actions, v.action) {
				access |= v.verb
			}
		}
	}
	further := slices.DeleteFunc(slices.Clone(actions), func(action string) bool {
		return access&verbOf[action] != 0
	})
	switch {
	case slices.Contains(actions, "*"):
		further = []string{"*"}
	case complete(actions, at):
		further = []string{"s3:*"}
	}
	slices.Sort(further)
	return access, further
}

// complete reports whether the actions are all that S3 has for the place.
func complete(actions []string, at place) bool {
	count := 0
	for _, a := range loadCatalogue().Actions {
		if a.isFor(at) {
			if !slices.Contains(actions, a.Name) {
				return false
			}
			count++
		}
	}
	return count > 0
}

func (a action) isFor(at place) bool {
	onBucket, onObject := slices.Contains(a.Resources, typeBucket), slices.Contains(a.Resources, typeObject)
	switch {
	case at.resource != "":
		return !onBucket && !onObject
	case at.prefix == "*":
		return onBucket || onObject
	}
	return onObject
}
