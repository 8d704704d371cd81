package host

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Prefix begins the name of every plugin's file; the backend's name follows, and ".exe" on Windows.
const Prefix = "s3-credentials-backend-"

// EnvDirs is the environment variable that lists further folders to search, separated as in PATH.
const EnvDirs = "S3_CREDENTIALS_PLUGIN_DIR"

// Source is a place where plugins are searched.
type Source string

// The sources, in the order of the search.
const (
	// SourceDirs: a folder of Options.Dirs.
	SourceDirs Source = "dirs"
	// SourceEnvironment: a folder of the variable EnvDirs.
	SourceEnvironment Source = "environment"
	// SourceProgram: the folder of the running program, after symbolic links.
	SourceProgram Source = "program"
	// SourceUser: s3-credentials/plugins in XDG_DATA_HOME, ~/.local/share or, on Windows, LOCALAPPDATA.
	SourceUser Source = "user"
	// SourcePath: a folder of PATH.
	SourcePath Source = "path"
)

// servedBy names the program of each backend that comes without one of its own. It gets the backend's name as its argument.
var servedBy = map[string]string{
	"ceph":      "aws",
	"garage":    "aws",
	"rustfs":    "minio",
	"seaweedfs": "aws",
	"versitygw": "aws",
}

// argumentsFor are the arguments of a plugin's program.
func argumentsFor(name, path string) []string {
	if program, shared := servedBy[name]; shared && nameOf(path) == program {
		return []string{name}
	}
	return nil
}

// filesOf returns the names of the files that may serve a backend, its own first.
func filesOf(name string) []string {
	files := []string{Prefix + name}
	if program, shared := servedBy[name]; shared {
		files = append(files, Prefix+program)
	}
	if runtime.GOOS == "windows" {
		for i := range files {
			files[i] += ".exe"
		}
	}
	return files
}

// Found is a plugin's file.
type Found struct {
	// Name is the backend's name, and Path the absolute path of the file, which serves several backends for some names.
	Name, Path string
	// Source is the place that the file was found in.
	Source Source
	// Problem says why the file cannot be started (Unavailable), or why it is refused (FailedPrecondition: somebody else
	// may have put it there); nil if no problem is known.
	Problem error
	// Shadowed says that an earlier file with the same name is started, or refused, instead.
	Shadowed bool
}

var namePattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// CheckName returns InvalidArgument for what is no backend's name: it has at most 64 lower-case letters, digits and single
// hyphens.
func CheckName(name string) error {
	if len(name) <= 64 && namePattern.MatchString(name) {
		return nil
	}
	return fault.New(fault.InvalidArgument,
		"%q is not a backend's name: use small letters, digits and hyphens, as in minio", name)
}

// nameOf returns the backend's name from a plugin's path, or the whole file name if it does not begin with Prefix.
func nameOf(path string) string {
	base := filepath.Base(path)
	if runtime.GOOS == "windows" {
		base = strings.TrimSuffix(base, ".exe")
	}
	return strings.TrimPrefix(base, Prefix)
}

// place is one folder to search.
type place struct {
	source Source
	dir    string
}

// places lists the folders in search order. It accepts relative folders only from o.Dirs, which the user named for this
// run: nothing else may start programs relative to the working folder.
func places(o Options) []place {
	var out []place
	add := func(source Source, dir string) {
		if filepath.IsAbs(dir) {
			out = append(out, place{source, filepath.Clean(dir)})
		}
	}
	for _, dir := range o.Dirs {
		if abs, err := filepath.Abs(dir); err == nil && dir != "" {
			add(SourceDirs, abs)
		}
	}
	for _, dir := range filepath.SplitList(os.Getenv(EnvDirs)) {
		add(SourceEnvironment, dir)
	}
	if self, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(self); err == nil {
			self = real
		}
		add(SourceProgram, filepath.Dir(self))
	}
	add(SourceUser, userFolder())
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		add(SourcePath, dir)
	}
	return out
}

// userFolder is the folder for the user's plugins; empty if the user has no home.
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

// Discover returns the plugins in all searched folders, in search order. Of the options only Dirs and Name apply; Name, if
// set, selects one name. It skips folders that it cannot read, and starts nothing.
func Discover(o Options) []Found {
	var out []Found
	seen, searched := map[string]bool{}, map[string]bool{}
	for _, place := range places(o) {
		real, err := filepath.EvalSymlinks(place.dir) // PATH often has /usr/bin, and /bin, which is a link to it
		if err != nil || searched[real] {
			continue
		}
		searched[real] = true
		entries, err := os.ReadDir(place.dir)
		if err != nil {
			continue
		}
		for _, f := range candidates(place, entries) {
			if o.Name != "" && f.Name != o.Name {
				continue
			}
			f.Shadowed = seen[f.Name]
			seen[f.Name] = seen[f.Name] || decides(f.Problem)
			out = append(out, f)
		}
	}
	return out
}

// candidates returns the plugins of a folder: those with a program of their own, then those that another program serves.
func candidates(in place, entries []os.DirEntry) []Found {
	var own, shared []Found
	for _, entry := range entries {
		f, ok := candidate(in, entry.Name())
		if !ok {
			continue
		}
		own = append(own, f)
		for _, name := range slices.Sorted(maps.Keys(servedBy)) {
			if servedBy[name] == f.Name {
				shared = append(shared, Found{Name: name, Path: f.Path, Source: f.Source, Problem: f.Problem})
			}
		}
	}
	return append(own, shared...)
}

// candidate returns the plugin for a file name; false if that is no plugin's name.
func candidate(in place, base string) (Found, bool) {
	if !strings.HasPrefix(base, Prefix) || runtime.GOOS == "windows" && !strings.HasSuffix(base, ".exe") {
		return Found{}, false
	}
	f := Found{Name: nameOf(base), Path: filepath.Join(in.dir, base), Source: in.source}
	if CheckName(f.Name) != nil {
		return Found{}, false
	}
	f.Problem = checkExecutable(f.Name, f.Path)
	return f, true
}

// decides reports whether a file ends the search for its name: it is started, or it is refused as somebody else's. To go on
// after a refusal would start another plugin than the one that is expected, without a word.
func decides(problem error) bool {
	return problem == nil || errors.Is(problem, fault.FailedPrecondition)
}

// find returns the path of the first usable file for o.Name. It lists no folders.
func find(o Options) (string, error) {
	var unusable error
	files := filesOf(o.Name)
	for _, place := range places(o) {
		for _, file := range files {
			path := filepath.Join(place.dir, file)
			if _, err := os.Stat(path); err != nil {
				continue
			}
			err := checkExecutable(o.Name, path)
			if decides(err) {
				return path, err
			}
			if unusable == nil {
				unusable = err
			}
		}
	}
	if unusable != nil {
		return "", unusable
	}
	return "", missing(o, files[len(files)-1])
}

// missing is the error for a plugin that was not found.
func missing(o Options, file string) error {
	var looked []string
	for _, place := range places(o) {
		if place.source != SourcePath {
			looked = append(looked, place.dir)
		}
	}
	return fault.New(fault.Unavailable,
		"there is no backend %q: no %s in %s, nor in a folder of PATH%s",
		o.Name, file, strings.Join(looked, ", "), installLine(file)).WithHint(fault.HintPluginFolder)
}

// installLine says how to install the program of a backend of this project; empty for anybody else's.
func installLine(file string) string {
	file = strings.TrimSuffix(file, ".exe")
	if !slices.Contains(slices.Collect(maps.Values(servedBy)), strings.TrimPrefix(file, Prefix)) {
		return ""
	}
	return " (go install github.com/s3-credentials/s3-credentials/cmd/" + file + "@latest makes it)"
}
