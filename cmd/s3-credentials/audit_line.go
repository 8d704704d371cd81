package main

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
	"github.com/s3-credentials/s3-credentials/internal/version"
)

// The lines of the audit log; docs/audit-log.md says what is in them.

func member(name string, value orderedjson.Value) orderedjson.Member {
	return orderedjson.Member{Name: name, Value: value}
}

// callerTime is how long the system may take to say who the caller is.
const callerTime = 5 * time.Second

// about is what the lines of the run have in common.
func (e *execution) about(ctx context.Context, env *cli.Env) orderedjson.Object {
	ctx, cancel := context.WithTimeout(ctx, callerTime)
	defer cancel()
	var caller orderedjson.Value // null where the system does not say
	if who, err := e.engine.WhoAmI(ctx); err == nil {
		caller = callerValue(who)
	}
	d := e.engine.Description()
	return orderedjson.Object{
		member("run", strings.ToLower(rand.Text())), member("command", env.Typed), member("caller", caller),
		member("backend", d.Name), member("endpoint", d.EndpointURL), member("version", version.Number()),
	}
}

func (e *execution) line(state string, members ...orderedjson.Member) orderedjson.Object {
	now := orderedjson.Object{member("time", time.Now().UTC().Format(time.RFC3339Nano)), member("state", state)}
	return slices.Concat(now, e.head, members)
}

// lastLine says what became of the run.
func (e *execution) lastLine(ctx context.Context, env *cli.Env, err error) orderedjson.Object {
	done := []orderedjson.Value{}
	for _, s := range e.done {
		done = append(done, s.value)
	}
	state, sentence := "done", orderedjson.Value(nil)
	switch {
	case err == nil:
	case len(e.undone) > 0 && len(e.done)+len(e.left) == 0:
		state, sentence = "undone", env.Sentence(err)
	default:
		state, sentence = "failed", env.Sentence(err)
	}
	return e.line(state, member("exit", cli.ExitCode(ctx, err)), member("error", sentence), member("done", done),
		member("undone", listed(e.undone)), member("left", listed(e.left)), member("failures", listed(e.failures)),
		member("request_ids", append([]string{}, e.requestIDs...)))
}

// listed is a list that is not null where it is empty.
func listed(values []orderedjson.Value) []orderedjson.Value {
	return append([]orderedjson.Value{}, values...)
}

// changeOf names a step.
func changeOf(s core.Step) orderedjson.Object {
	return orderedjson.Object{member("verb", string(s.Verb)), member("resource", resourceValue(s.Resource))}
}

// leftValue is a step whose result is left behind, and why. It is uncertain where the system did not answer.
func leftValue(step orderedjson.Object, uncertain bool, err error) orderedjson.Object {
	return append(slices.Clone(step), member("uncertain", uncertain), member("reason", err.Error()))
}

// doneValue names a step that was done, with the id of the key that it made. It has no secret of it.
func doneValue(s core.Step, o core.Outcome) orderedjson.Object {
	id := ""
	switch {
	case o.Session != nil:
		id = o.Session.AccessKeyID
	case o.AccessKey != nil && s.Resource.Kind == core.KindAccessKey:
		s.Resource.Name = o.AccessKey.AccessKeyID
	case o.AccessKey != nil:
		id = o.AccessKey.AccessKeyID
	}
	value := changeOf(s)
	value.AddText("access_key_id", id)
	if o.Ignored {
		value.Add("ignored", true)
	}
	return value
}

// maxRequestIDs is how many ids of requests a run notes: the last ones.
const maxRequestIDs = 1000

// noteRequest notes the id of a request.
func (e *execution) noteRequest(id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if slices.Contains(e.requestIDs, id) {
		return
	}
	e.requestIDs = append(e.requestIDs, id)
	if len(e.requestIDs) > maxRequestIDs {
		e.requestIDs = e.requestIDs[1:]
	}
}

// noteFailed notes the id of a request that failed: a plugin may tell no other.
func (e *execution) noteFailed(err error) {
	if s := fault.ServiceOf(err); s != nil && s.RequestID != "" {
		e.noteRequest(s.RequestID)
	}
}
