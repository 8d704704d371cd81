package main

import (
	"bytes"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// checkPlan holds what a command printed against the schema.
func checkPlan(printed string) error {
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	schema, err := compiler.Compile(filepath.Join(sourceFolder, "..", "..", "docs", "plan.schema.json"))
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(printed))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// sourceFolder is the folder of this package: scripts run elsewhere.
var sourceFolder, _ = filepath.Abs(".")

// isPlan checks in a script that standard output is a plan, and nothing else.
func isPlan(ts *testscript.TestScript, _ bool, _ []string) {
	if err := checkPlan(ts.ReadFile("stdout")); err != nil {
		ts.Fatalf("%v\n%s", err, ts.ReadFile("stdout"))
	}
}

// TestThePlanHasAllOfAState sets each field of a state alone: each is printed, and the schema has it.
func TestThePlanHasAllOfAState(t *testing.T) {
	document := `{"Version": "2012-10-17", "Statement": []}`
	seconds := 5
	for _, state := range []core.State{
		{Region: "eu-west-1"}, {Objects: 3}, {Boundary: "arn:aws:iam::aws:policy/AmazonS3FullAccess"}, {BoundaryRequired: true}, {Document: document},
		{AccessKeys: []string{"AKIA"}}, {Policies: []string{"s3.read-only.b"}}, {Status: driver.KeyActive}, {RoleARN: "arn:aws:iam::1:role/r"}, {Seconds: 900}, {Until: time.Now()}, {OfUser: true},
		{Object: driver.ObjectOptions{CacheControl: "no-store"}}, {Object: driver.ObjectOptions{Metadata: map[string]string{"author": "ann"}}},
		{Object: driver.ObjectOptions{ACL: "public-read"}}, {Object: driver.ObjectOptions{StorageClass: "STANDARD_IA"}},
		{Setting: driver.BucketSetting{Policy: &driver.BucketPolicy{Document: document}}},
		{Setting: driver.BucketSetting{CORS: &driver.CORS{Rules: []driver.CORSRule{{
			ID: "x", AllowedHeaders: []string{"a"}, AllowedMethods: []string{"GET"}, AllowedOrigins: []string{"*"}, ExposeHeaders: []string{"e"}, MaxAgeSeconds: &seconds,
		}}}}},
		{Setting: driver.BucketSetting{Website: &driver.Website{IndexDocument: "i", ErrorDocument: "e", RoutingRules: `[{"Redirect": {}}]`}}},
		{Setting: driver.BucketSetting{Website: &driver.Website{RedirectHost: "example.com", RedirectProtocol: "https"}}},
		{Setting: driver.BucketSetting{PublicAccessBlock: &driver.PublicAccessBlock{}}},
	} {
		covered[fieldOf(t, state)] = true
		value, err := stateValue(&state)
		if err != nil || len(value.(orderedjson.Object)) != 1 {
			t.Errorf("%+v is printed as %v, %v", state, value, err)
		}
		step := core.Step{Verb: core.Put, Resource: core.Resource{Kind: core.KindUser, Name: "u"}, After: &state}
		checkPrinted(t, core.Plan{Steps: []core.Step{step}})
	}
	for i := range reflect.TypeFor[core.State]().NumField() {
		if name := reflect.TypeFor[core.State]().Field(i).Name; !covered[name] {
			t.Errorf("nothing tries State.%s", name)
		}
	}
}

var covered = map[string]bool{}

// fieldOf names the field that is set.
func fieldOf(t *testing.T, state core.State) string {
	t.Helper()
	v := reflect.ValueOf(state)
	for i := range v.NumField() {
		if !v.Field(i).IsZero() {
			return v.Type().Field(i).Name
		}
	}
	t.Fatal("no field is set")
	return ""
}

func checkPrinted(t *testing.T, plan core.Plan) {
	t.Helper()
	value, err := planValue(&plan)
	if err != nil {
		t.Fatal(err)
	}
	if err := checkPlan(orderedjson.Indented(value, 4)); err != nil {
		t.Errorf("%v\n%s", err, orderedjson.Indented(value, 4))
	}
}

func TestThePlanHasNotesAndTheChange(t *testing.T) {
	key := core.Resource{Kind: core.KindAccessKey, Owner: driver.UserPrincipal("ann")}
	row := policy.Row{
		Bucket: "b", Prefix: "logs/*", Actions: []string{"s3:GetObjectAcl"}, When: policy.Block{"StringLike": {"aws:SourceIp": {"10.0.0.0/8"}}},
		Unless: []policy.Block{{"Bool": {"aws:SecureTransport": {"false"}}}},
	}
	checkPrinted(t, core.Plan{
		Steps:  []core.Step{{Verb: core.Create, Resource: key, Before: &core.State{}, Final: true}},
		Notes:  []core.Note{{Code: core.NotePolicyAdded, Resource: key, Detail: "AKIA"}, {Code: core.NoteNoBoundary}},
		Change: &core.AccessChange{Gained: policy.Explanation{row}, Lost: policy.Explanation{{Resource: "arn:aws:s3:::*"}}},
	})
}

// TestTheSchemaIsClosed adds a member to each object of a plan: the schema has no such member.
func TestTheSchemaIsClosed(t *testing.T) {
	step := core.Step{Verb: core.Put, Resource: core.Resource{Kind: core.KindPolicy, Name: "p", Owner: driver.UserPrincipal("u")}, After: &core.State{Seconds: 1}}
	plan := core.Plan{Steps: []core.Step{step}, Notes: []core.Note{{Code: core.NoteUserExists, Resource: step.Resource}}, Change: &core.AccessChange{Gained: policy.Explanation{{Bucket: "b"}}}}
	value, err := planValue(&plan)
	if err != nil {
		t.Fatal(err)
	}
	text := orderedjson.Minimal(value)
	if err := checkPlan(text); err != nil {
		t.Fatal(err)
	}
	for i := range text {
		if text[i] != '{' {
			continue
		}
		if err := checkPlan(text[:i+1] + `"SecretAccessKey":"x",` + text[i+1:]); err == nil {
			t.Errorf("the schema takes a member that it does not know, after %s", text[:i+1])
		}
	}
}

// TestJSONNeedsDryRun looks at each command with --dry-run: it has --json too, and refuses it alone.
func TestJSONNeedsDryRun(t *testing.T) {
	arguments := map[string][]string{"set-key-status": {"u", "k", "active"}, "put-object": {"b", "k", "-"}, "put-objects": {"b", "f"}, "prune": {"--expired"}}
	for _, c := range commands(cli.NewInput(strings.NewReader(""))) {
		names := map[string]bool{}
		for _, o := range c.Options {
			names[o.Name] = true
		}
		if !names["dry-run"] {
			continue
		}
		if !names["json"] {
			t.Errorf("%s has --dry-run without --json", c.Name)
			continue
		}
		given := arguments[c.Name]
		if given == nil {
			given = []string{"b", "k"}[:max(1, len(c.Args))]
		}
		var stderr bytes.Buffer
		app := newApp(cli.NewInput(strings.NewReader("")))
		app.Stdout, app.Stderr = &stderr, &stderr
		if code := app.Main(t.Context(), append(append([]string{c.Name}, given...), "--json")); code != cli.ExitUsage || !strings.Contains(stderr.String(), "it needs --dry-run") {
			t.Errorf("%s --json: exit code %d, %s", c.Name, code, stderr.String())
		}
	}
}
