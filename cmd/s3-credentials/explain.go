package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

var explainedColumns = []string{"Bucket", "Prefix", "Access", "Actions", "When", "Unless", "Resource"}

// explainer prints what policies allow.
type explainer struct{ listing }

func newExplainer() explainer {
	return explainer{listing{shown: []string{"Bucket", "Prefix", "Access", "Actions", "When", "Unless", "Resource"}}}
}

// print prints a row for each place. In a table, conditions are words.
func (e *explainer) print(env *cli.Env, rows policy.Explanation) error {
	words := e.format().Name == "table"
	return printRows(env, &e.listing, explainedColumns, yielded(rows), asRow(func(r policy.Row) orderedjson.Object {
		return explainedRow(r, words)
	}))
}

// explainedRow is a row as a listing prints it.
func explainedRow(r policy.Row, words bool) orderedjson.Object {
	var row orderedjson.Object
	row.AddText("Bucket", r.Bucket)
	row.AddText("Prefix", r.Prefix)
	if r.Bucket != "" {
		row.Add("Access", cmp.Or(r.Access.String(), "none"))
	}
	if words {
		row.AddText("Actions", strings.Join(r.Actions, " "))
		row.AddText("When", r.When.String())
		row.AddText("Unless", unlessText(r))
	} else {
		row.Add("Actions", textList(r.Actions))
		if r.When != nil {
			row.Add("When", blockValue(r.When))
		}
		var unless []orderedjson.Value
		for _, b := range r.Unless {
			unless = append(unless, blockValue(b))
		}
		if unless != nil {
			row.Add("Unless", unless)
		}
	}
	row.AddText("Resource", r.Resource)
	return row
}

func unlessText(r policy.Row) string {
	var all []string
	for _, b := range r.Unless {
		all = append(all, b.String())
	}
	return strings.Join(all, ", or ")
}

func textList(texts []string) []orderedjson.Value {
	list := []orderedjson.Value{}
	for _, t := range texts {
		list = append(list, t)
	}
	return list
}

// blockValue is a block as policies write it.
func blockValue(b policy.Block) orderedjson.Value {
	var block orderedjson.Object
	for _, operator := range slices.Sorted(maps.Keys(b)) {
		var keys orderedjson.Object
		for _, key := range slices.Sorted(maps.Keys(b[operator])) {
			keys.Add(key, textList(b[operator][key]))
		}
		block.Add(operator, keys)
	}
	return block
}

// explainedText is a row in a sentence: "read-only in photos/team-a/*".
func explainedText(r policy.Row) string {
	what := r.Actions
	if r.Access != 0 {
		what = slices.Concat([]string{r.Access.String()}, r.Actions)
	}
	where := cmp.Or(r.Resource, r.Bucket+"/"+r.Prefix)
	text := strings.Join(what, ", ") + " in " + where
	if r.When != nil {
		text += ", when " + r.When.String()
	}
	if len(r.Unless) > 0 {
		text += ", unless " + unlessText(r)
	}
	return text
}
