// Package man writes manual pages for the program and each command, from the same data as --help.
package man

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/version"
)

// Write writes all pages into a folder, and creates the folder if it is missing.
func Write(dir string, app *cli.App) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	pages := map[string]string{app.Program: programPage(app)}
	for _, c := range app.Shown() {
		pages[app.Program+"-"+c.Name] = commandPage(app, c)
	}
	for name, page := range pages {
		if err := os.WriteFile(filepath.Join(dir, name+".1"), []byte(page), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func programPage(app *cli.App) string {
	p := newPage(app.Program, version.Number(), app.Summary)
	p.section("SYNOPSIS")
	p.usage(app.Program, "[OPTIONS] COMMAND [ARGS]...")
	p.section("DESCRIPTION")
	p.paragraphs(strings.Split(app.Description, "\n\n"))
	p.section("COMMANDS")
	for i, group := range app.Groups() {
		if i > 0 {
			p.subsection(group[0].Heading())
		}
		for _, c := range group {
			p.entry(app.Program+"-"+c.Name+"(1)", c.Summary)
		}
	}
	p.section("OPTIONS")
	p.entry("--version", "Show the version and exit.")
	p.entry("--help", "Show the help and exit.")
	p.section("OPTIONS OF EVERY COMMAND")
	p.options(app.CommonOptions())
	p.section("SETTINGS")
	p.paragraphs([]string{app.Settings, app.Settable()})
	p.exitStatus(app)
	return p.String()
}

func commandPage(app *cli.App, c *cli.Command) string {
	name := app.Program + "-" + c.Name
	p := newPage(name, version.Number(), c.Summary)
	p.section("SYNOPSIS")
	p.usage(app.Program+" "+c.Name, strings.TrimPrefix(c.Usage(), c.Name+" "))
	p.section("DESCRIPTION")
	p.paragraphs(c.Description())
	p.section("OPTIONS")
	p.entry("--help", "Show the help and exit.")
	for i, group := range cli.OptionGroups(c.Options) {
		if i > 0 {
			p.subsection(group[0].Group)
		}
		p.options(group)
	}
	p.section("COMMON OPTIONS")
	p.options(app.CommonOptions())
	p.section("SETTINGS")
	p.paragraphs([]string{app.CommandSettings(c)})
	if len(c.Examples) > 0 {
		p.section("EXAMPLES")
	}
	for i, e := range c.Examples {
		if i > 0 {
			p.WriteString(".PP\n")
		}
		p.paragraphs([]string{e.Purpose + ":"})
		p.verbatim(e.Line)
	}
	p.exitStatus(app)
	p.section("SEE ALSO")
	p.paragraphs([]string{app.Program + "(1)"})
	return p.String()
}

func (p *page) options(options []cli.Option) {
	for _, o := range options {
		p.entry(o.Usage(), o.Description())
	}
}

func (p *page) exitStatus(app *cli.App) {
	p.section("EXIT STATUS")
	for _, row := range app.ExitCodes {
		p.entry(row[0], row[1])
	}
}
