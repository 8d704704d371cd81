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

	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// target is the folder that objects are written into. The backend writes the files, so this process first creates and
// checks each file's folder, through an [os.Root], which no link can escape.
type target struct {
	dir  string
	mu   sync.Mutex
	root *os.Root
	// swept are the folders from which the leftovers of killed runs were removed.
	swept map[string]bool
}

// newTarget returns the folder of that name. Its first use creates it.
func newTarget(dir string) (*target, error) {
	dir, err := absolute(tidy(dir))
	if err != nil {
		return nil, fault.Wrap(fault.InvalidArgument, err, "the current folder cannot be found: %s", reason(err))
	}
	return &target{dir: dir, swept: map[string]bool{}}, nil
}

// folder creates the folder if need be, and opens it.
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

// needsFolder reports whether the file's folder does not exist yet.
func (p place) needsFolder() bool {
	_, err := os.Lstat(filepath.Dir(p.path))
	return errors.Is(err, fs.ErrNotExist)
}

// place returns where the object with that key goes. Two keys never share a place.
func (t *target) place(key string) (place, error) {
	name, err := localName(key)
	if err != nil {
		return place{}, err
	}
	return place{name: name, path: filepath.Join(t.dir, name), folder: strings.HasSuffix(key, "/")}, nil
}

// localName returns the key as a path relative to the target folder. It refuses keys that lead out of the folder and keys
// that are no valid file name.
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

// strippedByWindows reports whether Windows would change the name: it strips final dots and spaces.
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

// prepare creates the place's folder. It refuses the place if a link leads out of the target or a file is in the way.
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
	t.sweep(filepath.Dir(p.path))
	return t.checkNoFolder(p)
}

// maxSwept is how many folders are remembered: keys are listed by folder, so that few come up again.
const maxSwept = 4096

// sweep removes, once, what killed runs left in a folder.
func (t *target) sweep(folder string) {
	t.mu.Lock()
	done := t.swept[folder]
	if len(t.swept) >= maxSwept {
		clear(t.swept)
	}
	t.swept[folder] = true
	t.mu.Unlock()
	if !done {
		transfer.SweepTemporary(folder)
	}
}

// checkNoFolder fails if there is a folder at the file's path.
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

// inTheWay explains why a folder cannot be created.
func inTheWay(root *os.Root, folder string, err error) error {
	for name := folder; name != "."; name = filepath.Dir(name) {
		info, lookErr := root.Lstat(name)
		if lookErr != nil {
			continue // it does not exist, or a parent is the cause
		}
		switch {
		case info.Mode()&fs.ModeSymlink != 0:
			return fault.Wrap(fault.InvalidArgument, err, "the link '%s' leads out of the target folder", filepath.Join(root.Name(), name)).WithHint(fault.HintSingleObject)
		case !info.IsDir():
			return fault.Wrap(fault.FailedPrecondition, err, "its folder cannot be made because '%s' is a file here", filepath.Join(root.Name(), name)).WithHint(fault.HintSingleObject)
		}
		break // a folder: its parents are fine
	}
	return fault.Wrap(fault.InvalidArgument, err, "its folder cannot be made: %s", reason(err))
}

// openExisting opens the existing file; nil if there is no regular file.
func (t *target) openExisting(p place) *os.File {
	root, err := t.folder()
	if err != nil {
		return nil
	}
	if info, err := root.Lstat(p.name); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	file, _ := root.Open(p.name)
	return file
}
