package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// The program that links code under the AGPL, and the module whose licence that is.
const (
	agplProgram = "s3-credentials-backend-minio"
	agplModule  = "github.com/minio/madmin-go/v3"
)

// licenceFiles are the files that must go along with what is made of a module.
var licenceFiles = regexp.MustCompile(`(?i)^(licen[cs]es?|copying|notice|patents)([._-].*)?$`)

// licences are those of what the programs link, each module's in a folder of its own, and the AGPL with what is said of the
// program that is under it. A module without a licence is an error: nobody may pass it on.
func (r *release) licences(ctx context.Context, p platform) ([]file, error) {
	const format = `{{with .Module}}{{if not .Main}}{{.Path}}	{{.Dir}}{{end}}{{end}}`
	list, err := output(ctx, command{dir: r.root, env: goEnv(p), name: "go",
		args: []string{"list", "-deps", "-tags", r.tags, "-f", format, "./cmd/..."}})
	if err != nil {
		return nil, err
	}
	goroot, err := output(ctx, command{name: "go", args: []string{"env", "GOROOT"}})
	if err != nil {
		return nil, err
	}
	lines := slices.DeleteFunc(strings.Split(list, "\n"), func(line string) bool { return line == "" })
	slices.Sort(lines)
	out := []file{{docFolder + agplProgram + "/LICENSE.md", filepath.Join(r.root, "backends", "minio", "LICENSE.md"), 0o644}}
	for _, line := range append(slices.Compact(lines), "go\t"+goroot) {
		module, dir, _ := strings.Cut(line, "\t")
		found, err := licencesOf(module, dir)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
		if module == agplModule {
			out = append(out, file{docFolder + agplProgram + "/AGPL-3.0.txt", filepath.Join(dir, "LICENSE"), 0o644})
		}
	}
	return out, nil
}

func licencesOf(module, dir string) ([]file, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []file
	for _, entry := range entries {
		if !entry.IsDir() && licenceFiles.MatchString(entry.Name()) && !strings.HasSuffix(entry.Name(), ".go") {
			out = append(out, file{docFolder + "licenses/" + module + "/" + entry.Name(), filepath.Join(dir, entry.Name()), 0o644})
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s has no licence in %s", module, dir)
	}
	return out, nil
}
