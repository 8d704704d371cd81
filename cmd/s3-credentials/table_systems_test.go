//go:build systems

package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

var update = flag.Bool("update", false, "write the tables of the docs anew")

// A document holds its table between two marks.
const (
	tableStart = "<!-- make generate writes what follows -->\n"
	tableEnd   = "<!-- until here -->\n"
)

// documented are the systems that have a page of their own, by backend.
var documented = map[string]string{"ceph": "Ceph", "garage": "Garage", "minio": "MinIO", "seaweedfs": "SeaweedFS"}

// TestTables compares the tables of docs/minio.md and the like with what the commands need and what the plugin declares. That the
// commands do as they say is what [TestExamplesOnMinIO] and the like show.
func TestTables(t *testing.T) {
	for backend, system := range documented {
		t.Run(backend, func(t *testing.T) {
			compareTable(t, "../../docs/"+backend+".md", systemTable(system, describedByPlugin(t, backend)))
		})
	}
}

func compareTable(t *testing.T, document, want string) {
	content, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(content), tableStart)
	got, after, ended := strings.Cut(rest, tableEnd)
	if !ok || !ended {
		t.Fatalf("%s has no place for the table", document)
	}
	switch {
	case *update:
		if err := os.WriteFile(document, []byte(before+tableStart+want+tableEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
	case got != want:
		t.Errorf("the table of %s is not current: run make generate. It should be\n%s", document, want)
	}
}

// describedByPlugin is how a built plugin describes itself. No request is sent for that.
func describedByPlugin(t *testing.T, backend string) driver.Description {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	opened, err := host.Connect(ctx, host.Options{Name: backend, Dirs: []string{filepath.Dir(program(t))}}, driver.Config{EndpointURL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close() //nolint:errcheck // what it said is what counts
	description, err := opened.Describe(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return description
}

// systemTable says of every command, and of every option that is not what it is elsewhere, what it does.
func systemTable(system string, backend driver.Description) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| command | on %s |\n|---|---|\n", system)
	for _, c := range commands(cli.NewInput(strings.NewReader(""))) {
		if c.Hidden {
			continue
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", c.Name, strings.Join(onSystem(c, system, backend), "<br>"))
	}
	return b.String()
}

func onSystem(c *cli.Command, system string, backend driver.Description) []string {
	if missing := lacking(c.Needs, backend.Capabilities); len(missing) > 0 {
		return []string{refused("", backend, missing)}
	}
	says := []string{"works"}
	for _, m := range lacking(c.Uses, backend.Capabilities) {
		says = append(says, "reports what is missing: "+missingOn(backend, m))
	}
	for _, o := range c.Options {
		spelled := "`--" + o.Name + "`"
		if missing := lacking(neededBy(o, backend.Capabilities), backend.Capabilities); len(missing) > 0 {
			says = append(says, refused(spelled+": ", backend, missing))
		}
		var empty []string
		for _, m := range lacking(o.Uses, backend.Capabilities) {
			empty = append(empty, m.Purpose())
		}
		if len(empty) > 0 {
			says = append(says, fmt.Sprintf("%s: %s cannot %s; those columns are `null`", spelled, system, strings.Join(empty, ", ")))
		}
	}
	return says
}

func refused(whose string, backend driver.Description, missing []driver.Capability) string {
	var all []string
	for _, m := range missing {
		all = append(all, missingOn(backend, m))
	}
	return fmt.Sprintf("%srefused, exit code %d: %s", whose, cli.ExitUnsupported, strings.Join(all, "; "))
}

// missingOn is the sentence for a capability that a backend lacks.
func missingOn(backend driver.Description, c driver.Capability) string {
	missing := backend.Missing(c)
	return missing.Error() + hintWords[missing.Hint]
}

// lacking returns what is needed and not there.
func lacking(needed, has []driver.Capability) []driver.Capability {
	return slices.DeleteFunc(slices.Clone(needed), func(c driver.Capability) bool { return slices.Contains(has, c) })
}

// neededBy returns what an option needs. Temporary credentials need sessions, or users that are their keys and end. An end needs keys that end or policies that do, of which the first is named where there is none.
// Who made a user is said by tags, or by policies.
func neededBy(o cli.Option, has []driver.Capability) []driver.Capability {
	says := func(c driver.Capability) bool {
		return c == driver.CapUserTags || c == driver.CapKeyTags || c == driver.CapPolicyInline
	}
	if (o.Name == "mine" || o.Name == "expired") && !slices.ContainsFunc(has, says) {
		return append(slices.Clone(o.Needs), driver.CapUserTags)
	}
	ends := func(c driver.Capability) bool { return c == driver.CapKeyExpiry || c == driver.CapPolicyTime }
	if o.Name == "duration" && slices.Contains(has, driver.CapKeyExpiry) && !slices.Contains(has, driver.CapAccessKeys) {
		return []driver.Capability{driver.CapUsers}
	}
	if o.Name != "expires" && o.Name != "expired" || slices.ContainsFunc(has, ends) || slices.ContainsFunc(o.Needs, ends) {
		return o.Needs
	}
	return append(slices.Clone(o.Needs), driver.CapKeyExpiry)
}

// narrow are the options of create for what is less than a bucket.
var narrow = []string{"--prefix", "--write-only", "--policy", "--statement"}

// needsOf returns what a command line needs of a system. What is less than a bucket needs policies.
func needsOf(c *cli.Command, line string, has []driver.Capability) []driver.Capability {
	needed := slices.Clone(c.Needs)
	words := strings.Fields(line)
	isNarrow := func(word string) bool { return slices.Contains(narrow, word) }
	if c.Name == "create" && slices.ContainsFunc(words, isNarrow) && slices.Contains(has, driver.CapPolicyGrant) {
		needed = append(needed, driver.CapPolicyInline)
	}
	for _, o := range c.Options {
		if slices.Contains(words, "--"+o.Name) || o.Short != "" && slices.Contains(words, "-"+o.Short) {
			needed = append(needed, neededBy(o, has)...)
		}
	}
	return needed
}
