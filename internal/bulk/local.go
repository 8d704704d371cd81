package bulk

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Files are the local files that a list of paths stands for, with their keys.
type Files struct {
	// Count and Bytes are the number of files and their total size.
	Count, Bytes int64
	prefix       string
	roots        []root
	// byName finds the roots whose keys begin with that name; open are the roots whose keys can be anything.
	byName map[string][]int
	open   []int
}

// File is one local file.
type File struct {
	// Path is the path as a user would write it, Key the object's key.
	Path, Key string
	Size      int64
	// Err says why the file, or the folder whose keys begin with Key, cannot be read.
	Err error
}

// root is one of the paths that the user named.
type root struct {
	path string
	// key is the file's key, or the beginning of the folder's keys: empty or with a final slash. Both lack the prefix.
	key    string
	folder bool
}

// FindFiles finds the files that the paths stand for. The key of a file is its name. A folder stands for all files below
// it; their keys begin with the folder's name, except for ".", ".." and "/". It follows links to files, and links to
// folders only if paths names them. The prefix, if any, precedes every key, followed by a slash.
//
// FindFiles fails with NotFound for a path that does not exist, and with InvalidArgument for a path that is neither file
// nor folder, and for two files with the same key. It reads all folders once and calls skipped, if not nil, for each
// entry that cannot be an object.
func FindFiles(ctx context.Context, paths []string, prefix string, skipped func(path, why string)) (*Files, error) {
	if !utf8.ValidString(prefix) {
		return nil, fault.New(fault.InvalidArgument, "the prefix %q is not valid UTF-8, which a key must be", prefix)
	}
	if prefix != "" && !strings.HasSuffix(prefix, "/") {
		prefix += "/"
	}
	f := &Files{prefix: prefix, byName: map[string][]int{}}
	for _, path := range paths {
		if err := f.addRoot(path); err != nil {
			return nil, err
		}
	}
	for i := range f.roots {
		if err := f.survey(ctx, i, skipped); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// All yields each file once, even if the paths name it twice. An error ends the sequence.
func (f *Files) All(ctx context.Context) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		for i := range f.roots {
			for file, err := range f.walk(ctx, i, nil) {
				again := false
				if err == nil && file.Err == nil {
					again, file.Err = f.named(i, file)
				}
				file.Key = f.prefix + file.Key
				if !again && !yield(file, err) {
					return
				}
			}
		}
	}
}

func (f *Files) addRoot(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.Wrap(fault.NotFound, err, "the path '%s' does not exist; nothing was sent", path)
	case err != nil:
		return fault.Wrap(fault.InvalidArgument, err, "the path '%s' cannot be read: %s; nothing was sent", path, reason(err))
	case !info.IsDir() && !info.Mode().IsRegular():
		return fault.New(fault.InvalidArgument, "the path '%s' is neither a file nor a folder; nothing was sent", path)
	}
	r := root{path: tidy(path), folder: info.IsDir()}
	name := lastName(r.path)
	r.key = name
	if r.folder && name != "" {
		r.key += "/"
	}
	f.roots = append(f.roots, r)
	if i := len(f.roots) - 1; name == "" {
		f.open = append(f.open, i)
	} else {
		f.byName[name] = append(f.byName[name], i)
	}
	return nil
}

// survey counts the files of a root and refuses keys that an earlier root already uses.
func (f *Files) survey(ctx context.Context, i int, skipped func(path, why string)) error {
	for file, err := range f.walk(ctx, i, skipped) {
		if err != nil {
			return err
		}
		if file.Err != nil {
			continue // the upload reports it
		}
		again, err := f.named(i, file)
		if err != nil {
			return err
		}
		if !again {
			f.Count++
			f.Bytes += file.Size
		}
	}
	return nil
}

// named reports whether an earlier root contains the file too, and fails if one has another file with the same key. It
// looks that file up on disk, so it keeps no list of keys.
func (f *Files) named(i int, file File) (again bool, err error) {
	first, _, _ := strings.Cut(file.Key, "/")
	for _, candidates := range [][]int{f.byName[first], f.open} {
		for _, j := range candidates {
			if j >= i {
				break
			}
			other := f.roots[j].pathOf(file.Key)
			if other == "" {
				continue
			}
			if !sameFile(other, file.Path) {
				return false, fault.New(fault.InvalidArgument, "'%s' and '%s' would both have the key '%s'",
					other, file.Path, f.prefix+file.Key).WithHint(fault.HintOtherPrefix)
			}
			again = true
		}
	}
	return again, nil
}

// pathOf returns the path of the root's file with that key; empty if there is none.
func (r root) pathOf(key string) string {
	if !r.folder {
		if key == r.key {
			return r.path
		}
		return ""
	}
	rest, ok := strings.CutPrefix(key, r.key)
	if !ok {
		return ""
	}
	names := strings.Split(rest, "/")
	path := r.path
	for _, folder := range names[:len(names)-1] {
		path = join(path, folder)
		if info, err := os.Lstat(path); err != nil || !info.IsDir() {
			return ""
		}
	}
	path = join(path, names[len(names)-1])
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	return path
}

// walk yields the files of one root. Their keys lack the prefix. An error ends the sequence.
func (f *Files) walk(ctx context.Context, i int, skipped func(path, why string)) iter.Seq2[File, error] {
	r := f.roots[i]
	return func(yield func(File, error) bool) {
		w := &walker{ctx: ctx, skipped: skipped, yield: yield}
		if transfer.IsTemporary(lastName(r.path), r.folder) {
			w.skip(r.path, "it is a part of an unfinished download")
			return
		}
		if r.folder {
			w.folder(r.path, r.key)
			return
		}
		w.file(r.path, r.key, 0)
	}
}
