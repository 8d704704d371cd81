package main

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// file is one of what is installed.
type file struct {
	// path is below the prefix, such as /usr, with slashes; from is where it is now.
	path, from string
	mode       fs.FileMode
}

// Where files are installed, below the prefix.
const (
	binFolder  = "bin/"
	docFolder  = "share/doc/s3-credentials/"
	manFolder  = "share/man/man1/"
	bashFolder = "share/bash-completion/completions/"
	zshFolder  = "share/zsh/site-functions/"
	fishFolder = "share/fish/vendor_completions.d/"
	// PowerShell looks in no folder: the file is for the user's profile to name. It is in what is for Windows alone.
	powershellFile = "share/powershell/s3-credentials.ps1"
)

// files are what is installed on a platform, by path. The folders are those in which man and the shells look by themselves, so
// that pages and completions work where the prefix is one of theirs. Windows has programs, licences and the
// completion of PowerShell only.
func (r *release) files(ctx context.Context, p platform) ([]file, error) {
	out, err := within(r.programs(p), binFolder, 0o755)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"LICENSE", "NOTICE", "README.md", "CHANGELOG.md"} {
		out = append(out, file{docFolder + name, filepath.Join(r.root, name), 0o644})
	}
	licences, err := r.licences(ctx, p)
	if err != nil {
		return nil, err
	}
	out = append(out, licences...)
	shared, err := within(r.manual(), "", 0o644)
	if err != nil {
		return nil, err
	}
	out = append(out, slices.DeleteFunc(shared, func(f file) bool { return (f.path == powershellFile) != (p.os == "windows") })...)
	slices.SortFunc(out, func(a, b file) int { return strings.Compare(a.path, b.path) })
	return out, nil
}

// within are the files of a folder and of those in it.
func within(folder, prefix string, mode fs.FileMode) ([]file, error) {
	var out []file
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		out = append(out, file{prefix + filepath.ToSlash(name), path, mode})
		return err
	})
	return out, err
}

// manual is the folder of what writeManual writes.
func (r *release) manual() string { return filepath.Join(r.work, "manual") }

// writeManual lets the program write its manual pages and completions, as files below the prefix.
func (r *release) writeManual(ctx context.Context) error {
	program := filepath.Join(r.programs(host), "s3-credentials")
	if _, err := os.Stat(program); err != nil {
		if err := r.build(ctx, host, "./cmd/s3-credentials"); err != nil {
			return err
		}
	}
	pages := filepath.Join(r.manual(), filepath.FromSlash(manFolder))
	if _, err := output(ctx, command{name: program, args: []string{"__man", pages}}); err != nil {
		return err
	}
	for shell, name := range map[string]string{
		"bash":       bashFolder + "s3-credentials",
		"zsh":        zshFolder + "_s3-credentials",
		"fish":       fishFolder + "s3-credentials.fish",
		"powershell": powershellFile,
	} {
		script, err := output(ctx, command{name: program, args: []string{"completion", shell}})
		if err != nil {
			return err
		}
		path := filepath.Join(r.manual(), filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(script+"\n"), 0o644); err != nil {
			return err
		}
	}
	return nil
}
