package man

import (
	"fmt"
	"strings"
)

// page is a manual page in the macros of man(7).
type page struct{ strings.Builder }

// newPage starts a page of section 1. The page has no date, so that builds are reproducible.
func newPage(name, version, summary string) *page {
	p := &page{}
	fmt.Fprintf(p, ".TH \"%s\" 1 \"\" \"s3-credentials %s\" \"User Commands\"\n.SH NAME\n%s \\- %s\n",
		strings.ToUpper(escape(name)), escape(version), escape(name), text(summary))
	return p
}

func (p *page) section(title string) { fmt.Fprintf(p, ".SH %s\n", title) }

func (p *page) subsection(title string) { fmt.Fprintf(p, ".SS %s\n", text(title)) }

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

// entry is an option, command or exit code with its description.
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

// escaper escapes characters that are special to the formatter. Dashes and quotation marks stay ASCII, so that command lines
// can be copied from the page.
var escaper = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, "…", "...")

// escape escapes text that is not at the start of a line.
func escape(t string) string { return escaper.Replace(t) }

// escapeRequest keeps the formatter from interpreting a line as a request.
func escapeRequest(line string) string {
	if strings.HasPrefix(line, ".") {
		return `\&` + line
	}
	return line
}
