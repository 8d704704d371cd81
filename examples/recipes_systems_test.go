//go:build systems

package examples

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// recipe is what the test knows of a section of docs/recipes.md.
type recipe struct {
	// program returns where the program is; it skips the test where it is missing.
	program func(t *testing.T) string
	// before makes what the reader has; after fails where the commands did not do what the recipe is for.
	before, after string
}

const makeDatabase = `python3 -c 'import sqlite3; db = sqlite3.connect("app.db")
db.execute("create table notes (text)"); db.execute("insert into notes values (\"remember\")"); db.commit()'
`

var recipes = map[string]recipe{
	"restic": {
		onPath("restic"), "",
		`diff -r documents restored/documents; restic forget --prune latest; test -z "$(restic list snapshots)"` + "\n",
	},
	"rclone": {
		onPath("rclone"), "",
		"diff -r documents restored; s3-credentials get-object my-files inbox/notes.txt | diff - documents/notes.txt\n",
	},
	"litestream": {
		func(t *testing.T) string {
			systems.Program(t, "python3")
			return systems.GoProgram(t, "github.com/benbjohnson/litestream/cmd/litestream@v0.5.18")
		},
		makeDatabase,
		`python3 -c 'import sqlite3; assert sqlite3.connect("restored.db").execute("select * from notes").fetchall() == [("remember",)]'` + "\n",
	},
}

func onPath(name string) func(t *testing.T) string {
	return func(t *testing.T) string { return systems.Program(t, name) }
}

// denied is how a command is expected to be denied. The command is ended then, since some try again for a minute; that
// nothing happened is seen by the commands that follow.
const denied = `denied() {
	why='access ?denied|forbidden|not authorized to perform|not accept'
	said=$(sh -c "$1" 2>&1 | sed -E "/$why/Iq")
	if ! echo "$said" | grep -Eiq "$why"; then
		echo "not denied: $1"; exit 1
	fi
}
`

var endpoint = regexp.MustCompile(`(?m)^export S3_CREDENTIALS_ENDPOINT_URL=.*$`)

func TestRecipesOnMinIO(t *testing.T) { followAll(t, "minio", systems.MinIO(t)) }

func TestRecipesOnSandbox(t *testing.T) { followAll(t, "aws", systems.Sandbox(t)) }

func TestRecipesOnSeaweedFS(t *testing.T) { followAll(t, "aws", systems.SeaweedFS(t)) }

// followAll does in an empty folder what each recipe says, in one shell, as somebody would who copies the commands from
// the page.
func followAll(t *testing.T, backend string, system *systems.System) {
	page, err := os.ReadFile("../docs/recipes.md")
	if err != nil {
		t.Fatal(err)
	}
	systems.PluginBinary(t, backend)
	sections := strings.Split(string(page), "\n## ")
	if len(sections)-1 != len(recipes) {
		t.Errorf("the page has %d recipes, the test %d", len(sections)-1, len(recipes))
	}
	for _, section := range sections[1:] {
		name, _, _ := strings.Cut(section, ":")
		t.Run(name, func(t *testing.T) {
			t.Parallel() // they wait for programs
			r, known := recipes[name]
			if !known {
				t.Fatal("the test does not know what it needs")
			}
			follow(t, system, r, recipeCommands(t, sections[0])+recipeCommands(t, section))
		})
	}
}

func TestLifecycleOnMinIO(t *testing.T) { live(t, "minio", systems.MinIO(t)) }

func TestLifecycleOnSandbox(t *testing.T) { live(t, "aws", systems.Sandbox(t)) }

// live does what docs/lifecycle.md says, and looks that nothing but the record is left.
func live(t *testing.T, backend string, system *systems.System) {
	page, _ := lifecycle(t)
	systems.PluginBinary(t, backend)
	shell := recipe{program: func(t *testing.T) string { return systems.Program(t, "python3") }, after: leftNothing}
	follow(t, system, shell, recipeCommands(t, page))
}

// lifecycle is docs/lifecycle.md, and apart from it what it says of other systems.
func lifecycle(t *testing.T) (page, elsewhere string) {
	t.Helper()
	content, err := os.ReadFile("../docs/lifecycle.md")
	if err != nil {
		t.Fatal(err)
	}
	page, elsewhere, found := strings.Cut(string(content), "\n## On other systems\n")
	if !found {
		t.Fatal("the page says nothing of other systems")
	}
	return page, elsewhere
}

func TestLifecycleOnSeaweedFS(t *testing.T) { liveElsewhere(t, systems.SeaweedFS(t)) }

func TestLifecycleOnGarage(t *testing.T) { liveElsewhere(t, systems.Garage(t)) }

func TestLifecycleOnCeph(t *testing.T) { liveElsewhere(t, systems.Ceph(t)) }

// liveElsewhere does what docs/lifecycle.md says of a system, and looks that there were two keys, and nothing is left.
func liveElsewhere(t *testing.T, system *systems.System) {
	systems.PluginBinary(t, "aws")
	_, elsewhere := lifecycle(t)
	for _, b := range blocksOf(elsewhere) {
		if b.language != "sh" || b.name != system.Name {
			continue
		}
		shell := recipe{program: func(t *testing.T) string { return systems.Program(t, "python3") }, after: leftNothingElsewhere}
		follow(t, system, shell, "export S3_CREDENTIALS_ENDPOINT_URL="+system.EndpointURL+"\n"+b.text)
		return
	}
	t.Errorf("the page says nothing of %s", system.Name)
}

// leftNothingElsewhere fails if there is a user or a bucket of the page, or both keys are one.
const leftNothingElsewhere = `test "$(s3-credentials list-users --csv | grep -c reports)" = 0
test "$(s3-credentials list-buckets --csv | grep -c '^my-reports,')" = 0
test "$(cat reports.json rotated.json | grep AccessKeyId | sort -u | wc -l)" = 2
`

// leftNothing fails if the user or the bucket is there, or the record lacks a run or holds a secret.
const leftNothing = `test "$(s3-credentials list-users --csv | grep -c '^reports,')" = 0
test "$(s3-credentials list-buckets --csv | grep -c '^my-reports,')" = 0
python3 - <<'END'
import json
runs = [json.loads(line) for line in open("audit.log")]
commands = [r["command"][0] for r in runs if r["state"] != "started"]
assert commands == ["create", "put-object", "put-object", "verify", "rotate", "rotate", "rotate", "delete-user", "delete-bucket"], commands
secrets = [json.load(open(name))["SecretAccessKey"] for name in ("reports.json", "rotated.json")]
assert not any(secret in open("audit.log").read() for secret in secrets)
END
`

// recipeCommands is a script of the commands of a part of the page.
func recipeCommands(t *testing.T, part string) string {
	t.Helper()
	var all strings.Builder
	for _, b := range blocksOf(part) {
		switch {
		case b.language == "sh" && b.name == "":
			all.WriteString(b.text)
		case b.language == "sh" && b.name == "denied":
			for line := range strings.Lines(b.text) {
				fmt.Fprintf(&all, "denied '%s'\n", strings.TrimSuffix(line, "\n"))
			}
		default:
			t.Errorf("the page has a block in %q %q, which is neither commands nor what is denied", b.language, b.name)
		}
	}
	return all.String()
}

func follow(t *testing.T, system *systems.System, r recipe, commands string) {
	t.Helper()
	program := r.program(t)
	tools := filepath.Dir(systems.Binary(t, "s3-credentials"))
	folder := t.TempDir()
	notes := filepath.Join(folder, "documents", "notes.txt")
	if err := os.Mkdir(filepath.Dir(notes), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(notes, []byte("remember\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	commands = endpoint.ReplaceAllString(commands, "export S3_CREDENTIALS_ENDPOINT_URL="+system.EndpointURL)
	shell := exec.CommandContext(t.Context(), "sh", "-eux", "-c", denied+r.before+commands+r.after)
	shell.Dir = folder
	// No program knows the administrator's key, but s3-credentials.
	shell.Env = append(system.AdminEnv(),
		"PATH="+tools+":"+filepath.Dir(program)+":"+os.Getenv("PATH"), "HOME="+folder, "LC_ALL=C.UTF-8",
		"S3_CREDENTIALS_ACCESS_KEY="+system.AccessKeyID, "S3_CREDENTIALS_SECRET_KEY="+system.SecretAccessKey,
		"AWS_EC2_METADATA_DISABLED=true",
	)
	shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	shell.Cancel = func() error { return syscall.Kill(-shell.Process.Pid, syscall.SIGKILL) }
	if said, err := shell.CombinedOutput(); err != nil {
		t.Errorf("the recipe does not work: %v\n%s", err, said)
	}
}
