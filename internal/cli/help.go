package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// helpWidth is the width that --help is wrapped to.
const helpWidth = 80

// printHelp prints one command's --help.
func (a *App) printHelp(w io.Writer, c *Command) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage: %s %s\n\n", a.Program, c.Usage())
	for _, paragraph := range c.Description() {
		b.WriteString(wrap(paragraph, "  ") + "\n\n")
	}
	for _, e := range c.Examples {
		fmt.Fprintf(&b, "%s\n\n      %s\n\n", wrap(e.Purpose+":", "  "), strings.ReplaceAll(e.Line, "\n", "\n      "))
	}
	groups := OptionGroups(c.Options)
	own := append(optionRows(groups[0]), [2]string{c.helpOption(), "Show this message and exit."})
	if c.Name == "" {
		own = append(own, versionRow)
	}
	b.WriteString("Options:\n" + table(own))
	for _, group := range groups[1:] {
		b.WriteString("\n" + group[0].Group + ":\n" + table(optionRows(group)))
	}
	if len(a.CommonOptions()) > 0 {
		b.WriteString("\nCommon options:\n" + wrap(a.commonLine(), "  ") + "\n")
	}
	b.WriteString("\n" + wrap(a.CommandSettings(c), "") + "\n\n")
	b.WriteString(wrap(a.exitCodesLine(), "") + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// versionRow is in the help of the program.
var versionRow = [2]string{"--version", "Show the version and exit."}

// helpOption returns how --help is spelled, which loses its short name to an option of the command's own.
func (c *Command) helpOption() string {
	if slices.ContainsFunc(c.Options, func(o Option) bool { return o.Short == "h" }) {
		return "--help"
	}
	return "-h, --help"
}

// printProgramHelp prints the program's own --help.
func (a *App) printProgramHelp(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage: %s [OPTIONS] COMMAND [ARGS]...\n\n", a.Program)
	for _, paragraph := range append([]string{a.Summary}, paragraphs(a.Description)...) {
		b.WriteString(wrap(paragraph, "  ") + "\n\n")
	}
	b.WriteString("Options:\n" + table([][2]string{
		versionRow, {"-h, --help", "Show this message and exit; 'help COMMAND' shows that of a command."},
	}))
	width := columnWidth(commandRows(a.Shown()))
	for _, group := range a.Groups() {
		b.WriteString("\n" + group[0].Heading() + ":\n" + columns(width, commandRows(group)))
	}
	b.WriteString("\nOptions of every command:\n" + wrap(a.commonLine(), "  ") + "\n")
	b.WriteString("\nSettings:\n" + wrap(a.Settings, "  ") + "\n\n" + wrap(a.Settable(), "  ") + "\n")
	b.WriteString("\nExit codes:\n" + table(a.ExitCodes))
	_, err := io.WriteString(w, b.String())
	return err
}

// commonLine names the options that every command has.
func (a *App) commonLine() string {
	var names []string
	for _, o := range a.CommonOptions() {
		name := "--" + o.Name
		if o.Short != "" {
			name = "-" + o.Short + "/" + name
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ") + "; '" + a.Program + " help options' says what they do."
}

// printCommonHelp prints what the options of every command do.
func (a *App) printCommonHelp(w io.Writer) error {
	_, err := io.WriteString(w, "Options of every command:\n"+table(optionRows(a.CommonOptions())))
	return err
}

// exitCodesLine says in short what the program's help says at length.
func (a *App) exitCodesLine() string {
	var all []string
	for _, row := range a.ExitCodes {
		short := row[1][:strings.IndexAny(row[1], ":.")]
		all = append(all, row[0]+" "+strings.ToLower(short[:1])+short[1:])
	}
	return "Exit codes: " + strings.Join(all, ", ") + "."
}

// Settable names the options of all commands that the environment or the config file can set.
func (a *App) Settable() string {
	return "These can be set that way: " + strings.Join(a.configurable(), ", ") + "."
}

// CommandSettings names the options of the command that the environment or the config file can set.
func (a *App) CommandSettings(c *Command) string {
	var names []string
	for _, o := range c.Options {
		if o.Configurable {
			names = append(names, "--"+o.Name)
		}
	}
	where := "the environment (" + a.envPrefix() + "_...)"
	if a.ConfigFile {
		where += " and the config file"
		names = append(names, "the common options")
	}
	return "May also be set by " + where + ": " + strings.Join(names, ", ") + "."
}

// optionRows returns how options stand in --help.
func optionRows(options []Option) [][2]string {
	var rows [][2]string
	for _, o := range options {
		rows = append(rows, [2]string{o.Usage(), o.Description()})
	}
	return rows
}

func commandRows(commands []*Command) [][2]string {
	var rows [][2]string
	for _, c := range commands {
		rows = append(rows, [2]string{c.Name, c.Summary})
	}
	return rows
}

// table prints rows of two columns.
func table(rows [][2]string) string { return columns(columnWidth(rows), rows) }

// columnWidth is the width of the first column, of which what is too wide is no part.
func columnWidth(rows [][2]string) (width int) {
	for _, r := range rows {
		if len(r[0]) <= helpWidth/3 {
			width = max(width, len(r[0]))
		}
	}
	return width
}

// columns prints rows of two columns, the first of that width; what is too wide for it gets a line of its own.
func columns(width int, rows [][2]string) string {
	indent := strings.Repeat(" ", width+4)
	var b strings.Builder
	for _, r := range rows {
		text := wrap(r[1], indent)
		if len(r[0]) > width {
			b.WriteString("  " + r[0] + "\n" + text + "\n")
			continue
		}
		fmt.Fprintf(&b, "  %-*s  %s\n", width, r[0], strings.TrimPrefix(text, indent))
	}
	return b.String()
}

// wrap breaks text into lines of at most helpWidth, each with the indent.
func wrap(text, indent string) string {
	var lines []string
	line := indent
	for _, word := range strings.Fields(text) {
		switch {
		case line == indent:
			line += word
		case len(line)+1+len(word) <= helpWidth:
			line += " " + word
		default:
			lines = append(lines, line)
			line = indent + word
		}
	}
	return strings.Join(append(lines, line), "\n")
}

// Description returns the command's summary and what more there is to say, in paragraphs.
func (c *Command) Description() []string {
	return append([]string{c.Summary}, paragraphs(c.Long)...)
}

// paragraphs splits at blank lines.
func paragraphs(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n\n")
}
