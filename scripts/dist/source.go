package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// sourceName is the name of the source's folder, and of its archive with an ending.
func (r *release) sourceName() string { return "s3-credentials-" + r.version + "-source" }

func (r *release) sourceArchive() string { return r.sourceName() + ".tar.gz" }

// makeSource packs the source, and all that it is built of: it can be built without a network, and whoever gets the program
// that is under the AGPL gets its source.
func makeSource(ctx context.Context, r *release) error {
	folder := filepath.Join(r.work, r.sourceName())
	list, err := output(ctx, command{dir: r.root, name: "git", args: []string{"ls-files", "-z"}})
	if err != nil {
		return err
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(list, "\x00"), "\x00") {
		from := filepath.Join(r.root, name)
		info, err := os.Stat(from)
		if err != nil {
			return err
		}
		mode := os.FileMode(0o644)
		if info.Mode()&0o100 != 0 {
			mode = 0o755
		}
		if err := copyFile(from, filepath.Join(folder, name), mode); err != nil {
			return err
		}
	}
	if _, err := output(ctx, command{dir: folder, env: []string{"GOFLAGS=", "GOWORK=off"}, name: "go", args: []string{"mod", "vendor"}}); err != nil {
		return err
	}
	files, err := within(folder, r.sourceName()+"/", 0o644)
	if err != nil {
		return err
	}
	for i, f := range files {
		info, err := os.Stat(f.from)
		if err != nil {
			return err
		}
		if info.Mode()&0o100 != 0 {
			files[i].mode = 0o755
		}
	}
	slices.SortFunc(files, func(a, b file) int { return strings.Compare(a.path, b.path) })
	return writeFile(filepath.Join(r.out, r.sourceArchive()), func(w io.Writer) error { return writeTarGz(w, files, r.time) })
}
