//go:build systems

package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/systems"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

var update = flag.Bool("update", false, "write the table of docs/minio.md anew")

// minioDocument holds the table between two marks.
const (
	minioDocument = "../../docs/minio.md"
	tableStart    = "<!-- make generate writes what follows -->\n"
	tableEnd      = "<!-- until here -->\n"
)

// TestMinIOTable compares the table of docs/minio.md with what the commands need and what the plugin declares. That the
// commands do as it says is what [TestExamplesOnMinIO] shows.
func TestMinIOTable(t *testing.T) {
	want := minioTable(describedByPlugin(t, "minio"))
	content, err := os.ReadFile(minioDocument)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(content), tableStart)
	got, after, ended := strings.Cut(rest, tableEnd)
	if !ok || !ended {
		t.Fatalf("%s has no place for the table", minioDocument)
	}
	switch {
	case *update:
		if err := os.WriteFile(minioDocument, []byte(before+tableStart+want+tableEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
	case got != want:
		t.Errorf("the table of %s is not current: run make generate. It should be\n%s", minioDocument, want)
	}
}

// describedByPlugin is how a built plugin describes itself. No request is sent for that.
func describedByPlugin(t *testing.T, backend string) driver.Description {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	opened, err := host.Connect(ctx, host.Options{Path: systems.PluginBinary(t, backend)}, driver.Config{EndpointURL: "http://127.0.0.1:1"})
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

// minioTable says of every command, and of every option that is not what it is elsewhere, what it does.
func minioTable(minio driver.Description) string {
	var b strings.Builder
	b.WriteString("| command | on MinIO |\n|---|---|\n")
	for _, c := range commands(cli.NewInput(strings.NewReader(""))) {
		if c.Hidden {
			continue
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", c.Name, strings.Join(onMinIO(c, minio), "<br>"))
	}
	return b.String()
}

func onMinIO(c *cli.Command, minio driver.Description) []string {
	if missing := lacking(c.Needs, minio.Capabilities); len(missing) > 0 {
		return []string{refused("", minio, missing)}
	}
	says := []string{"works"}
	for _, m := range lacking(c.Uses, minio.Capabilities) {
		says = append(says, "reports what is missing: "+missingOn(minio, m))
	}
	for _, o := range c.Options {
		spelled := "`--" + o.Name + "`"
		if missing := lacking(o.Needs, minio.Capabilities); len(missing) > 0 {
			says = append(says, refused(spelled+": ", minio, missing))
		}
		var empty []string
		for _, m := range lacking(o.Uses, minio.Capabilities) {
			empty = append(empty, m.Purpose())
		}
		if len(empty) > 0 {
			says = append(says, fmt.Sprintf("%s: MinIO cannot %s; those columns are `null`", spelled, strings.Join(empty, ", ")))
		}
	}
	return says
}

func refused(whose string, minio driver.Description, missing []driver.Capability) string {
	var all []string
	for _, m := range missing {
		all = append(all, missingOn(minio, m))
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

// needsOf returns what a command line needs.
func needsOf(c *cli.Command, line string) []driver.Capability {
	needed := slices.Clone(c.Needs)
	words := strings.Fields(line)
	for _, o := range c.Options {
		if slices.Contains(words, "--"+o.Name) || o.Short != "" && slices.Contains(words, "-"+o.Short) {
			needed = append(needed, o.Needs...)
		}
	}
	return needed
}
