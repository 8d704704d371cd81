package format

import "strings"

func init() {
	register("env", posixShell)
	register("dotenv", dotenv)
	register("powershell", powerShell)
	register("fish", fishShell)
}

// posixShell is for eval in sh, bash and zsh. For a key without a session token it unsets a former one, which would
// invalidate the key.
func posixShell(c Credentials) (string, error) {
	return script(c, "export %=", "unset AWS_SESSION_TOKEN", posixQuoted), nil
}

func posixQuoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// Exports are the lines of the format env that say where the system is, without the key; none for AWS's own endpoints.
func Exports(c Credentials) []string {
	var lines []string
	for _, v := range c.place() {
		lines = append(lines, "export "+v.name+"="+posixQuoted(v.value))
	}
	return lines
}

// fishShell is for "| source" in fish, whose single quotes have two escapes.
func fishShell(c Credentials) (string, error) {
	escape := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	return script(c, "set -gx % ", "set -e AWS_SESSION_TOKEN", func(s string) string { return "'" + escape.Replace(s) + "'" }), nil
}

// powerShell is for "| Out-String | Invoke-Expression". In a verbatim string PowerShell treats five characters as single
// quotes, including typographic ones; each is escaped by doubling it.
func powerShell(c Credentials) (string, error) {
	double := strings.NewReplacer("'", "''", "\u2018", "\u2018\u2018", "\u2019", "\u2019\u2019", "\u201a", "\u201a\u201a", "\u201b", "\u201b\u201b")
	return script(c, "$Env:% = ", "$Env:AWS_SESSION_TOKEN = $null", func(s string) string { return "'" + double.Replace(s) + "'" }), nil
}

// script returns a line for each variable: assign, with % replaced by the name, and the quoted value. Without a session
// token it adds the line unset.
func script(c Credentials, assign, unset string, quote func(string) string) string {
	var b strings.Builder
	for _, v := range c.environment() {
		b.WriteString(strings.Replace(assign, "%", v.name, 1) + quote(v.value) + "\n")
	}
	if c.SessionToken == "" {
		b.WriteString(unset + "\n")
	}
	return b.String()
}

// dotenv is for .env files, which have no common syntax: "docker run --env-file" takes values literally, while libraries
// strip quotes and differ in escapes and $. The usual characters of keys need no quotes and mean the same everywhere. In
// single quotes the libraries agree on everything except quotes, backslashes and ${.
func dotenv(c Credentials) (string, error) {
	var b strings.Builder
	for _, v := range c.environment() {
		value := v.value
		switch {
		case strings.Trim(value, plainDotenv) == "":
		case hasControl(value) || strings.ContainsAny(value, `'\`) || strings.Contains(value, "${"):
			return "", inexpressible("dotenv", v.name)
		default:
			value = "'" + value + "'"
		}
		b.WriteString(v.name + "=" + value + "\n")
	}
	return b.String(), nil
}

// plainDotenv are the characters that need no quotes.
const plainDotenv = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=._:-@%,~[]"
