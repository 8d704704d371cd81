package host

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Prefix is what the name of every plugin's file begins with.
const Prefix = "s3-credentials-backend-"

// EnvDirs is the variable that lists further folders to search, separated as in PATH.
const EnvDirs = "S3_CREDENTIALS_PLUGIN_DIR"

// Found is a plugin's file.
type Found struct {
	Name, Path string
	// Source says which of the searched places the file is in: "--plugin-dir", EnvDirs, "beside s3-credentials",
	// "user data" or "PATH".
	Source string
	// Problem says why it cannot be started; empty if nothing is known to be wrong.
	Problem string
	// Shadowed says that another file of the same name comes first.
	Shadowed bool
}

var namePattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func checkName(name string) error {
	if len(name) <= 64 && namePattern.MatchString(name) {
		return nil
	}
	return fault.New(fault.InvalidArgument,
		"%q is not a backend's name: use small letters, digits and hyphens, as in --backend minio", name)
}

// nameOf returns the name of the backend that a file is, or the file's own if it is called otherwise.
func nameOf(path string) string {
	base := filepath.Base(path)
	if runtime.GOOS == "windows" {
		base = strings.TrimSuffix(base, ".exe")
	}
	return strings.TrimPrefix(base, Prefix)
}

// place is one searched folder.
type place struct{ source, dir string }

// places lists the folders in the order in which they are searched. Relative folders are left out, besides those that
// the user named for this run: the current folder is no place to find programs in.
func places(o Options) []place {
	var out []place
	add := func(source, dir string) {
		if filepath.IsAbs(dir) {
			out = append(out, place{source, filepath.Clean(dir)})
		}
	}
	for _, dir := range o.Dirs {
		if abs, err := filepath.Abs(dir); err == nil && dir != "" {
			add("--plugin-dir", abs)
		}
	}
	for _, dir := range filepath.SplitList(os.Getenv(EnvDirs)) {
		add(EnvDirs, dir)
	}
	if self, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(self); err == nil {
			self = real
		}
		add("beside s3-credentials", filepath.Dir(self))
	}
	add("user data", userFolder())
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		add("PATH", dir)
	}
	return out
}

// userFolder is where a user's own plugins are; empty if there is no such place.
func userFolder() string {
	data := os.Getenv("XDG_DATA_HOME")
	if !filepath.IsAbs(data) {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		data = filepath.Join(home, ".local", "share")
		if runtime.GOOS == "windows" && os.Getenv("LOCALAPPDATA") != "" {
			data = os.Getenv("LOCALAPPDATA")
		}
	}
	return filepath.Join(data, "s3-credentials", "plugins")
}

// Discover returns every plugin there is, in the order of the search; o.Name, if set, selects one name.
func Discover(o Options) []Found {
	var out []Found
	seen, searched := map[string]bool{}, map[string]bool{}
	for _, place := range places(o) {
		if searched[place.dir] {
			continue
		}
		searched[place.dir] = true
		entries, err := os.ReadDir(place.dir)
		if err != nil {
			continue
		}
		for _, entry := range entries {
			f, ok := candidate(place, entry.Name())
			if !ok || o.Name != "" && f.Name != o.Name {
				continue
			}
			f.Shadowed = seen[f.Name]
			seen[f.Name] = seen[f.Name] || f.Problem == ""
			out = append(out, f)
		}
	}
	return out
}

// candidate reports whether the file has a plugin's name, and what is wrong with it otherwise.
func candidate(in place, base string) (Found, bool) {
	if !strings.HasPrefix(base, Prefix) || runtime.GOOS == "windows" && !strings.HasSuffix(base, ".exe") {
		return Found{}, false
	}
	f := Found{Name: nameOf(base), Path: filepath.Join(in.dir, base), Source: in.source}
	if checkName(f.Name) != nil {
		return Found{}, false
	}
	if err := checkExecutable(f.Name, f.Path); err != nil {
		f.Problem = err.Error()
	}
	return f, true
}

// find returns the first usable file for o.Name. It looks for that one name only, without listing folders.
func find(o Options) (Found, error) {
	file := Prefix + o.Name
	if runtime.GOOS == "windows" {
		file += ".exe"
	}
	var unusable error
	for _, place := range places(o) {
		path := filepath.Join(place.dir, file)
		if _, err := os.Stat(path); err != nil {
			continue
		}
		err := checkExecutable(o.Name, path)
		if err == nil {
			return Found{Name: o.Name, Path: path, Source: place.source}, nil
		}
		if unusable == nil {
			unusable = err
		}
	}
	if unusable != nil {
		return Found{}, unusable
	}
	return Found{}, missing(o, file)
}

// missing says where was looked.
func missing(o Options, file string) error {
	var looked []string
	for _, place := range places(o) {
		if place.source != "PATH" {
			looked = append(looked, place.dir)
		}
	}
	return fault.New(fault.Unavailable,
		"there is no backend %q: no %s in %s, nor in a folder of PATH; install it, or name its folder with --plugin-dir",
		o.Name, file, strings.Join(looked, ", "))
}
