package main

import (
	"context"
	"debug/buildinfo"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
)

// bom is a bill of materials in the form of CycloneDX 1.6.
type bom struct {
	Format       string       `json:"bomFormat"`
	SpecVersion  string       `json:"specVersion"`
	Version      int          `json:"version"`
	Metadata     bomMetadata  `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type bomMetadata struct {
	Timestamp string    `json:"timestamp"`
	Component component `json:"component"`
}

type component struct {
	Ref      string    `json:"bom-ref"`
	Type     string    `json:"type"`
	Name     string    `json:"name"`
	Version  string    `json:"version,omitempty"`
	Licenses []licence `json:"licenses,omitempty"`
	PURL     string    `json:"purl,omitempty"`
}

type licence struct {
	License struct {
		ID string `json:"id"`
	} `json:"license"`
}

type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn,omitempty"`
}

// makeSBOM says which modules, and which Go, each program is made of, on any platform, by what Go wrote into the programs.
func makeSBOM(_ context.Context, r *release) error {
	libraries, uses := map[string]component{}, map[string]map[string]bool{}
	for _, p := range r.platforms {
		programs, err := os.ReadDir(r.programs(p))
		if err != nil {
			return err
		}
		for _, program := range programs {
			info, err := buildinfo.ReadFile(filepath.Join(r.programs(p), program.Name()))
			if err != nil {
				return err
			}
			name := strings.TrimSuffix(program.Name(), ".exe")
			if uses[name] == nil {
				uses[name] = map[string]bool{}
			}
			for _, module := range linked(info) {
				c := library(module)
				libraries[c.Ref], uses[name][c.Ref] = c, true
			}
		}
	}
	content, err := json.MarshalIndent(r.bom(libraries, uses), "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(r.out, "s3-credentials-"+r.version+".cdx.json"), func(w io.Writer) error {
		_, err := w.Write(append(content, '\n'))
		return err
	})
}

// linked are the modules in a program, and Go's standard library.
func linked(info *debug.BuildInfo) []debug.Module {
	out := []debug.Module{{Path: "std", Version: strings.TrimPrefix(info.GoVersion, "go")}}
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		out = append(out, *module)
	}
	return out
}

func library(module debug.Module) component {
	purl := "pkg:golang/" + module.Path + "@" + module.Version
	return component{Ref: purl, Type: "library", Name: module.Path, Version: module.Version, PURL: purl}
}

func (r *release) bom(libraries map[string]component, uses map[string]map[string]bool) bom {
	out := bom{
		Format: "CycloneDX", SpecVersion: "1.6", Version: 1,
		Metadata: bomMetadata{
			Timestamp: r.stamp(),
			Component: component{Ref: module, Type: "application", Name: "s3-credentials", Version: r.version, PURL: "pkg:golang/" + module + "@v" + r.version},
		},
	}
	programs := slices.Sorted(maps.Keys(uses))
	for _, name := range programs {
		id := "Apache-2.0"
		if name == agplProgram {
			id = "AGPL-3.0-or-later"
		}
		c := component{Ref: name, Type: "application", Name: name, Version: r.version, Licenses: make([]licence, 1)}
		c.Licenses[0].License.ID = id
		out.Components = append(out.Components, c)
		out.Dependencies = append(out.Dependencies, dependency{name, slices.Sorted(maps.Keys(uses[name]))})
	}
	out.Dependencies = append(out.Dependencies, dependency{module, programs})
	for _, ref := range slices.Sorted(maps.Keys(libraries)) {
		out.Components = append(out.Components, libraries[ref])
	}
	return out
}
