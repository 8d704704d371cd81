package bulk

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// target is the folder that objects are written into. The backend writes the files, so each one's folder is made and
// looked at here first: through an [os.Root], which no link leads out of.
type target struct {
	dir  string
	mu   sync.Mutex
	root *os.Root
}

// newTarget returns the folder of that name, which is made when it is first needed.
func newTarget(dir string) (*target, error) {
	dir, err := absolute(tidy(dir))
	if err != nil {
		return nil, fault.Wrap(fault.InvalidArgument, err, "the current folder cannot be found: %s", reason(err))
	}
	return &target{dir: dir}, nil
}

// folder returns the folder itself, which is there afterwards.
func (t *target) folder() (*os.Root, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.root != nil {
		return t.root, nil
	}
	if err := os.MkdirAll(t.dir, 0o777); err != nil {
		return nil, fault.Wrap(fault.InvalidArgument, err, "cannot make the folder '%s': %s", t.dir, reason(err))
	}
	root, err := os.OpenRoot(t.dir)
	if err != nil {
		return nil, fault.Wrap(fault.InvalidArgument, err, "cannot open the folder '%s': %s", t.dir, reason(err))
	}
	t.root = root
	return root, nil
}

// close frees what the target holds.
func (t *target) close() {
	if t.root != nil {
		t.root.Close()
	}
}

// place is where an object's file goes.
type place struct {
	// name is relative to the target, path absolute.
	name, path string
	// folder says that the object only marks a folder.
	folder bool
}

// needsFolder reports whether the folder that the file goes into is not there yet.
func (p place) needsFolder() bool {
	_, err := os.Lstat(filepath.Dir(p.path))
	return errors.Is(err, fs.ErrNotExist)
}

// place returns where the object of that key goes. Two keys never have the same place.
func (t *target) place(key string) (place, error) {
	name, err := localName(key)
	if err != nil {
		return place{}, err
	}
	return place{name: name, path: filepath.Join(t.dir, name), folder: strings.HasSuffix(key, "/")}, nil
}

// localName returns the name that a key has in the file system, relative to the target folder. It refuses keys that lead
// out of it, and those that are no file's name as they stand.
func localName(key string) (string, error) {
	slashed := strings.TrimSuffix(key, "/")
	if path.IsAbs(key) || strings.HasPrefix(path.Clean(slashed)+"/", "../") {
		return "", fault.New(fault.InvalidArgument, "the key leads out of the target folder").WithHint(fault.HintSingleObject)
	}
	name, err := filepath.Localize(slashed)
	if err != nil || name == "." || strippedByWindows(slashed) {
		return "", fault.New(fault.InvalidArgument, "no file can have this name here").WithHint(fault.HintSingleObject)
	}
	return name, nil
}

// strippedByWindows reports whether Windows would make another name of it.
func strippedByWindows(slashed string) bool {
	if runtime.GOOS != "windows" {
		return false
	}
	for part := range strings.SplitSeq(slashed, "/") {
		if strings.HasSuffix(part, ".") || strings.HasSuffix(part, " ") {
			return true
		}
	}
	return false
}

// prepare makes the folder that the place lies in, or that it is, and refuses it if a link leads out of the target or a
// file is in the way.
func (t *target) prepare(p place) error {
	root, err := t.folder()
	if err != nil {
		return err
	}
	folder := filepath.Dir(p.name)
	if p.folder {
		folder = p.name
	}
	if err := root.MkdirAll(folder, 0o777); err != nil {
		return inTheWay(root, folder, err)
	}
	return t.checkNoFolder(p)
}

// checkNoFolder fails if a folder stands where the file has to be.
func (t *target) checkNoFolder(p place) error {
	root, err := t.folder()
	if err != nil || p.folder {
		return err
	}
	if info, err := root.Lstat(p.name); err == nil && info.IsDir() {
		return fault.New(fault.FailedPrecondition, "the file cannot be written because '%s' is a folder here", p.path).WithHint(fault.HintSingleObject)
	}
	return nil
}

// inTheWay says why a folder cannot be made.
func inTheWay(root *os.Root, folder string, err error) error {
	for name := folder; name != "."; name = filepath.Dir(name) {
		info, lookErr := root.Lstat(name)
		if lookErr != nil {
			continue // not there, or behind what is looked at next
		}
		switch {
		case info.Mode()&fs.ModeSymlink != 0:
			return fault.Wrap(fault.InvalidArgument, err, "the link '%s' leads out of the target folder", filepath.Join(root.Name(), name)).WithHint(fault.HintSingleObject)
		case !info.IsDir():
			return fault.Wrap(fault.FailedPrecondition, err, "its folder cannot be made because '%s' is a file here", filepath.Join(root.Name(), name)).WithHint(fault.HintSingleObject)
		}
		break // a folder: what is above it is fine
	}
	return fault.Wrap(fault.InvalidArgument, err, "its folder cannot be made: %s", reason(err))
}

// openExisting opens the file that is there already; nil if there is none, or something else.
func (t *target) openExisting(p place) *os.File {
	root, err := t.folder()
	if err != nil {
		return nil
	}
	if info, err := root.Lstat(p.name); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	file, err := root.Open(p.name)
	if err != nil {
		return nil
	}
	return file
}
