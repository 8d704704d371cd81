package conformance

import (
	"errors"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// probesTellTheTruth gives a key every action on one folder of a bucket, and none elsewhere, and tries each action in both places.
func probesTellTheTruth(e *env) {
	st := e.newStage()
	var actions []string
	for _, action := range driver.ProbeActions() {
		if strings.HasPrefix(action, "s3:") {
			actions = append(actions, action)
		}
	}
	onBucket := func(action string) bool { return strings.Contains(action, "Bucket") }
	key := e.permanentKey(st.bucket, e.compile(policy.Document{Version: policy.Version, Statement: []policy.Statement{
		{Effect: policy.Allow, Action: slices.DeleteFunc(slices.Clone(actions), func(a string) bool { return !onBucket(a) }), Resource: []string{strings.TrimSuffix(e.arn(st.bucket, ""), "/")}},
		{Effect: policy.Allow, Action: slices.DeleteFunc(slices.Clone(actions), onBucket), Resource: []string{e.arn(st.bucket, "in/*")}},
	}}))
	st.client = e.client(&key)
	e.mustWork(st.attempt("get an object inside"))
	d := e.as(key)
	for _, action := range driver.ProbeActions() {
		inside, outside := driver.ProbeRequest{Action: action, Bucket: st.bucket, Key: "in/none"}, driver.ProbeRequest{Action: action, Bucket: st.other, Key: "in/none"}
		switch {
		case action == "s3:GetObject":
			inside.Key, outside.Bucket, outside.Key = insideKey, st.bucket, outsideKey
		case onBucket(action):
		case strings.HasPrefix(action, "iam:"):
			inside.Action, outside.Bucket, outside.Key = "", "", e.name("u")
		default:
			outside.Bucket, outside.Key = st.bucket, "out/none"
		}
		if inside.Action != "" {
			e.mustProbe(d, inside, true)
		}
		e.mustProbe(d, outside, false)
	}
	_, err := d.Probe(e.ctx, driver.ProbeRequest{Action: "s3:Nothing", Bucket: st.bucket})
	e.want(err, fault.InvalidArgument, "Probe of an action that nobody has")
	if got := e.keys(st.bucket, ""); !slices.Equal(got, []string{insideKey, nearbyKey, outsideKey}) {
		e.Errorf("after the probes the bucket has %q, want what was in it before", got)
	}
	if got := e.keys(st.other, ""); !slices.Equal(got, []string{insideKey}) {
		e.Errorf("after the probes the other bucket has %q, want what was in it before", got)
	}
}

// mustProbe tries one action. A backend need not know all.
func (e *env) mustProbe(d driver.Driver, req driver.ProbeRequest, allowed bool) {
	e.Helper()
	answer, err := d.Probe(e.ctx, req)
	switch {
	case errors.Is(err, fault.Unsupported):
	case err != nil:
		e.Errorf("Probe of %s in %s/%s: %v", req.Action, req.Bucket, req.Key, err)
	case answer.Allowed && !allowed && e.implied(req.Action):
	case answer.Allowed != allowed:
		e.Errorf("Probe of %s in %s/%s says allowed: %v, want %v", req.Action, req.Bucket, req.Key, answer.Allowed, allowed)
	case answer.Left != "":
		e.Errorf("Probe of %s in %s/%s left %s", req.Action, req.Bucket, req.Key, answer.Left)
	}
}

// implied reports whether the system is known to allow the action unasked.
func (e *env) implied(action string) bool {
	return slices.ContainsFunc(e.Description.Dialect.Implications, func(i policy.Implication) bool { return i.Action == action && i.By == "" })
}
