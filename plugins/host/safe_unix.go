//go:build !windows

package host

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// maxLinks is how many symbolic links may lead to a plugin's file.
const maxLinks = 40

// checkSafe refuses with FailedPrecondition a file that somebody else could have put there or could exchange: the file and its
// folder, and the folder of each link that leads to it, belong to root or to this user, and not everybody may write to
// them. A folder for temporary files, in which each may only delete what is theirs, is refused too: others can put new
// files there. Groups may write: many users have a group of their own. Nobody that this check does not trust can change
// the file between the check and its start.
func checkSafe(name, path string) error {
	for range maxLinks {
		folder, err := filepath.EvalSymlinks(filepath.Dir(path))
		if err != nil {
			return cannotCheck(name, path, err)
		}
		path = filepath.Join(folder, filepath.Base(path))
		info, err := os.Lstat(path)
		if err != nil {
			return cannotCheck(name, path, err)
		}
		if err := checkSafeFile(name, folder); err != nil {
			return err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			return checkSafeFile(name, path)
		}
		to, err := os.Readlink(path)
		if err != nil {
			return cannotCheck(name, path, err)
		}
		if !filepath.IsAbs(to) {
			to = folder + string(filepath.Separator) + to
		}
		path = to
	}
	return cannotCheck(name, path, syscall.ELOOP)
}

func cannotCheck(name, path string, err error) error {
	return fault.Wrap(fault.Unavailable, err, "the plugin %s cannot be started: %s cannot be read", name, path)
}

// checkSafeFile is checkSafe for one file or folder that is no link.
func checkSafeFile(name, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return cannotCheck(name, path, err)
	}
	if why := unsafe(info, os.Geteuid()); why != "" {
		return fault.New(fault.FailedPrecondition, "the plugin %s was not started: %s %s", name, path, why)
	}
	return nil
}

// unsafe says why a user may not trust a file or folder; empty if nothing is wrong.
func unsafe(info fs.FileInfo, user int) string {
	if info.Mode().Perm()&0o002 != 0 {
		return "may be written by everybody; run chmod o-w on it, or keep plugins elsewhere"
	}
	if owner, ok := ownerOf(info); ok && owner != 0 && owner != user {
		return fmt.Sprintf("belongs to the user with the id %d, neither to you nor to root", owner)
	}
	return ""
}

// ownerOf returns the id of the user that owns a file.
func ownerOf(info fs.FileInfo) (int, bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Uid), true
}
