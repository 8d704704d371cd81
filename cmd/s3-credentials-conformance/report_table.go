package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"
)

// tableReport prints a line for each check as it ends.
type tableReport struct {
	w io.Writer
	// first is the first check that failed with certain messages.
	first map[string]string
}

func (t *tableReport) begin(r *suiteResult) error {
	if r.Name == "" {
		return nil
	}
	_, err := fmt.Fprintf(t.w, "%s %s (%s) on %s, suite %d\n", r.Name, r.Version, r.Plugin, orDefault(r.EndpointURL), r.Suite)
	return err
}

func orDefault(endpoint string) string {
	if endpoint == "" {
		return "its default endpoint"
	}
	return endpoint
}

func (t *tableReport) check(c checkResult) error {
	name := c.Family + "/" + c.Name
	line := fmt.Sprintf("%-12s %s", c.Outcome, name)
	if as := t.failedBefore(c, name); as != "" {
		_, err := fmt.Fprintf(t.w, "%s: as %s\n", line, as)
		return err
	}
	_, err := fmt.Fprintln(t.w, line)
	for _, m := range c.Messages {
		if err == nil {
			_, err = fmt.Fprintf(t.w, "%14s%s\n", "", strings.ReplaceAll(m, "\n", "\n"+strings.Repeat(" ", 14)))
		}
	}
	return err
}

// madeName is the name of something that a check made; it differs from check to check.
var madeName = regexp.MustCompile(`[a-z][a-z0-9]{1,15}-[a-z2-7]{8}-[0-9a-f]{6}-[a-z]+[0-9]+`)

// failedBefore returns the check that failed with the same messages before; empty if this is the first, or did not fail.
func (t *tableReport) failedBefore(c checkResult, name string) string {
	if c.Outcome != failed && c.Outcome != mismatch {
		return ""
	}
	messages := string(c.Outcome) + madeName.ReplaceAllString(strings.Join(c.Messages, "\n"), "NAME")
	as := t.first[messages]
	if as == "" {
		t.first[messages] = name
	}
	return as
}

func (t *tableReport) end(r *suiteResult) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%d checks: %d passed, %d failed, %d lied, %d unsupported as declared\n",
		len(r.Checks)-r.Summary[unfinished], r.Summary[passed], r.Summary[failed], r.Summary[mismatch], r.Summary[unsupported])
	if r.NotRun > 0 {
		fmt.Fprintln(&b, notRun(r))
	}
	if len(r.Left) == 0 {
		b.WriteString("nothing is left behind on the system\n")
	} else {
		b.WriteString("left behind on the system, to be removed by hand:\n")
	}
	for _, left := range r.Left {
		fmt.Fprintf(&b, "  %s\n", left)
	}
	if r.Summary[mismatch] > 0 && r.Preset == "" {
		fmt.Fprintf(&b, "what the backend declares and the system behind it lacks can be left out: --preset (%s) knows some systems, --lacks and "+
			"--not-enforced are for others\n", strings.Join(presetNames(), ", "))
	}
	fmt.Fprintln(&b, verdict(r))
	_, err := io.WriteString(t.w, b.String())
	return err
}

// notRun says why checks did not run.
func notRun(r *suiteResult) string {
	if r.NotRun == 1 {
		return fmt.Sprintf("1 check was not run to its end: %s", r.Stopped)
	}
	return fmt.Sprintf("%d checks were not run to their end: %s", r.NotRun, r.Stopped)
}

// verdict is the last line: which suite the backend passes.
func verdict(r *suiteResult) string {
	except := ""
	if n := len(r.Excepted); n > 0 {
		except = fmt.Sprintf(", but for %d capabilities and rules that the system is said not to have", n)
	}
	switch {
	case r.Passes:
		return fmt.Sprintf("%s %s passes suite %d%s", r.Name, r.Version, r.Suite, except)
	case r.right():
		return fmt.Sprintf("%s %s passes %d of the %d checks of suite %d%s", r.Name, r.Version, len(r.Checks), len(r.Checks)+r.NotSelected, r.Suite, except)
	}
	return fmt.Sprintf("%s does not pass suite %d", strings.TrimSpace(orPlugin(r)+" "+r.Version), r.Suite)
}
