// Package version says which build of this project a program is.
package version

import (
	"runtime/debug"
	"strings"
	"sync"
)

// A release may set these: go build -ldflags "-X .../internal/version.number=1.2.3 -X .../internal/version.commit=...".
var number, commit string

// unreleased is the version of a build that Go knows no version of, such as one of a changed work tree.
const unreleased = "0.0.0-devel"

// Number returns the version without a "v", such as 1.2.3: the one set when the program was built, else that of its
// module, else 0.0.0-devel.
func Number() string { return read().number }

// Full returns the version, followed by the commit where one is known: 1.2.3 (commit 0123456789ab, modified).
func Full() string {
	b := read()
	if b.commit == "" {
		return b.number
	}
	return b.number + " (commit " + b.commit + ")"
}

// build is what is known of the running program.
type build struct{ number, commit string }

var read = sync.OnceValue(func() build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return of(number, commit, info)
})

// of returns the build that was set by the linker, or else read from the build information.
func of(number, commit string, info *debug.BuildInfo) build {
	b := build{number: number, commit: commit}
	if b.number == "" {
		b.number = info.Main.Version
	}
	if b.number == "" || b.number == "(devel)" {
		b.number = unreleased
	}
	b.number = strings.TrimPrefix(b.number, "v")
	if b.commit == "" {
		b.commit = commitOf(info.Settings)
	}
	return b
}

// commitOf returns the first twelve digits of the commit, and whether the work tree differed from it; empty if Go knows none.
func commitOf(settings []debug.BuildSetting) string {
	value := map[string]string{}
	for _, s := range settings {
		value[s.Key] = s.Value
	}
	revision := value["vcs.revision"]
	if revision == "" {
		return ""
	}
	revision = revision[:min(12, len(revision))]
	if value["vcs.modified"] == "true" {
		return revision + ", modified"
	}
	return revision
}
