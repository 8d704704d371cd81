package bulk

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// walker walks through folders in the file system's order: sorting would keep all names of a folder in memory. Its
// methods return false to end the walk.
type walker struct {
	ctx     context.Context
	skipped func(path, why string)
	yield   func(File, error) bool
}

// entriesAtOnce is how many names of a folder are kept in memory.
const entriesAtOnce = 1024

// folder yields the files of a folder, then those of its subfolders. It reads the folder twice rather than keep the
// subfolders' names.
func (w *walker) folder(path, key string) bool {
	folders, goOn := w.entries(path, key, false)
	if goOn && folders {
		_, goOn = w.entries(path, key, true)
	}
	return goOn
}

// entries handles the folder's files, or its subfolders, and reports whether there are any subfolders.
func (w *walker) entries(path, key string, wantFolders bool) (folders, goOn bool) {
	dir, err := os.Open(path)
	if err != nil {
		return false, w.unreadable(path, key, err)
	}
	defer dir.Close()
	for {
		if w.ctx.Err() != nil {
			w.yield(File{}, w.ctx.Err())
			return false, false
		}
		entries, err := dir.ReadDir(entriesAtOnce)
		for _, e := range entries {
			folders = folders || e.IsDir()
			if e.IsDir() == wantFolders && !w.entry(e, join(path, e.Name()), key+e.Name()) {
				return folders, false
			}
		}
		if err == io.EOF {
			return folders, true
		}
		if err != nil {
			return folders, w.unreadable(path, key, err)
		}
	}
}

// entry yields a file, or walks a subfolder.
func (w *walker) entry(e fs.DirEntry, path, key string) bool {
	if transfer.IsTemporary(e.Name(), e.IsDir()) {
		return w.skip(path, "it is a part of an unfinished download")
	}
	if e.IsDir() && utf8.ValidString(e.Name()) {
		return w.folder(path, key+"/")
	}
	return w.file(path, key, e.Type())
}

// file yields a file, following links, or reports why the entry is no file.
func (w *walker) file(path, key string, mode fs.FileMode) bool {
	if !utf8.ValidString(key) {
		return w.yield(File{
			Path: path, Key: strings.ToValidUTF8(key, "\ufffd"),
			Err: fault.New(fault.InvalidArgument, "the name of %q is not valid UTF-8, which a key must be; rename it", path),
		}, nil)
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.Mode().IsRegular():
		return w.yield(File{Path: path, Key: key, Size: info.Size()}, nil)
	case err == nil && info.IsDir():
		return w.skip(path, "it is a link to a folder")
	case err == nil:
		return w.skip(path, "it is no regular file")
	case mode&fs.ModeSymlink != 0 && errors.Is(err, fs.ErrNotExist):
		return w.skip(path, "it is a link to nothing")
	}
	return w.yield(File{Path: path, Key: key, Err: fault.Wrap(fault.InvalidArgument, err, "the file '%s' cannot be read: %s", path, reason(err))}, nil)
}

// skip reports an entry that cannot be an object.
func (w *walker) skip(path, why string) bool {
	if w.skipped != nil {
		w.skipped(path, why)
	}
	return true
}

// unreadable yields a folder's error.
func (w *walker) unreadable(path, key string, err error) bool {
	return w.yield(File{Path: path, Key: key, Err: fault.Wrap(fault.InvalidArgument, err, "the folder '%s' cannot be read: %s", path, reason(err))}, nil)
}
