package systems

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
)

// unprivileged returns a folder, and what runs a command as the user whose folder it is: never root, who would own what servers write.
// That user may not enter the cache of root, so the folder is elsewhere then.
func unprivileged(name string) (dir string, run []string, err error) {
	if os.Getuid() != 0 {
		dir, err = runDir(name)
		return dir, nil, err
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return "", nil, err
	}
	uid, uidErr := strconv.Atoi(nobody.Uid)
	gid, gidErr := strconv.Atoi(nobody.Gid)
	if err := errors.Join(uidErr, gidErr); err != nil {
		return "", nil, err
	}
	if dir, err = os.MkdirTemp("", fmt.Sprintf("s3-credentials-%s-%d-", name, os.Getpid())); err != nil {
		return "", nil, err
	}
	return dir, []string{"setpriv", "--reuid", nobody.Uid, "--regid", nobody.Gid, "--clear-groups"}, os.Chown(dir, uid, gid)
}

// within returns a path of the program that is in the folder, which the folder's user may enter.
func within(dir, program string) (string, error) {
	if os.Getuid() != 0 {
		return program, nil
	}
	path := filepath.Join(dir, filepath.Base(program))
	if os.Link(program, path) == nil {
		return path, nil
	}
	if err := copyProgram(program, path); err != nil {
		return "", err
	}
	return path, os.Chmod(path, 0o755)
}
