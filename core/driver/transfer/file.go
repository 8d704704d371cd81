package transfer

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/stale"
)

// Replacement is a file that takes another's place, or comes into being, all at once. It is not synced to the disk
// first: that would cost more than the transfer. Where it matters, the caller calls Sync before Commit.
type Replacement struct {
	*os.File
	path string
	done bool
	// lock says that a living run uses the file; nil where none can be had.
	lock *os.File
}

// TemporaryPrefix begins the names of the files and folders that hold unfinished downloads, beside what they are to become.
const TemporaryPrefix = ".s3-credentials-"

// temporarySuffix ends the names of such files.
const temporarySuffix = ".part"

// IsTemporary reports whether a file or folder of that name holds an unfinished download.
func IsTemporary(name string, folder bool) bool {
	return strings.HasPrefix(name, TemporaryPrefix) && (folder || strings.HasSuffix(name, temporarySuffix))
}

// SweepTemporary removes from a folder what holds unfinished downloads of this user's runs that were killed. What a living run
// uses stays, and what cannot be looked at. On Windows everything stays.
func SweepTemporary(folder string) { stale.Sweep(folder, IsTemporary) }

// NewReplacement makes the temporary file, in the same folder, so that it can be renamed, and with the permissions of the
// file that it is to replace. It fails as [Former] and [WriteFault] say. The caller calls Discard in any case.
func NewReplacement(path string) (*Replacement, error) {
	former, err := Former(path)
	if err != nil {
		return nil, err
	}
	r := &Replacement{path: path}
	if _, r.lock, err = stale.Create(r.create); err != nil {
		return nil, WriteFault(err)
	}
	if former != nil {
		if err := r.Chmod(former.Mode().Perm()); err != nil {
			r.Discard()
			return nil, WriteFault(err)
		}
	}
	return r, nil
}

// create makes the temporary file and returns its path.
func (r *Replacement) create() (string, error) {
	if r.File != nil {
		_ = r.Close() // a former one, which was removed at once
	}
	var err error
	name := filepath.Join(filepath.Dir(r.path), TemporaryPrefix+rand.Text()+temporarySuffix)
	r.File, err = os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	return name, err
}

// Former looks at the file that is to be replaced; nil if there is none. InvalidArgument for what is no regular file.
func Former(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, nil // writing says what is wrong, if anything is
	case !info.Mode().IsRegular():
		return nil, fault.New(fault.InvalidArgument, "%s is not a regular file", path)
	}
	return info, nil
}

// Commit puts the file in its place. It may be closed already, where another program writes it by its name.
func (r *Replacement) Commit() error {
	defer r.lock.Close()
	err := r.Close()
	if err == nil || errors.Is(err, os.ErrClosed) {
		err = os.Rename(r.Name(), r.path)
	}
	r.done = err == nil
	return WriteFault(err)
}

// Discard removes the file, unless it is in its place.
func (r *Replacement) Discard() {
	if !r.done {
		_ = r.Close()
		_ = os.Remove(r.Name())
		_ = r.lock.Close()
	}
}

// WriteFault is the fault for an error of the output: ResourceExhausted for a full disk or quota, else InvalidArgument;
// nil for nil.
func WriteFault(err error) error {
	if err == nil {
		return nil
	}
	code := fault.InvalidArgument
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		code = fault.ResourceExhausted
	}
	return fault.Wrap(code, err, "the output cannot be written: %v", err)
}
