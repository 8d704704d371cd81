package host

import (
	"runtime"
	"slices"
	"strings"
)

// passed are the variables of this process that a plugin inherits; a final "*" matches any suffix. Others may be secrets,
// of other programs or of this one: a plugin receives S3_CREDENTIALS_SECRET_KEY only through Open.
var passed = []string{
	// what every program needs
	"HOME", "PATH", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "LC_*", "XDG_*",
	// where S3 programs find credentials, regions and endpoints
	"AWS_*", "MINIO_*", "MC_*",
	// network access
	"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
	// debugging of Go and Python programs, and where those are installed
	"GODEBUG", "GORACE", "GOTRACEBACK", "GOCOVERDIR", "GOMEMLIMIT", "GOMAXPROCS", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV",
	"LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
	// this project's own
	"S3_CREDENTIALS_LOG", "S3_CREDENTIALS_PLUGIN_*",
}

// passedOnWindows are the variables that programs on Windows need.
var passedOnWindows = []string{
	"SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "APPDATA", "LOCALAPPDATA",
	"PROGRAMDATA", "TEMP", "TMP", "PATHEXT", "COMSPEC", "USERNAME",
}

// secretKey goes through Open alone, whatever the backend's name is.
const secretKey = "S3_CREDENTIALS_SECRET_KEY"

// environment selects what the plugin of a backend inherits from a list of NAME=VALUE, and adds its settings. The settings of a system that
// S3 has no words for are in variables of this project that begin with the backend's name, and no other backend gets them.
func environment(backend string, all []string, settings map[string]string) []string {
	own := "S3_CREDENTIALS_" + variable(backend) + "_"
	names := append(passed[:len(passed):len(passed)], own+"*")
	if runtime.GOOS == "windows" {
		names = append(names[:len(names):len(names)], passedOnWindows...)
	}
	var out []string
	for _, setting := range all {
		name, _, _ := strings.Cut(setting, "=")
		if isPassed(name, names) && name != secretKey {
			out = append(out, setting)
		}
	}
	for name, value := range settings {
		out = append(out, own+variable(name)+"="+value) // of two of a name, a program gets the last
	}
	return out
}

// inherited leaves out the variables that say where AWS's services are, if a profile is to say that.
func inherited(all []string, byProfile bool) []string {
	return slices.DeleteFunc(all, func(setting string) bool { return byProfile && strings.HasPrefix(setting, "AWS_ENDPOINT_URL") })
}

// variable writes a name as those of variables are.
func variable(name string) string { return strings.ToUpper(strings.ReplaceAll(name, "-", "_")) }

func isPassed(name string, names []string) bool {
	if runtime.GOOS == "windows" {
		name = strings.ToUpper(name)
	}
	for _, pattern := range names {
		if prefix, any := strings.CutSuffix(pattern, "*"); name == pattern || any && strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
