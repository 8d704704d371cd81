//go:build !windows

package host

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// maxLinks is how many symbolic links may lead to a file.
const maxLinks = 40

// exchangeable returns the first place on the way to a file or folder where another user than this one and root could
// put something else, and why; empty if there is none. It goes the way that the system goes, so each link and each folder
// up to the root has to belong to root or to this user, and not everybody may write to it. In a folder for temporary
// files, each may only move what is theirs: folders of this user are safe there, but not files or links, as others can
// make new names for those that they do not own. Groups may write: many users have a group of their own.
func exchangeable(path string) (where, why string, err error) {
	if !filepath.IsAbs(path) {
		working, err := os.Getwd()
		if err != nil {
			return "", "", err
		}
		path = working + "/" + path
	}
	at, rest := "/", strings.Split(path, "/")
	for links := 0; len(rest) > 0; {
		step := rest[0]
		rest = rest[1:]
		to := filepath.Join(at, step) // no link is left in at, so that ".." is its parent
		info, err := os.Lstat(to)
		if err != nil {
			return "", "", err
		}
		if where, why, err := unsafeIn(at, to, info); why != "" || err != nil {
			return where, why, err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			at = to
			continue
		}
		if links++; links > maxLinks {
			return "", "", syscall.ELOOP
		}
		target, err := os.Readlink(to)
		if err != nil {
			return "", "", err
		}
		if filepath.IsAbs(target) {
			at = "/"
		}
		rest = append(strings.Split(target, "/"), rest...)
	}
	return "", "", nil
}

// unsafeIn says what is unsafe of a file and of the folder that it is in.
func unsafeIn(folder, file string, info fs.FileInfo) (where, why string, err error) {
	folderInfo, err := os.Lstat(folder)
	if err != nil {
		return "", "", err
	}
	if why := unsafe(folderInfo, os.Geteuid(), info.IsDir()); why != "" {
		return folder, why, nil
	}
	return file, unsafe(info, os.Geteuid(), info.IsDir()), nil
}

// unsafe says why a user may not trust a file or folder; empty if nothing is wrong. shared permits a folder for temporary
// files.
func unsafe(info fs.FileInfo, user int, shared bool) string {
	isLink := info.Mode()&fs.ModeSymlink != 0 // its permissions mean nothing
	if info.Mode().Perm()&0o002 != 0 && !isLink && !(shared && info.Mode()&fs.ModeSticky != 0) {
		return "may be written by everybody; run chmod o-w on it"
	}
	if owner, ok := ownerOf(info); ok && owner != 0 && owner != user {
		return fmt.Sprintf("belongs to the user with the id %d, neither to you nor to root; make it yours with chown", owner)
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
