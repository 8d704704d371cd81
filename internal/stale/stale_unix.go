//go:build !windows

package stale

import (
	"errors"
	"os"
	"syscall"
)

// open opens a file, for writing because NFS wants that for a lock, or a folder.
func open(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.EISDIR) {
		file, err = os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_DIRECTORY, 0)
	}
	return file, err
}

// hold locks a file or folder that this run has made.
func hold(path string) (*os.File, error) {
	file, err := open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, errSwept
	}
	if err != nil {
		return nil, nil // no lock can be had: nobody else gets one either
	}
	if err := flock(file, syscall.LOCK_EX); err != nil {
		file.Close()
		return nil, nil
	}
	if !isAt(file, path) {
		file.Close()
		return nil, errSwept
	}
	return file, nil
}

// removeIfDead removes a file or folder of this user that no living run holds. The lock is kept until it is gone, so that
// its maker cannot lock it in between without noticing.
func removeIfDead(path string) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() && !info.IsDir() {
		return
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); !ok || int(stat.Uid) != os.Geteuid() {
		return
	}
	file, err := open(path)
	if err != nil {
		return
	}
	defer file.Close()
	if flock(file, syscall.LOCK_EX|syscall.LOCK_NB) == nil && isAt(file, path) {
		_ = os.RemoveAll(path)
	}
}

func flock(file *os.File, how int) error {
	for {
		if err := syscall.Flock(int(file.Fd()), how); err != syscall.EINTR {
			return err
		}
	}
}

// isAt reports whether an open file is still at its path.
func isAt(file *os.File, path string) bool {
	opened, err := file.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(opened, there)
}
