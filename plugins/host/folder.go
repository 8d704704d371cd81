package host

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// folderPrefix begins the name of the folder for a plugin's socket; the host's process id and something random follow.
const folderPrefix = "s3-credentials-"

// staleAfter is the age from which a folder is removed if its host does not run. A folder is needed for a few seconds only,
// but a host that cannot be seen may run in another container that shares the temporary folder.
const staleAfter = time.Minute

// makeFolder makes a folder for the socket that only this user may enter.
func makeFolder() (string, error) {
	folder, err := os.MkdirTemp(socketBase(), folderPrefix+strconv.Itoa(os.Getpid())+"-*")
	if err != nil {
		return "", fault.Wrap(fault.Unavailable, err, "no folder for the plugin's socket can be made: %v", err)
	}
	return folder, nil
}

// socketBase is the folder for temporary files, or /tmp where its path is too long for a socket in it: the path of a socket
// has at most 104 bytes on macOS and 108 on Linux.
func socketBase() string {
	if base := os.TempDir(); len(base) <= 50 || runtime.GOOS == "windows" {
		return base
	}
	return "/tmp"
}

// sweep removes folders of hosts that were killed between making the folder and removing it.
func sweep(base string) {
	folders, err := filepath.Glob(filepath.Join(base, folderPrefix+"[0-9]*-*"))
	if err != nil {
		return
	}
	for _, folder := range folders {
		if isStale(folder) {
			_ = os.RemoveAll(folder)
		}
	}
}

// isStale reports whether this user made the folder for a host that no longer runs.
func isStale(folder string) bool {
	number, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(folder), folderPrefix), "-")
	pid, err := strconv.Atoi(number)
	if err != nil || pid <= 0 || pid == os.Getpid() {
		return false
	}
	info, err := os.Lstat(folder)
	return err == nil && info.IsDir() && info.Mode().Perm() == 0o700 && time.Since(info.ModTime()) > staleAfter &&
		isOwn(info) && isGone(pid)
}
