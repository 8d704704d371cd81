//go:build systems

package format

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/joho/godotenv"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// readers read credentials back, as environment variables, by the programs they are for. Programs that know the key
// under other names give it under these.
var readers = map[string]struct {
	// refused are the awkward values that the format refuses; all others must arrive as they are.
	refused []string
	// noEndpoint: the format has no place for an endpoint.
	noEndpoint bool
	read       readersOf
}{
	"ini": {
		refused: []string{
			"a line end", "a tab", "letters", "beyond 16 bits", "quotes around", "single quotes", "quotes", "three quotes", "backquotes", "dollars", "comments", "spaces around", "typographic quotes", "a YAML alias", "an equals sign",
			"a JavaScript escape",
		},
		noEndpoint: true, read: readersOf{"aws-sdk-go-v2": each(readINIWithSDK), "botocore": readINIWithBotocore},
	},
	"env":  {read: readersOf{"sh": each(posix("sh")), "bash": each(posix("bash"))}},
	"fish": {read: readersOf{"fish": each(readFish)}},
	"dotenv": {
		refused: []string{"quotes", "single quotes", "backslashes", "a line end", "a tab", "a reference"},
		read:    readersOf{"python-dotenv": readPythonDotenv, "godotenv": each(readGodotenv)},
	},
	"credential-process": {noEndpoint: true, read: readersOf{"aws-sdk-go-v2": each(readProcessWithSDK), "botocore": readProcessWithBotocore}},
	"powershell":         {read: readersOf{"the grammar": each(readPowerShell)}},
	"rclone":             {refused: []string{"a line end", "a tab", "an interpolation"}, read: readersOf{"rclone": each(readRclone)}},
	"mc":                 {refused: []string{"a YAML truth", "a YAML number"}, read: readersOf{"mc": each(readMC)}},
	"s3cmd":              {refused: []string{"a line end", "a tab", "dollar before", "a reference", "spaces around", "a JavaScript escape"}, read: readersOf{"s3cmd": each(readS3cmd)}},
	"kubernetes":         {read: readersOf{"kubectl": each(readKubectl)}},
	"json":               {noEndpoint: true, read: readersOf{"python": readPython}},
}

type readersOf = map[string]func(t *testing.T, texts ...string) []map[string]string

// each makes a reader of what reads one text.
func each(read func(t *testing.T, text string) map[string]string) func(*testing.T, ...string) []map[string]string {
	return func(t *testing.T, texts ...string) (all []map[string]string) {
		for _, text := range texts {
			all = append(all, read(t, text))
		}
		return all
	}
}

// known keeps the variables that the formats write, of those that a program has.
func known(vars map[string]string) map[string]string {
	maps.DeleteFunc(vars, func(name, _ string) bool {
		return !slices.Contains([]string{
			"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_REGION",
		}, name)
	})
	return vars
}

// renamed gives variables their names from what a program calls them. Empty ones are left out.
func renamed(vars map[string]string, names map[string]string) map[string]string {
	out := map[string]string{}
	for theirs, ours := range names {
		if vars[theirs] != "" {
			out[ours] = vars[theirs]
		}
	}
	return out
}

// environment takes apart what env -0 prints.
func environment(text string) map[string]string {
	vars := map[string]string{}
	for entry := range strings.SplitSeq(text, "\x00") {
		if name, value, ok := strings.Cut(entry, "="); ok {
			vars[name] = value
		}
	}
	return known(vars)
}

// before is what a shell may have of other credentials.
var before = []string{"AWS_SESSION_TOKEN=of-other-credentials", "AWS_ACCESS_KEY_ID=other"}

func posix(shell string) func(*testing.T, string) map[string]string {
	return func(t *testing.T, text string) map[string]string {
		return environment(run(t, text, before, program(t, shell), "-c", `eval "$(cat)" && env -0`))
	}
}

func readFish(t *testing.T, text string) map[string]string {
	return environment(run(t, text, before, program(t, "fish"), "--no-config", "-c", "source - && env -0; or env -0"))
}

func readPython(t *testing.T, texts ...string) []map[string]string {
	return objects(t, runPython(t, nil, `json.load(open(path))`, texts), map[string]string{
		"AccessKeyId": "AWS_ACCESS_KEY_ID", "SecretAccessKey": "AWS_SECRET_ACCESS_KEY", "SessionToken": "AWS_SESSION_TOKEN",
	})
}

// runPython evaluates the expression, a dict, for the path of a file with each text, and prints a JSON array.
func runPython(t *testing.T, env []string, expression string, texts []string) string {
	paths := make([]string, len(texts))
	for i, text := range texts {
		paths[i] = file(t, "text", text)
	}
	script := `
import json, os, sys
def read(path):
    return ` + expression + `
json.dump([read(path) for path in sys.argv[1:]], sys.stdout)`
	return run(t, "", env, python(t), append([]string{"-c", script}, paths...)...)
}

// objects reads a JSON array of objects, and renames their members.
func objects(t *testing.T, text string, names map[string]string) (all []map[string]string) {
	t.Helper()
	var members []map[string]any
	if err := json.Unmarshal([]byte(text), &members); err != nil {
		t.Fatalf("%v in %d bytes", err, len(text))
	}
	for _, m := range members {
		texts := map[string]string{}
		for name, value := range m {
			if s, ok := value.(string); ok {
				texts[name] = s
			}
		}
		all = append(all, renamed(texts, names))
	}
	return all
}

// asTheyAre keeps the names of the variables.
var asTheyAre = map[string]string{
	"AWS_ACCESS_KEY_ID": "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY": "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN": "AWS_SESSION_TOKEN",
	"AWS_ENDPOINT_URL": "AWS_ENDPOINT_URL", "AWS_REGION": "AWS_REGION",
}

// python is the interpreter that the Python tool runs in, which has botocore and python-dotenv.
func python(t *testing.T) string {
	return filepath.Join(filepath.Dir(systems.Python(t)), "python")
}

func readPythonDotenv(t *testing.T, texts ...string) []map[string]string {
	return objects(t, runPython(t, []string{"HOME=/home/somebody"}, `__import__("dotenv").dotenv_values(path)`, texts), asTheyAre)
}

func readGodotenv(t *testing.T, text string) map[string]string {
	vars, err := godotenv.Unmarshal(text)
	if err != nil {
		t.Errorf("godotenv: %v", err)
	}
	return known(vars)
}

func readINIWithSDK(t *testing.T, text string) map[string]string {
	path := file(t, "credentials", text)
	p, err := config.LoadSharedConfigProfile(t.Context(), "default", func(o *config.LoadSharedConfigOptions) {
		o.CredentialsFiles, o.ConfigFiles = []string{path}, []string{}
	})
	if err != nil {
		t.Fatal(err)
	}
	c := p.Credentials
	return renamed(map[string]string{"a": c.AccessKeyID, "s": c.SecretAccessKey, "t": c.SessionToken},
		map[string]string{"a": "AWS_ACCESS_KEY_ID", "s": "AWS_SECRET_ACCESS_KEY", "t": "AWS_SESSION_TOKEN"})
}

// botocoreKey is the key that botocore finds.
const botocoreKey = `(lambda c: {"AWS_ACCESS_KEY_ID": c.access_key, "AWS_SECRET_ACCESS_KEY": c.secret_key, "AWS_SESSION_TOKEN": c.token})(
        __import__("botocore.session").session.Session().get_credentials())`

func readINIWithBotocore(t *testing.T, texts ...string) []map[string]string {
	return objects(t, runPython(t, nil, `os.environ.update(AWS_SHARED_CREDENTIALS_FILE=path) or `+botocoreKey, texts), asTheyAre)
}

func readProcessWithSDK(t *testing.T, text string) map[string]string {
	got, err := processcreds.NewProvider("cat " + file(t, "printed.json", text)).Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.CanExpire != (got.SessionToken != "") || got.CanExpire && got.Expires.Year() != 2099 {
		t.Errorf("for the SDK they expire: %v, %s", got.CanExpire, got.Expires)
	}
	return renamed(map[string]string{"a": got.AccessKeyID, "s": got.SecretAccessKey, "t": got.SessionToken},
		map[string]string{"a": "AWS_ACCESS_KEY_ID", "s": "AWS_SECRET_ACCESS_KEY", "t": "AWS_SESSION_TOKEN"})
}

func readProcessWithBotocore(t *testing.T, texts ...string) []map[string]string {
	profile := file(t, "config", "[default]\ncredential_process = sh -c 'cat \"$PRINTED\"'\n")
	return objects(t, runPython(t, []string{"AWS_CONFIG_FILE=" + profile}, `os.environ.update(PRINTED=path) or `+botocoreKey, texts), asTheyAre)
}

func readRclone(t *testing.T, text string) map[string]string {
	var remotes map[string]map[string]string
	out := run(t, "", nil, program(t, "rclone"), "config", "dump", "--config", file(t, "rclone.conf", text))
	if err := json.Unmarshal([]byte(out), &remotes); err != nil {
		t.Fatal(err)
	}
	remote := remotes["my-bucket"]
	if remote["type"] != "s3" || remote["provider"] != "Minio" || remote["no_check_bucket"] != "true" {
		t.Errorf("rclone reads remotes %v of type %q", slices.Sorted(maps.Keys(remotes)), remote["type"])
	}
	return renamed(remote, map[string]string{
		"access_key_id": "AWS_ACCESS_KEY_ID", "secret_access_key": "AWS_SECRET_ACCESS_KEY", "session_token": "AWS_SESSION_TOKEN",
		"endpoint": "AWS_ENDPOINT_URL", "region": "AWS_REGION",
	})
}

func readMC(t *testing.T, text string) map[string]string {
	dir := t.TempDir()
	mc := mcProgram(t)
	run(t, text, nil, mc, "--config-dir", dir, "alias", "import", "mine")
	var alias map[string]string
	out := run(t, "", nil, "cat", filepath.Join(dir, "config.json"))
	var whole struct {
		Aliases map[string]json.RawMessage
	}
	if err := json.Unmarshal([]byte(out), &whole); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(whole.Aliases["mine"], &alias); err != nil {
		t.Fatal(err)
	}
	vars := renamed(alias, map[string]string{
		"accessKey": "AWS_ACCESS_KEY_ID", "secretKey": "AWS_SECRET_ACCESS_KEY", "sessionToken": "AWS_SESSION_TOKEN", "url": "AWS_ENDPOINT_URL",
	})
	vars["AWS_REGION"] = "eu-central-1" // mc finds out by itself
	return vars
}

func readS3cmd(t *testing.T, text string) map[string]string {
	out := run(t, "", nil, program(t, "s3cmd"), "--dump-config", "--config", file(t, "s3cfg", text))
	settings := map[string]string{}
	for line := range strings.SplitSeq(out, "\n") {
		if name, value, ok := strings.Cut(line, " = "); ok {
			settings[name] = value
		}
	}
	scheme := map[string]string{"False": "http://", "True": "https://"}[settings["use_https"]]
	if settings["host_base"] != settings["host_bucket"] {
		t.Errorf("s3cmd would ask %s for buckets", settings["host_bucket"])
	}
	settings["url"] = scheme + settings["host_base"]
	return renamed(settings, map[string]string{
		"access_key": "AWS_ACCESS_KEY_ID", "secret_key": "AWS_SECRET_ACCESS_KEY", "access_token": "AWS_SESSION_TOKEN",
		"url": "AWS_ENDPOINT_URL", "bucket_location": "AWS_REGION",
	})
}

// readKubectl has kubectl read the manifest, without a cluster, into its own Secret type.
func readKubectl(t *testing.T, text string) map[string]string {
	out := run(t, text, []string{"KUBECONFIG=/dev/null"}, program(t, "kubectl"), "label", "--local", "-f", "-", "-o", "json", "read=back")
	var s struct {
		Kind, Type string
		Metadata   struct{ Name string }
		Data       map[string]string
	}
	if err := json.Unmarshal([]byte(out), &s); err != nil {
		t.Fatal(err)
	}
	if s.Kind != "Secret" || s.Type != "Opaque" || s.Metadata.Name != "s3-credentials-my-bucket" {
		t.Errorf("kubectl reads a %s of type %s, %s", s.Kind, s.Type, s.Metadata.Name)
	}
	vars := map[string]string{}
	for name, encoded := range s.Data {
		value, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		vars[name] = string(value)
	}
	return known(vars)
}
