package man

import (
	"fmt"
	"strings"
)

// page is a manual page in the macros of man(7).
type page struct{ strings.Builder }

// newPage starts a page of section 1. It has no date: the same source makes the same page.
func newPage(name, version, summary string) *page {
	p := &page{}
	fmt.Fprintf(p, ".TH \"%s\" 1 \"\" \"s3-credentials %s\" \"User Commands\"\n.SH NAME\n%s \\- %s\n",
		strings.ToUpper(escape(name)), escape(version), escape(name), text(summary))
	return p
}

func (p *page) section(title string) { fmt.Fprintf(p, ".SH %s\n", title) }

func (p *page) usage(program, rest string) {
	fmt.Fprintf(p, "\\fB%s\\fR %s\n", escape(program), escape(rest))
}

func (p *page) paragraphs(all []string) {
	for i, t := range all {
		if i > 0 {
			p.WriteString(".PP\n")
		}
		p.WriteString(text(t) + "\n")
	}
}

// entry is an option, command or exit code with what it means.
func (p *page) entry(term, meaning string) {
	fmt.Fprintf(p, ".TP\n\\fB%s\\fR\n%s\n", escape(term), text(meaning))
}

// verbatim is a command line.
func (p *page) verbatim(line string) {
	p.WriteString(".PP\n.RS 4\n.nf\n")
	for l := range strings.Lines(line) {
		p.WriteString(escapeRequest(escape(strings.TrimSuffix(l, "\n"))) + "\n")
	}
	p.WriteString(".fi\n.RE\n")
}

// text is running text, filled by the formatter.
func text(t string) string { return escapeRequest(escape(strings.Join(strings.Fields(t), " "))) }

// escaper writes what has a meaning for the formatter so that it is printed as it is. Dashes and quotation marks are
// those of ASCII, so that a command line can be copied from the page.
var escaper = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, "…", "...")

// escape is text that stands anywhere but at the start of a line.
func escape(t string) string { return escaper.Replace(t) }

// escapeRequest keeps the formatter from taking a line for a request.
func escapeRequest(line string) string {
	if strings.HasPrefix(line, ".") {
		return `\&` + line
	}
	return line
}
