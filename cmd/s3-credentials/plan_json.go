package main

import (
	"time"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// planVersion is the version of the form in which plans are printed. docs/plan.schema.json has the form.
const planVersion = 1

// planValue is a plan as JSON. Nothing in a plan is secret.
func planValue(p *core.Plan) (orderedjson.Object, error) {
	steps, notes := []orderedjson.Value{}, []orderedjson.Value{}
	for _, s := range p.Steps {
		value, err := stepValue(s)
		if err != nil {
			return nil, err
		}
		steps = append(steps, value)
	}
	for _, n := range p.Notes {
		notes = append(notes, orderedjson.Object{
			{Name: "code", Value: string(n.Code)}, {Name: "resource", Value: resourceValue(n.Resource)},
			{Name: "detail", Value: n.Detail}, {Name: "warning", Value: n.Warning()},
		})
	}
	return orderedjson.Object{
		{Name: "version", Value: planVersion}, {Name: "steps", Value: steps}, {Name: "notes", Value: notes}, {Name: "change", Value: changeValue(p.Change)},
	}, nil
}

func stepValue(s core.Step) (orderedjson.Object, error) {
	before, err := stateValue(s.Before)
	if err != nil {
		return nil, err
	}
	after, err := stateValue(s.After)
	return orderedjson.Object{
		{Name: "verb", Value: string(s.Verb)}, {Name: "resource", Value: resourceValue(s.Resource)},
		{Name: "before", Value: before}, {Name: "after", Value: after}, {Name: "final", Value: s.Final},
	}, err
}

// resourceValue is nil for what is about no resource.
func resourceValue(r core.Resource) orderedjson.Value {
	if r == (core.Resource{}) {
		return nil
	}
	var owner orderedjson.Value
	if r.Owner != (driver.Principal{}) {
		owner = orderedjson.Object{{Name: "type", Value: string(r.Owner.Type)}, {Name: "name", Value: r.Owner.Name}}
	}
	return orderedjson.Object{
		{Name: "kind", Value: string(r.Kind)}, {Name: "name", Value: orNull(r.Name)}, {Name: "owner", Value: owner}, {Name: "bucket", Value: orNull(r.Bucket)},
	}
}

func orNull(text string) orderedjson.Value {
	if text == "" {
		return nil
	}
	return text
}

// stateValue has what is known of a resource; nil for what is not there.
func stateValue(s *core.State) (orderedjson.Value, error) {
	if s == nil {
		return nil, nil
	}
	state := orderedjson.Object{}
	state.AddText("region", s.Region)
	if s.Objects != 0 {
		state.Add("objects", s.Objects)
	}
	if s.Setting.Setting() != "" {
		value, err := settingValue(s.Setting)
		if err != nil {
			return nil, err
		}
		state.Add("setting", value)
	}
	addObject(&state, s.Object)
	state.AddText("boundary", s.Boundary)
	if s.BoundaryRequired {
		state.Add("boundary_required", true)
	}
	if s.Document != "" {
		document, err := documentValue(s.Document)
		if err != nil {
			return nil, err
		}
		state.Add("document", document)
	}
	if len(s.AccessKeys) > 0 {
		state.Add("access_keys", s.AccessKeys)
	}
	if len(s.Policies) > 0 {
		state.Add("policies", s.Policies)
	}
	state.AddText("status", s.Status)
	if !s.Until.IsZero() {
		state.Add("until", s.Until.UTC().Format(time.RFC3339))
	}
	if s.OfUser {
		state.Add("of_user", true)
	}
	state.AddText("role_arn", s.RoleARN)
	if s.Seconds != 0 {
		state.Add("seconds", s.Seconds)
	}
	return state, nil
}

// settingValue is a bucket's setting as S3 has it, under its name.
func settingValue(v driver.BucketSetting) (orderedjson.Value, error) {
	name := v.Setting()
	if v.Policy != nil {
		document, err := documentValue(v.Policy.Document)
		return orderedjson.Object{{Name: string(name), Value: document}}, err
	}
	return orderedjson.Object{{Name: string(name), Value: settingTextOf(name).value(v, "")}}, nil
}

func documentValue(document string) (orderedjson.Value, error) {
	v, err := orderedjson.Parse([]byte(document))
	if err != nil {
		return nil, fault.New(fault.Internal, "a policy of the plan is not JSON: %v", err)
	}
	return v, nil
}

// changeValue has rows as policy --explain prints them.
func changeValue(c *core.AccessChange) orderedjson.Value {
	if c == nil {
		return nil
	}
	return orderedjson.Object{{Name: "gained", Value: explainedRows(c.Gained)}, {Name: "lost", Value: explainedRows(c.Lost)}}
}

func explainedRows(rows policy.Explanation) []orderedjson.Value {
	all := []orderedjson.Value{}
	for _, r := range rows {
		all = append(all, explainedRow(r, false))
	}
	return all
}
