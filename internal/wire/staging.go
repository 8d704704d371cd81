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
)

// stagingPrefix begins the name of the folder that a download goes to first.
const stagingPrefix = ".s3-credentials-"

// staging is a download by path on its way. The plugin does not get the name of the file that the user wants, but one
// in an empty folder beside it: whatever the plugin leaves there when it dies or lies goes with the folder, and the file
// that the user wants is replaced here, after a look at what came.
type staging struct {
	folder, path, target string
	former               fs.FileInfo
}

func newStaging(target string) (*staging, error) {
	former, err := transfer.Former(target)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(filepath.Dir(target), stagingPrefix)
	if err != nil {
		return nil, transfer.WriteFault(err)
	}
	return &staging{folder: folder, path: filepath.Join(folder, filepath.Base(target)), target: target, former: former}, nil
}

// commit puts the file in its place, if it is what the plugin says it is.
func (s *staging) commit(c *Client, detail driver.ObjectDetail) error {
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

// discard removes the folder and what is in it. A plugin that was just cancelled may be about to make its temporary
// file: once the folder is gone, it cannot.
func (s *staging) discard() {
	for range 3 {
		if os.RemoveAll(s.folder) == nil {
			return
		}
	}
}

// discardStaging removes, in the plugin, the folder of a download whose host is gone. It is empty if the backend cleaned
// up after itself; one that is not stays, as it is not known whose the files are.
func discardStaging(path string) {
	if folder := filepath.Dir(path); strings.HasPrefix(filepath.Base(folder), stagingPrefix) {
		_ = os.Remove(folder)
	}
}
