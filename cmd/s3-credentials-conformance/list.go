package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// listedCheck is a check with what it needs.
type listedCheck struct {
	Family string `json:"family"`
	Name   string `json:"name"`
	// Capabilities are those that the backend must declare, Rules those that the system must enforce.
	Capabilities []driver.Capability `json:"capabilities"`
	Rules        []string            `json:"rules"`
	// Slow says that --quick leaves it out.
	Slow bool `json:"slow"`
}

// listChecks prints the selected checks.
func (s *settings) listChecks(w io.Writer) error {
	listed := []listedCheck{}
	for _, c := range s.checks() {
		one := listedCheck{Family: c.Family, Name: c.Name, Capabilities: append([]driver.Capability{}, c.Requires...), Rules: []string{}, Slow: c.Slow}
		for _, r := range c.Rules {
			one.Rules = append(one.Rules, ruleName(r))
		}
		listed = append(listed, one)
	}
	if s.format == "json" {
		return printJSON(w, listed)
	}
	var b strings.Builder
	for _, c := range listed {
		c.print(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// print writes what the check needs below its name: beside it, it would not fit into a line.
func (c listedCheck) print(b *strings.Builder) {
	fmt.Fprintf(b, "%s/%s\n", c.Family, c.Name)
	if len(c.Capabilities) > 0 {
		fmt.Fprintf(b, "    capabilities: %s\n", strings.Trim(fmt.Sprint(c.Capabilities), "[]"))
	}
	if len(c.Rules) > 0 {
		fmt.Fprintf(b, "    rules: %s\n", strings.Join(c.Rules, " "))
	}
	if c.Slow {
		b.WriteString("    slow: --quick leaves it out\n")
	}
}

func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
