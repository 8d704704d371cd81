package bulk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// tidy removes repeated and final separators, and "." elements. Unlike filepath.Clean it keeps "..", which leads
// elsewhere after a link.
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

// lastName returns the last element of a tidied path; empty for ".", ".." and a volume or root.
func lastName(path string) string {
	name := path[strings.LastIndexByte(path, filepath.Separator)+1:]
	if name == "." || name == ".." || name == filepath.VolumeName(path) {
		return ""
	}
	return name
}

// join appends a name to a tidied path.
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

// reason returns the operating system's error without the path, which the sentence around it already names.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
