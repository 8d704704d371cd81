package bulk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// tidy drops what does not change a path's meaning: repeated and final separators, and "." as a part. Unlike
// filepath.Clean it keeps "..", which leads elsewhere after a link.
func tidy(path string) string {
	volume := filepath.VolumeName(path)
	rest := path[len(volume):]
	var parts []string
	for _, part := range strings.FieldsFunc(rest, func(r rune) bool { return r < 0x80 && os.IsPathSeparator(uint8(r)) }) {
		if part != "." {
			parts = append(parts, part)
		}
	}
	tidied := strings.Join(parts, string(filepath.Separator))
	if rest != "" && os.IsPathSeparator(rest[0]) {
		tidied = string(filepath.Separator) + tidied
	}
	if volume+tidied == "" {
		return "."
	}
	return volume + tidied
}

// lastName returns the last part of a tidied path as the beginning of a key; empty for those that are no name.
func lastName(path string) string {
	name := path[strings.LastIndexByte(path, filepath.Separator)+1:]
	if name == "." || name == ".." || name == filepath.VolumeName(path) {
		return ""
	}
	return name
}

// join puts a name after a tidied path.
func join(folder, name string) string {
	switch {
	case folder == ".":
		return name
	case os.IsPathSeparator(folder[len(folder)-1]):
		return folder + name
	}
	return folder + string(filepath.Separator) + name
}

// absolute makes a path absolute and keeps its "..".
func absolute(path string) (string, error) {
	if filepath.IsAbs(path) {
		return path, nil
	}
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	return join(here, path), nil
}

// sameFile reports whether two paths lead to one file.
func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}

// reason returns what the operating system said, without the path that the sentence around it names already.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
