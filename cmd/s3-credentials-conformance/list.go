package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/table"
)

// listedCheck is a check with what it needs.
type listedCheck struct {
	Family string `json:"family"`
	Name   string `json:"name"`
	// Capabilities are those that the backend must declare, Rules those that the system must enforce.
	Capabilities []driver.Capability `json:"capabilities"`
	Rules        []string            `json:"rules"`
}

// listChecks prints the selected checks.
func (s *settings) listChecks(w io.Writer) error {
	listed := []listedCheck{}
	for _, c := range s.checks() {
		one := listedCheck{Family: c.Family, Name: c.Name, Capabilities: append([]driver.Capability{}, c.Requires...), Rules: []string{}}
		for _, r := range c.Rules {
			one.Rules = append(one.Rules, ruleName(r))
		}
		listed = append(listed, one)
	}
	if s.format == "json" {
		return printJSON(w, listed)
	}
	rows := table.New(w, table.Options{Headers: []string{"Check", "Capabilities", "Rules"}})
	for _, c := range listed {
		needs := strings.Trim(fmt.Sprint(c.Capabilities), "[]")
		if err := rows.Write([]table.Cell{{Text: c.Family + "/" + c.Name}, {Text: needs}, {Text: strings.Join(c.Rules, " ")}}); err != nil {
			return err
		}
	}
	return rows.Close()
}

func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
