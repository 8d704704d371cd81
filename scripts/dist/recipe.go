package main

import (
	"context"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"text/template"
)

//go:embed recipes
var recipes embed.FS

// recipe is what the templates of others' packages are filled with.
type recipe struct {
	Version, Commit, Module, Homepage, Summary, Tags string
	// URL is where the release's source is, SHA256 and SRI its checksum.
	URL, SHA256, SRI string
	Programs         []string
}

func makeHomebrew(_ context.Context, r *release) error { return r.writeRecipe("s3-credentials.rb") }

func makeNix(_ context.Context, r *release) error { return r.writeRecipe("s3-credentials.nix") }

// writeRecipe fills a template with the version and the checksum of the source.
func (r *release) writeRecipe(name string) error {
	sum, err := sha256Of(filepath.Join(r.out, r.sourceArchive()))
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("it has the checksum of the source: make the format source, too")
	}
	if err != nil {
		return err
	}
	programs, err := os.ReadDir(filepath.Join(r.root, "cmd"))
	if err != nil {
		return err
	}
	data := recipe{
		Version: r.version, Commit: r.commit, Module: module, Homepage: homepage, Summary: summary, Tags: r.tags,
		URL:    homepage + "/releases/download/v" + r.version + "/" + r.sourceArchive(),
		SHA256: hex.EncodeToString(sum), SRI: "sha256-" + base64.StdEncoding.EncodeToString(sum),
	}
	for _, p := range programs {
		data.Programs = append(data.Programs, p.Name())
	}
	slices.Sort(data.Programs)
	parsed, err := template.New(name+".tmpl").ParseFS(recipes, "recipes/"+name+".tmpl")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(r.out, name), func(w io.Writer) error { return parsed.Execute(w, data) })
}
