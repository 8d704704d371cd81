//go:build !windows

package auth

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// closes returns the command that makes a file that others can read the user's alone; empty for a file that is so already.
func closes(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return ""
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return ""
	}
	info, err := os.Stat(path)
	switch {
	case err != nil || !info.Mode().IsRegular(): // a pipe is read once only
		return ""
	case isForeign(info, os.Geteuid()):
		return "chown and chmod 600"
	case isOpen(path, info):
		return "chmod 600"
	}
	return ""
}

// isForeign reports whether a file belongs to another user than this one and root, who reads whatever is there. The owner
// of a file can always read it, and replace the key in it.
func isForeign(info fs.FileInfo, user int) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Uid != 0 && int(stat.Uid) != user
}

// isOpen reports whether every user of this machine can read a file: its permissions say so, and those of all folders
// above it let them get there. Groups may read: many users have a group of their own.
func isOpen(path string, info fs.FileInfo) bool {
	if info.Mode().Perm()&0o004 == 0 {
		return false
	}
	for folder := filepath.Dir(path); ; folder = filepath.Dir(folder) {
		if info, err := os.Stat(folder); err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		if folder == filepath.Dir(folder) {
			return true
		}
	}
}
