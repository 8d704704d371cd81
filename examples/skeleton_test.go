package examples

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// fence finds the blocks of a page: what language they are in, the name of the file that they are, and their text.
var fence = regexp.MustCompile("(?ms)^```([a-z]*)(?: ([a-z./]+))?\n(.*?)^```$")

// block is one of them.
type block struct{ language, name, text string }

func readGuide(t *testing.T) []block {
	t.Helper()
	guide, err := os.ReadFile("../docs/plugins.md")
	if err != nil {
		t.Fatal(err)
	}
	return blocksOf(string(guide))
}

func blocksOf(page string) []block {
	var blocks []block
	for _, found := range fence.FindAllStringSubmatch(page, -1) {
		blocks = append(blocks, block{found[1], found[2], found[3]})
	}
	return blocks
}

// TestTheGuideShowsTheSkeleton compares the files in the guide with those that "plugins new acme" writes.
func TestTheGuideShowsTheSkeleton(t *testing.T) {
	files := map[string]string{}
	for _, f := range Skeleton("go", "acme") {
		files[f.Path] = f.Content
	}
	shown := 0
	for _, b := range readGuide(t) {
		if b.language != "go" {
			continue
		}
		shown++
		if b.text != files[b.name] {
			t.Errorf("the guide's %s is not what examples/skeleton/go has", b.name)
		}
	}
	if shown != 2 {
		t.Errorf("the guide shows %d files", shown)
	}
}

func TestASkeletonHasItsName(t *testing.T) {
	for _, language := range Languages() {
		for _, f := range Skeleton(language, "zebra") {
			for _, other := range []string{"acme", "name=folder", "../plugins/proto"} {
				if strings.Contains(f.Content, other) {
					t.Errorf("the %s file %s says %q", language, f.Path, other)
				}
			}
		}
	}
}

func TestTheGoVersionIsThisModules(t *testing.T) {
	module, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(module), "\ngo "+goVersion+"\n") {
		t.Errorf("go.mod has another version than %s", goVersion)
	}
}

// workflow is what matters of a GitHub workflow.
type workflow struct {
	Jobs map[string]struct {
		RunsOn string `yaml:"runs-on"`
		Steps  []struct{ Uses, Run string }
	}
}

// runLines returns the shell lines of the workflow, each step's by itself.
func runLines(t *testing.T, text string) []string {
	t.Helper()
	var w workflow
	if err := yaml.Unmarshal([]byte(text), &w); err != nil {
		t.Fatal(err)
	}
	var runs []string
	for _, job := range w.Jobs {
		for _, step := range job.Steps {
			if step.Run != "" {
				runs = append(runs, step.Run)
			}
			if (step.Run == "") == (step.Uses == "") || job.RunsOn == "" {
				t.Errorf("a step runs %q and uses %q", step.Run, step.Uses)
			}
		}
	}
	return runs
}

func TestTheWorkflowRunsTheSuite(t *testing.T) {
	for _, b := range readGuide(t) {
		if b.language == "yaml" {
			if runs := strings.Join(runLines(t, b.text), ""); !strings.Contains(runs, "s3-credentials-conformance --plugin") {
				t.Errorf("it runs\n%s", runs)
			}
			return
		}
	}
	t.Error("the guide has no workflow")
}
