//go:build !windows

package auth

import (
	"os"
	"path/filepath"
)

// isOpen reports whether every user of this machine can read a regular file: its permissions say so, and those of all
// folders above it let them get there. Groups may read: many users have a group of their own. A pipe is read once only.
func isOpen(path string) bool {
	path, err := filepath.Abs(path)
	if err != nil {
		return false
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return false
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o004 == 0 {
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
