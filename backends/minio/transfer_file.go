package minio

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// replacement is a file that takes another's place, or comes into being, all at once.
type replacement struct {
	*os.File
	path string
	done bool
}

// newReplacement makes the temporary file, in the same folder, so that it can be renamed.
func newReplacement(path string) (*replacement, error) {
	old, err := os.Stat(path)
	replaces := err == nil
	if replaces && !old.Mode().IsRegular() {
		return nil, fault.New(fault.InvalidArgument, "%s is not a regular file", path)
	}
	file, err := os.OpenFile(filepath.Join(filepath.Dir(path), ".s3-credentials-"+rand.Text()+".part"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, writeFault(err)
	}
	r := &replacement{File: file, path: path}
	if replaces {
		if err := file.Chmod(old.Mode().Perm()); err != nil {
			r.discard()
			return nil, writeFault(err)
		}
	}
	return r, nil
}

// commit puts the file in its place.
func (r *replacement) commit() error {
	if err := r.Close(); err != nil {
		return writeFault(err)
	}
	if err := os.Rename(r.Name(), r.path); err != nil {
		return writeFault(err)
	}
	r.done = true
	return nil
}

// discard removes the file, unless it is in its place.
func (r *replacement) discard() {
	if !r.done {
		_ = r.Close()
		_ = os.Remove(r.Name())
	}
}

// writeFault says that the bytes have no place to go to.
func writeFault(err error) error {
	code := fault.InvalidArgument
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		code = fault.ResourceExhausted
	}
	return fault.Wrap(code, err, "the output cannot be written: %v", err)
}
