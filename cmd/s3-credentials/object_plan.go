package main

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/bulk"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// manyObjects is a plan for objects whose names it does not have: there may be millions.
func manyObjects(verb core.Verb, bucket string) *core.Plan { return oneObject(verb, bucket, "") }

// oneObject is a plan for one object.
func oneObject(verb core.Verb, bucket, key string) *core.Plan {
	return &core.Plan{Steps: []core.Step{objectStep(verb, bucket, key)}}
}

// objectStep is what is done to an object. What is deleted cannot be put back, nor what an upload overwrites.
func objectStep(verb core.Verb, bucket, key string) core.Step {
	step := core.Step{Verb: verb, Resource: core.Resource{Kind: core.KindObject, Name: key, Bucket: bucket}, Final: true}
	if verb == core.Delete {
		step.Before = &core.State{}
	} else {
		step.After = &core.State{}
	}
	return step
}

// putPlan is a plan for one object, or for those whose names it does not have.
func putPlan(bucket, key string, options driver.ObjectOptions) *core.Plan {
	plan := oneObject(core.Put, bucket, key)
	plan.Steps[0].After.Object = options
	return plan
}

// putStep is the upload of a file, as JSON.
func putStep(bucket, key, path string, options driver.ObjectOptions) (orderedjson.Object, error) {
	step, err := stepValue(putPlan(bucket, key, options).Steps[0])
	for i := range step {
		if after, ok := step[i].Value.(orderedjson.Object); ok && step[i].Name == "after" {
			step[i].Value = append(orderedjson.Object{member("path", path)}, after...)
		}
	}
	return step, err
}

// printSteps prints a plan while its steps are still being found, as planValue would be printed. After an error the plan stays open, so
// that nobody takes it for complete.
func printSteps[T any](w io.Writer, items iter.Seq2[T, error], step func(T) (orderedjson.Object, error)) error {
	out := bufio.NewWriter(w)
	head := fmt.Sprintf("{\n    \"version\": %d,\n    \"steps\": [", planVersion)
	between, end := head+"\n", head+"]"
	for item, err := range items {
		var value orderedjson.Object
		if err == nil {
			value, err = step(item)
		}
		if err != nil {
			_ = out.Flush() // the error before it counts
			return err
		}
		fmt.Fprint(out, between+"        "+strings.ReplaceAll(orderedjson.Indented(value, 4), "\n", "\n        "))
		between, end = ",\n", "\n    ]"
	}
	fmt.Fprint(out, end+",\n    \"notes\": [],\n    \"change\": null\n}\n")
	return out.Flush()
}

// mostFailures is how many objects that failed a line of the audit log has.
const mostFailures = 1000

// noteObjects notes what became of the objects.
func (e *execution) noteObjects(step core.Step, summary bulk.Summary) {
	for _, f := range summary.Failures {
		e.noteFailed(f.Err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if summary.Done > 0 {
		change := append(changeOf(step), member("objects", summary.Done))
		if step.After != nil {
			addObject(&change, step.After.Object)
		}
		e.done = append(e.done, doneStep{true, change})
	}
	for i, f := range summary.Failures {
		if i == mostFailures {
			break
		}
		e.failures = append(e.failures, orderedjson.Object{member("object", f.Name), member("reason", f.Err.Error())})
	}
	if more := summary.Failed() - int64(len(e.failures)); more > 0 {
		e.failures = append(e.failures, orderedjson.Object{member("more", more)})
	}
}
