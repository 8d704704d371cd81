package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// pythonCommands are the commands of s3-credentials 0.17.
var pythonCommands = []string{
	"create", "debug-bucket", "delete-objects", "delete-user", "get-bucket-policy", "get-cors-policy", "get-object", "get-objects",
	"get-public-access-block", "list-bucket", "list-buckets", "list-roles", "list-user-policies", "list-users", "localserver", "policy", "put-object",
	"put-objects", "set-bucket-policy", "set-cors-policy", "set-public-access-block", "whoami",
}

// TestHelpShowsThePythonToolsCommandsFirst looks at the headings, and that what stands under each is sorted.
func TestHelpShowsThePythonToolsCommandsFirst(t *testing.T) {
	app := newApp(cli.NewInput(strings.NewReader("")))
	var out bytes.Buffer
	app.Stdout, app.Stderr = &out, &out
	if code := app.Main(t.Context(), []string{"--help"}); code != cli.ExitDone {
		t.Fatalf("exit code %d: %s", code, &out)
	}
	at := 0
	for i, group := range app.Groups() {
		names := []string{}
		heading := strings.Index(out.String(), "\n"+group[0].Heading()+":\n")
		if heading < at {
			t.Errorf("%q does not stand where it should", group[0].Heading())
		}
		at = heading
		for _, c := range group {
			names = append(names, c.Name)
			if !strings.Contains(out.String()[heading:], "\n  "+c.Name+" ") {
				t.Errorf("%s does not stand under %q", c.Name, c.Heading())
			}
		}
		if !slices.IsSorted(names) {
			t.Errorf("under %q they are not sorted: %v", group[0].Heading(), names)
		}
		if i == 0 && !slices.Equal(names, pythonCommands) {
			t.Errorf("under the first heading are %v", names)
		}
	}
}
