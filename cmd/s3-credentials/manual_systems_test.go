//go:build systems

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// overstruck is how a formatter prints bold and underlined characters.
var overstruck = regexp.MustCompile(".\x08")

// TestManual has a formatter judge every page, and looks for every option, example and exit code in what it prints.
func TestManual(t *testing.T) {
	mandoc := systems.Program(t, "mandoc")
	folder := filepath.Join(t.TempDir(), "man1")
	if out, err := exec.Command(program(t), "__man", folder).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	main := formatted(t, mandoc, filepath.Join(folder, "s3-credentials.1"))
	pages := 1
	app := newApp(cli.NewInput(strings.NewReader("")))
	for _, c := range app.Commands {
		page := filepath.Join(folder, "s3-credentials-"+c.Name+".1")
		if c.Hidden {
			if _, err := os.Stat(page); err == nil || strings.Contains(main, c.Name) {
				t.Errorf("%s is not for people", c.Name)
			}
			continue
		}
		pages++
		contains(t, "s3-credentials", main, "s3-credentials-"+c.Name+"(1)", c.Summary)
		text := formatted(t, mandoc, page)
		contains(t, c.Name, text, "s3-credentials-"+c.Name+" - "+c.Summary, "s3-credentials "+c.Usage(), "130", c.Long)
		for _, o := range append(app.CommonOptions(), c.Options...) {
			contains(t, c.Name, text, o.Usage(), o.Description())
		}
		for _, e := range c.Examples {
			contains(t, c.Name, text, e.Purpose+":", e.Line)
		}
	}
	if all, err := filepath.Glob(filepath.Join(folder, "*")); err != nil || len(all) != pages {
		t.Errorf("%d pages, want %d: %v", len(all), pages, err)
	}
}

// formatted returns a page as a reader sees it, on one line.
func formatted(t *testing.T, mandoc, page string) string {
	t.Helper()
	lint, err := exec.Command(mandoc, "-T", "lint", "-W", "warning", page).CombinedOutput()
	// There is no date on purpose.
	for line := range strings.Lines(string(lint)) {
		if !strings.Contains(line, "missing date") {
			t.Errorf("%v: %s", err, line)
		}
	}
	text, err := exec.Command(mandoc, "-T", "ascii", "-O", "width=1000", page).Output()
	if err != nil {
		t.Fatalf("%s: %v", page, err)
	}
	return oneLineOf(overstruck.ReplaceAllString(string(text), ""))
}

func oneLineOf(text string) string { return strings.Join(strings.Fields(text), " ") }

func contains(t *testing.T, page, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, oneLineOf(part)) {
			t.Errorf("the page of %s lacks %q", page, part)
		}
	}
}
