package connect

import (
	"errors"
	"fmt"
	"path/filepath"
)

// absolute refuses a relative path: which one the environment or the config file would mean depends on the folder that a run
// happens to be in, which may be somebody else's.
func absolute(path string) error {
	if path != "" && !filepath.IsAbs(path) {
		return fmt.Errorf("'%s' is relative; only the command line may name what depends on the current folder", path)
	}
	return nil
}

// absolutePath makes a path absolute, for another process.
func absolutePath(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	return filepath.Abs(path)
}

// lastingFile refuses the "-" that elsewhere is standard output: a record of changes is to last.
func lastingFile(path string) (string, error) {
	if path == "-" {
		return "", errors.New("it must be a file, not standard output")
	}
	return path, nil
}

func absoluteFolders(value string) error {
	for _, dir := range filepath.SplitList(value) {
		if err := absolute(dir); err != nil {
			return err
		}
	}
	return nil
}
