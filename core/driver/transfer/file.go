package transfer

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Replacement is a file that takes another's place, or comes into being, all at once. It is not synced to the disk
// first: that would cost more than the transfer, and no tool of this kind does it.
type Replacement struct {
	*os.File
	path string
	done bool
}

// NewReplacement makes the temporary file, in the same folder, so that it can be renamed, and with the permissions of the
// file that it is to replace. InvalidArgument for what is no regular file or cannot be written. The caller calls Discard in any case.
func NewReplacement(path string) (*Replacement, error) {
	old, err := os.Stat(path)
	replaces := err == nil
	if replaces && !old.Mode().IsRegular() {
		return nil, fault.New(fault.InvalidArgument, "%s is not a regular file", path)
	}
	name := filepath.Join(filepath.Dir(path), ".s3-credentials-"+rand.Text()+".part")
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, WriteFault(err)
	}
	r := &Replacement{File: file, path: path}
	if replaces {
		if err := file.Chmod(old.Mode().Perm()); err != nil {
			r.Discard()
			return nil, WriteFault(err)
		}
	}
	return r, nil
}

// Commit puts the file in its place.
func (r *Replacement) Commit() error {
	if err := r.Close(); err != nil {
		return WriteFault(err)
	}
	if err := os.Rename(r.Name(), r.path); err != nil {
		return WriteFault(err)
	}
	r.done = true
	return nil
}

// Discard removes the file, unless it is in its place.
func (r *Replacement) Discard() {
	if !r.done {
		_ = r.Close()
		_ = os.Remove(r.Name())
	}
}

// WriteFault says that the bytes have no place to go to: ResourceExhausted for a full disk, else InvalidArgument.
func WriteFault(err error) error {
	code := fault.InvalidArgument
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		code = fault.ResourceExhausted
	}
	return fault.Wrap(code, err, "the output cannot be written: %v", err)
}

// OpenRegular opens a file for reading, and says how long it is. It looks before: opening a pipe would wait for its
// other end. InvalidArgument for what is no regular file or cannot be read.
func OpenRegular(path string) (*os.File, int64, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, 0, fault.New(fault.InvalidArgument, "%s is not a regular file", path)
	}
	var file *os.File
	if err == nil {
		file, err = os.Open(path)
	}
	if err != nil {
		return nil, 0, fault.Wrap(fault.InvalidArgument, err, "the file cannot be read: %v", err)
	}
	return file, info.Size(), nil
}
