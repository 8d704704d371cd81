package host

import (
	"runtime"
	"strings"
)

// A plugin does not inherit this process's environment, in which there may be secrets of other programs and of this
// one (S3_CREDENTIALS_SECRET_KEY, which reaches the plugin through Open where it is meant to). It gets these variables,
// where a final "*" stands for any rest of a name.
var passed = []string{
	// what every program needs
	"HOME", "PATH", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "LANG", "LC_*", "XDG_*",
	// the ways in which S3 programs find credentials, regions and endpoints
	"AWS_*", "MINIO_*", "MC_*",
	// how to get through to the network
	"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy",
	// how Go and Python programs are looked into, and run from where they were installed
	"GODEBUG", "GOTRACEBACK", "GOCOVERDIR", "GOMEMLIMIT", "GOMAXPROCS", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV",
	"LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
	// this project's own that a plugin may know
	"S3_CREDENTIALS_LOG", "S3_CREDENTIALS_PLUGIN_*",
}

// passedOnWindows is what programs there do not work without.
var passedOnWindows = []string{
	"SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "APPDATA", "LOCALAPPDATA",
	"PROGRAMDATA", "TEMP", "TMP", "PATHEXT", "COMSPEC", "USERNAME",
}

// environment selects from a list of NAME=VALUE what a plugin gets.
func environment(all []string) []string {
	names := passed
	if runtime.GOOS == "windows" {
		names = append(names[:len(names):len(names)], passedOnWindows...)
	}
	var out []string
	for _, setting := range all {
		name, _, _ := strings.Cut(setting, "=")
		if isPassed(name, names) {
			out = append(out, setting)
		}
	}
	return out
}

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
