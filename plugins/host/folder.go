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

// staleAfter is how old a folder of a host that is gone must be. A folder is needed for a few seconds only; a host that
// cannot be seen may still be there, in another container that shares the temporary folder.
const staleAfter = time.Minute

// makeFolder makes the folder for the socket, which only this user may enter.
func makeFolder() (string, error) {
	folder, err := os.MkdirTemp(socketBase(), folderPrefix+strconv.Itoa(os.Getpid())+"-*")
	if err != nil {
		return "", fault.Wrap(fault.Unavailable, err, "no folder for the plugin's socket can be made: %v", err)
	}
	return folder, nil
}

// socketBase is the folder for temporary files, unless its name leaves no room for a socket's: 104 bytes on some systems.
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

// isStale reports whether this user made the folder for a host that is gone.
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
