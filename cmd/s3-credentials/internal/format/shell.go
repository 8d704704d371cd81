package format

import "strings"

func init() {
	register("env", posixShell)
	register("dotenv", dotenv)
	register("powershell", powerShell)
	register("fish", fishShell)
}

// posixShell is for eval in sh, bash and zsh. A session token of the credentials before would make a key without one
// useless, so it goes.
func posixShell(c Credentials) (string, error) {
	return script(c, "export %=", "unset AWS_SESSION_TOKEN", func(s string) string {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}), nil
}

// fishShell is for "| source" in fish, whose single quotes have two escapes.
func fishShell(c Credentials) (string, error) {
	escape := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	return script(c, "set -gx % ", "set -e AWS_SESSION_TOKEN", func(s string) string { return "'" + escape.Replace(s) + "'" }), nil
}

// powerShell is for "| Out-String | Invoke-Expression". In a verbatim string PowerShell takes five characters for a single quote,
// the typographic ones too; each stands for itself when doubled.
func powerShell(c Credentials) (string, error) {
	double := strings.NewReplacer("'", "''", "\u2018", "\u2018\u2018", "\u2019", "\u2019\u2019", "\u201a", "\u201a\u201a", "\u201b", "\u201b\u201b")
	return script(c, "$Env:% = ", "$Env:AWS_SESSION_TOKEN = $null", func(s string) string { return "'" + double.Replace(s) + "'" }), nil
}

// script returns a line for each variable: assign, in which % is the name, and the quoted value. Where there is no session
// token, the line unset takes a former one away.
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

// dotenv is for .env files. There is no one syntax for them: "docker run --env-file" takes a value as it stands,
// libraries take quotes off and read escapes and $ in ways of their own. What keys are made of needs no quotes and is
// the same for all. In single quotes the libraries agree on everything but quotes, backslashes and ${.
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
