//go:build systems

package parity

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// masks are what no two runs have in common: ids, keys, tokens and times.
var masks = []struct {
	what    *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`\b(AKIA|ASIA|LKIA|LSIA)[A-Z0-9]{12,20}\b`), "<access key>"},
	{regexp.MustCompile(`\b(AIDA|AROA|ANPA)[A-Z0-9]{12,21}\b`), "<id>"},
	{regexp.MustCompile(`\bA[A-Z0-9]{20}\b`), "<policy id>"},
	{regexp.MustCompile(`\b[a-z0-9]{20}\b`), "<user id>"},
	{regexp.MustCompile(`"SecretAccessKey": "[^"]+"`), `"SecretAccessKey": "<secret>"`},
	{regexp.MustCompile(`"SessionToken": "[^"]+"`), `"SessionToken": "<token>"`},
	{regexp.MustCompile(`(?m)^aws_secret_access_key=\S+$`), "aws_secret_access_key=<secret>"},
	{regexp.MustCompile(`(?m)^aws_session_token=\S+$`), "aws_session_token=<token>"},
	{regexp.MustCompile(`\b20\d\d-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?\+00:00`), "<time>"},
	{regexp.MustCompile(`\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)`), "<timestamp>"},
	{regexp.MustCompile(`http://127\.0\.0\.1:\d+`), "<endpoint>"},
}

func masked(text string) string {
	for _, m := range masks {
		text = m.what.ReplaceAllString(text, m.instead)
	}
	return text
}

// maskedOutput is stdout as it is compared: parsed where all of it is JSON, because only then the order of members
// says nothing; else to the byte.
func maskedOutput(text string, unordered bool) any {
	text = masked(text)
	var parsed any
	if json.Unmarshal([]byte(text), &parsed) == nil {
		return []any{parsed, memberOrder(text)}
	}
	if unordered {
		lines := strings.Split(text, "\n")
		slices.Sort(lines)
		return lines
	}
	return text
}

// memberOrder is the members of a JSON text in the order they stand in it: scripts that read with jq or by eye rely on it.
func memberOrder(text string) []string {
	return regexp.MustCompile(`(?m)^\s*"\w+":`).FindAllString(text, -1)
}

// differenceIDs are the ids of the rows of docs/differences.md.
func differenceIDs(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "differences.md"))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, row := range regexp.MustCompile(`(?m)^\| ([a-z0-9-]+) \|`).FindAllStringSubmatch(string(text), -1) {
		if row[1] != "id" && !strings.HasPrefix(row[1], "-") {
			ids[row[1]] = true
		}
	}
	return ids
}
