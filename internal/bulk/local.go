package bulk

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Files are the local files that a list of paths stands for, each with the key it is to have.
type Files struct {
	// Count and Bytes are how many there are, and their size together.
	Count, Bytes int64
	prefix       string
	roots        []root
	// byName finds the roots that can have keys beginning with a folder's or file's name; open are those that can have any.
	byName map[string][]int
	open   []int
}

// File is one local file.
type File struct {
	// Path is as a user would write it, Key the object's key.
	Path, Key string
	Size      int64
	// Err says why the file, or all of the folder whose keys begin so, cannot be read.
	Err error
}

// root is one of the paths that the user named.
type root struct {
	path string
	// key is that of the file, or what the keys of the folder's files begin with, empty or with a slash at the end; both
	// without the prefix.
	key    string
	folder bool
}

// FindFiles finds the files that the paths stand for. A file has its name as key. A folder stands for all files in it and
// in its folders, whose keys begin with the folder's name; those of ".", ".." and "/" begin with nothing. Links to files
// are followed, links to folders only where they are named. A prefix, if any, stands before every key, with a slash between.
//
// FindFiles fails with NotFound for a path that does not exist, and with InvalidArgument for one that is neither file nor
// folder, and for two files that would have the same key. It reads all folders once; skipped, if not nil, is told of what lies
// in them and cannot be an object.
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

// All yields the files, each once, also where the paths name it twice. An error ends it.
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

// addRoot takes one of the user's paths.
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

// survey counts the files of a root and refuses keys that an earlier root has.
func (f *Files) survey(ctx context.Context, i int, skipped func(path, why string)) error {
	for file, err := range f.walk(ctx, i, skipped) {
		if err != nil {
			return err
		}
		if file.Err != nil {
			continue // it is met again, and reported, when the files are sent
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

// named reports whether an earlier root has the file too, and fails if it has another one of the same key. It looks where that
// would have to be, so that no list of keys is kept.
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

// pathOf returns the path of the root's file that has the key; empty if it has none.
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

// walk yields the files of one root, without the prefix. An error ends it.
func (f *Files) walk(ctx context.Context, i int, skipped func(path, why string)) iter.Seq2[File, error] {
	r := f.roots[i]
	return func(yield func(File, error) bool) {
		w := &walker{ctx: ctx, skipped: skipped, yield: yield}
		if r.folder {
			w.folder(r.path, r.key)
			return
		}
		w.file(r.path, r.key, 0)
	}
}
