package cli

import (
	"fmt"
	"io"
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
	own := append(optionRows(c.Options), [2]string{"--help", "Show this message and exit."})
	b.WriteString("Options:\n" + table(own))
	b.WriteString("\nCommon options:\n" + table(optionRows((&Common{}).options())))
	b.WriteString("\n" + a.settingsHelp(c))
	b.WriteString("\n" + exitCodesLine)
	_, err := io.WriteString(w, b.String())
	return err
}

// printProgramHelp prints the program's own --help.
func (a *App) printProgramHelp(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage: %s [OPTIONS] COMMAND [ARGS]...\n\n", a.Program)
	for _, paragraph := range append([]string{a.Summary}, paragraphs(a.Description)...) {
		b.WriteString(wrap(paragraph, "  ") + "\n\n")
	}
	b.WriteString("Options:\n" + table([][2]string{
		{"--version", "Show the version and exit."},
		{"--help", "Show this message and exit."},
	}))
	var rows [][2]string
	for _, c := range a.Shown() {
		rows = append(rows, [2]string{c.Name, c.Summary})
	}
	b.WriteString("\nCommands:\n" + table(rows))
	b.WriteString("\nOptions of every command:\n" + table(optionRows((&Common{}).options())))
	b.WriteString("\nSettings:\n" + wrap(settingsText, "  ") + "\n\n")
	b.WriteString(wrap(a.settable(), "  ") + "\n")
	b.WriteString("\nExit codes:\n" + table(exitCodeRows))
	_, err := io.WriteString(w, b.String())
	return err
}

// settingsText says how options are set elsewhere than on the command line.
const settingsText = "An option's value comes from the command line, else from the environment " +
	"(S3_CREDENTIALS_ENDPOINT_URL for --endpoint-url), else from the config file: --config, S3_CREDENTIALS_CONFIG, or " +
	"s3-credentials/config in your configuration folder, with lines such as 'endpoint-url https://minio.example:9000'. " +
	"What can widen access or delete something is only ever taken from the command line. " +
	"The first of these places that names credentials is the only one they are taken from. " +
	"Lines 'plugin-pin NAME=SHA256' of the config file say which plugins may be started."

// exitCodesLine says in short what the program's help says at length.
const exitCodesLine = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the backend cannot do this,\n" +
	"130 interrupted (Ctrl-C), 143 terminated.\n"

var exitCodeRows = [][2]string{
	{"0", "Done."},
	{"1", "Failed: one sentence on standard error says why."},
	{"2", "Wrong usage: nothing was done."},
	{"3", "The backend cannot do this: nothing was done."},
	{"130", "Interrupted (Ctrl-C): what this run had made was undone, or is named."},
	{"143", "Terminated: the same."},
}

// settable names what need not be typed, of all commands.
func (a *App) settable() string {
	return "These can be set that way: " + strings.Join(a.configurable(), ", ") + "."
}

// Settings says, in paragraphs, how options are set elsewhere than on the command line.
func (a *App) Settings() []string { return []string{settingsText, a.settable()} }

// ExitCodes returns each exit code with what it means.
func ExitCodes() [][2]string { return exitCodeRows }

// settingsHelp names the options of a command that need not be typed.
func (a *App) settingsHelp(c *Command) string { return wrap(c.Settings(), "") + "\n" }

// Settings names the options of the command that need not be typed.
func (c *Command) Settings() string {
	var names []string
	for _, o := range c.Options {
		if o.Configurable {
			names = append(names, "--"+o.Name)
		}
	}
	names = append(names, "the common options")
	return "May also be set by the environment (S3_CREDENTIALS_...) and the config file: " + strings.Join(names, ", ") + "."
}

// optionRows returns how options stand in --help.
func optionRows(options []Option) [][2]string {
	var rows [][2]string
	for _, o := range options {
		rows = append(rows, [2]string{o.Usage(), o.Description()})
	}
	return rows
}

// table prints rows of two columns; a first column that is too wide gets a line of its own.
func table(rows [][2]string) string {
	width := 0
	for _, r := range rows {
		if len(r[0]) <= helpWidth/3 {
			width = max(width, len(r[0]))
		}
	}
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
func (c *Command) Description() []string { return append([]string{c.Summary}, paragraphs(c.Long)...) }

// paragraphs splits at blank lines.
func paragraphs(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n\n")
}
