package main

import (
	"encoding/json"
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
	"table": func(w io.Writer) reporter { return &tableReport{w} },
	"json":  func(w io.Writer) reporter { return &jsonReport{w} },
	"junit": func(w io.Writer) reporter { return &junitReport{w} },
}

// tableReport prints a line for each check as it ends.
type tableReport struct{ w io.Writer }

func (t *tableReport) begin(r *suiteResult) error {
	if r.Name == "" {
		return nil
	}
	_, err := fmt.Fprintf(t.w, "%s %s (%s) on %s\n", r.Name, r.Version, r.Plugin, orDefault(r.EndpointURL))
	return err
}

func orDefault(endpoint string) string {
	if endpoint == "" {
		return "its default endpoint"
	}
	return endpoint
}

func (t *tableReport) check(c checkResult) error {
	_, err := fmt.Fprintf(t.w, "%-12s %s/%s\n", c.Outcome, c.Family, c.Name)
	for _, m := range c.Messages {
		if err == nil {
			_, err = fmt.Fprintf(t.w, "%14s%s\n", "", strings.ReplaceAll(m, "\n", "\n"+strings.Repeat(" ", 14)))
		}
	}
	return err
}

func (t *tableReport) end(r *suiteResult) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%d checks: %d passed, %d failed, %d lied, %d unsupported as declared\n",
		len(r.Checks), r.Summary[passed], r.Summary[failed], r.Summary[mismatch], r.Summary[unsupported])
	if len(r.Left) == 0 {
		b.WriteString("nothing is left behind on the system\n")
	} else {
		b.WriteString("left behind on the system, to be removed by hand:\n")
	}
	for _, left := range r.Left {
		fmt.Fprintf(&b, "  %s\n", left)
	}
	_, err := io.WriteString(t.w, b.String())
	return err
}

// jsonReport prints one object in the end.
type jsonReport struct{ w io.Writer }

func (*jsonReport) begin(*suiteResult) error { return nil }
func (*jsonReport) check(checkResult) error  { return nil }

func (j *jsonReport) end(r *suiteResult) error {
	encoder := json.NewEncoder(j.w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
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
	suite := junitSuite{Name: "s3-credentials conformance of " + orPlugin(r), Skipped: r.Summary[unsupported]}
	total := 0.0
	for _, c := range append(r.Checks, leftCheck(r)...) {
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

// leftCheck is a failed check that names what is left behind; nil if nothing is.
func leftCheck(r *suiteResult) []checkResult {
	if len(r.Left) == 0 {
		return nil
	}
	return []checkResult{{Family: "end", Name: "nothing is left behind on the system", Outcome: failed, Messages: r.Left}}
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
	case unsupported:
		out.Skipped = &junitMessage{Message: c.Messages[0]}
	}
	return out
}
