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

// folderPrefix begins the name of a socket folder; the host's process id and a random suffix follow.
const folderPrefix = "s3-credentials-"

// staleAfter is the age at which a folder is removed if its host does not run. A folder is needed for only a few seconds,
// but its host may be invisible: it may run in another container that shares the temporary folder.
const staleAfter = time.Minute

// makeFolder creates a socket folder that only this user may enter, and that nobody else can exchange for one of theirs:
// credentials go over the socket.
func makeFolder() (string, error) {
	folder, err := os.MkdirTemp(socketBase(), folderPrefix+strconv.Itoa(os.Getpid())+"-*")
	if err != nil {
		return "", fault.Wrap(fault.Unavailable, err, "no folder for the plugin's socket can be made: %v", err)
	}
	where, why, err := exchangeable(folder)
	switch {
	case err != nil:
		err = fault.Wrap(fault.Unavailable, err, "the folder for the plugin's socket cannot be looked at: %v", err)
	case why != "":
		err = fault.New(fault.FailedPrecondition, "no plugin was started: its socket would be in %s, and %s %s, or set TMPDIR to another folder",
			filepath.Dir(folder), where, why)
	default:
		return folder, nil
	}
	_ = os.Remove(folder) // it is empty, and the first error is the one to report
	return "", err
}

// socketBase is the folder for temporary files, or /tmp if its path is too long: a socket's path is limited to 104 bytes
// on macOS and 108 on Linux.
func socketBase() string {
	if base := os.TempDir(); len(base) <= 50 || runtime.GOOS == "windows" {
		return base
	}
	return "/tmp"
}

// sweep removes folders of hosts that were killed before they removed them.
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

// isStale reports whether this user owns the folder and its host no longer runs.
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
