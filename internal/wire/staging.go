package wire

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/stale"
)

// staging is a download by path in progress. The plugin writes to a file in an empty folder beside the file that the user
// wants. The host checks the result and renames it, so that whatever a failing plugin leaves is removed with the folder.
type staging struct {
	folder, path, target string
	former               fs.FileInfo
	// lock says that a living run uses the folder; nil where none can be had.
	lock *os.File
}

func newStaging(target string) (*staging, error) {
	former, err := transfer.Former(target)
	if err != nil {
		return nil, err
	}
	folder, lock, err := stale.Create(func() (string, error) { return os.MkdirTemp(filepath.Dir(target), transfer.TemporaryPrefix) })
	if err != nil {
		return nil, transfer.WriteFault(err)
	}
	return &staging{folder: folder, path: filepath.Join(folder, filepath.Base(target)), target: target, former: former, lock: lock}, nil
}

// commit renames the file to its target, if it matches the plugin's answer.
func (s *staging) commit(c *client, detail driver.ObjectDetail) error {
	info, err := os.Lstat(s.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.New(fault.DataLoss, "the plugin %s says that it wrote the object, but did not write it to the file that it was told", c.name)
	case err != nil:
		return transfer.WriteFault(err)
	case !info.Mode().IsRegular():
		return fault.New(fault.DataLoss, "the plugin %s made something other than a regular file of the object", c.name)
	}
	if err := c.verifySize("the file that it wrote", detail.Size, info.Size()); err != nil {
		return err
	}
	if s.former != nil && s.former.Mode().Perm() != info.Mode().Perm() {
		if err := os.Chmod(s.path, s.former.Mode().Perm()); err != nil {
			return transfer.WriteFault(err)
		}
	}
	return transfer.WriteFault(os.Rename(s.path, s.target))
}

// discard removes the folder with its content. It retries, because a cancelled plugin may just be creating its temporary
// file, which it cannot once the folder is gone.
func (s *staging) discard() {
	defer s.lock.Close()
	for range 3 {
		if os.RemoveAll(s.folder) == nil {
			return
		}
	}
}

// discardStaging removes, in the plugin, the folder of a download whose host has ended, if it is empty. Files of which nobody
// knows the owner stay.
func discardStaging(path string) {
	if folder := filepath.Dir(path); strings.HasPrefix(filepath.Base(folder), transfer.TemporaryPrefix) {
		_ = os.Remove(folder)
	}
}
