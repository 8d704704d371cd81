// Package examples holds what a new backend begins with. It is taken from the examples of docs/plugins.md, which the tests
// build and run.
package examples

import (
	"embed"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/plugins/proto"
)

//go:embed skeleton python/.gitignore python/build python/plugin.py python/requirements.txt
var sources embed.FS

// Languages returns the languages that there is a skeleton in.
func Languages() []string { return []string{"go", "python"} }

// File is a file of a skeleton. Its path has slashes.
type File struct {
	Path, Content string
	Executable    bool
}

// goVersion is that of this module, which a backend's module must not be below.
const goVersion = "1.26.0"

// Skeleton returns the files of a backend of that name, in one of the Languages: it passes the conformance suite, and
// declares nothing.
func Skeleton(language, name string) []File {
	if language == "go" {
		return append(named(name, "skeleton/go"), File{Path: "go.mod", Content: "module example.com/s3-credentials-backend-" + name + "\n\ngo " + goVersion + "\n"})
	}
	files := named(name, "skeleton/python")
	for _, from := range []string{".gitignore", "build", "plugin.py", "requirements.txt"} {
		f := File{Path: from, Content: read(sources, "python/"+from), Executable: from == "build"}
		if same := slices.IndexFunc(files, func(f File) bool { return f.Path == from }); same >= 0 {
			files[same].Content = f.Content + files[same].Content
			continue
		}
		f.Content = strings.NewReplacer("name=folder\n", "name="+name+"\n", "/../../plugins/proto\n", "/proto\n").Replace(f.Content)
		files = append(files, f)
	}
	return append(files, contract()...)
}

// Commands returns what to type in the folder of a new backend, to build and try it: those of its README.md.
func Commands(language, name string) []string {
	var all []string
	for _, f := range Skeleton(language, name) {
		for line := range strings.Lines(f.Content) {
			if command, indented := strings.CutPrefix(line, "    "); indented && f.Path == "README.md" {
				all = append(all, strings.TrimSpace(command))
			}
		}
	}
	return all
}

// named returns the files of a folder for a backend of that name, which there is acme.
func named(name, folder string) []File {
	var files []File
	for _, from := range paths(sources, folder) {
		files = append(files, File{Path: path.Base(from), Content: strings.ReplaceAll(read(sources, from), "acme", name)})
	}
	return files
}

// contract returns the files of the wire contract.
func contract() []File {
	var files []File
	for _, from := range paths(proto.Files, ".") {
		files = append(files, File{Path: "proto/" + from, Content: read(proto.Files, from)})
	}
	return files
}

// paths returns the files in a folder. What is embedded can always be read.
func paths(in fs.FS, folder string) []string {
	var all []string
	err := fs.WalkDir(in, folder, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			all = append(all, name)
		}
		return err
	})
	if err != nil {
		panic(err)
	}
	return all
}

func read(in fs.FS, name string) string {
	content, err := fs.ReadFile(in, name)
	if err != nil {
		panic(err)
	}
	return string(content)
}
