package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// reporter prints a run.
type reporter interface {
	begin(*suiteResult) error
	check(checkResult) error
	end(*suiteResult) error
}

// formats are the names of the formats, the default first.
var formats = []string{"table", "json", "junit"}

// reporters print in the formats.
var reporters = map[string]func(io.Writer) reporter{
	"table": func(w io.Writer) reporter { return &tableReport{w: w, first: map[string]string{}} },
	"json":  func(w io.Writer) reporter { return &jsonReport{w} },
	"junit": func(w io.Writer) reporter { return &junitReport{w} },
}

// jsonReport prints one object in the end.
type jsonReport struct{ w io.Writer }

func (*jsonReport) begin(*suiteResult) error { return nil }
func (*jsonReport) check(checkResult) error  { return nil }

func (j *jsonReport) end(r *suiteResult) error {
	return printJSON(j.w, r)
}

// junitReport prints one test suite in the end.
type junitReport struct{ w io.Writer }

func (*junitReport) begin(*suiteResult) error { return nil }
func (*junitReport) check(checkResult) error  { return nil }

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitMessage `xml:"failure"`
	Skipped *junitMessage `xml:"skipped"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

func (j *junitReport) end(r *suiteResult) error {
	suite := junitSuite{Name: fmt.Sprintf("s3-credentials conformance suite %d of %s", r.Suite, orPlugin(r)), Skipped: r.Summary[unsupported] + r.Summary[unfinished]}
	total := 0.0
	for _, c := range append(r.Checks, endChecks(r)...) {
		total += c.Seconds
		suite.Cases = append(suite.Cases, junitCaseOf(c))
		if c.Outcome == failed || c.Outcome == mismatch {
			suite.Failures++
		}
	}
	suite.Tests, suite.Time = len(suite.Cases), fmt.Sprintf("%.3f", total)
	if _, err := io.WriteString(j.w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(j.w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(suite); err != nil {
		return err
	}
	_, err := io.WriteString(j.w, "\n")
	return err
}

func orPlugin(r *suiteResult) string {
	if r.Name == "" {
		return r.Plugin
	}
	return r.Name
}

// endChecks are failed checks that name what is left behind, and why checks did not run; nil if there is neither.
func endChecks(r *suiteResult) []checkResult {
	var failures []checkResult
	if len(r.Left) > 0 {
		failures = append(failures, checkResult{Family: "end", Name: "nothing is left behind on the system", Outcome: failed, Messages: r.Left})
	}
	if r.NotRun > 0 {
		failures = append(failures, checkResult{Family: "end", Name: "every check ran", Outcome: failed, Messages: []string{notRun(r)}})
	}
	return failures
}

func junitCaseOf(c checkResult) junitCase {
	out := junitCase{Class: c.Family, Name: c.Name, Time: fmt.Sprintf("%.3f", c.Seconds)}
	if len(c.Messages) == 0 {
		return out
	}
	message := &junitMessage{Message: c.Messages[0], Text: strings.Join(c.Messages, "\n")}
	switch c.Outcome {
	case failed, mismatch:
		message.Type = string(c.Outcome)
		out.Failure = message
	case unsupported, unfinished:
		out.Skipped = &junitMessage{Message: c.Messages[0]}
	}
	return out
}
