package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// readCommit takes version, commit and time from git, where they are not given: a release's version is its tag, any other
// commit's the one that Go gives it, such as 1.2.4-0.20260102030405-0123456789ab after v1.2.3.
func (r *release) readCommit(ctx context.Context) error {
	git := func(args ...string) (string, error) {
		return output(ctx, command{dir: r.root, name: "git", args: args})
	}
	log, err := git("log", "-1", "--format=%ct %H")
	if err != nil && (r.version == "" || os.Getenv(epochVariable) == "") {
		return fmt.Errorf("outside of a clone, give the version, and %s: %w", epochVariable, err)
	}
	seconds, hash, _ := strings.Cut(log, " ")
	if given := os.Getenv(epochVariable); given != "" {
		seconds = given
	}
	epoch, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return fmt.Errorf("%s is no time: %w", epochVariable, err)
	}
	r.time, r.commit = time.Unix(epoch, 0).UTC(), hash[:min(12, len(hash))]
	if r.version != "" {
		r.version = strings.TrimPrefix(r.version, "v")
		return checkVersion(r.version)
	}
	// Without a tag before it there is no description.
	described, _ := git("describe", "--tags", "--long", "--match", "v[0-9]*")
	changed, err := git("status", "--porcelain", "--untracked-files=no")
	if err != nil {
		return err
	}
	r.version = versionOf(described, r.time, r.commit)
	if changed != "" {
		r.version += "+changed"
	}
	return checkVersion(r.version)
}

// epochVariable is that of reproducible builds.
const epochVariable = "SOURCE_DATE_EPOCH"

var (
	// versions are those that each format can say in its own way.
	versions  = regexp.MustCompile(`^(\d+)\.(\d+)\.(\d+)(?:-(rc|beta|alpha)\.(\d+)|-(?:0\.)?(\d{14})-[0-9a-f]{12})?(\+changed)?$`)
	described = regexp.MustCompile(`^v(.*)-(\d+)-g[0-9a-f]+$`)
)

func checkVersion(version string) error {
	if !versions.MatchString(version) {
		return fmt.Errorf("%q is no version: use 1.2.3, or 1.2.3-rc.1 before it", version)
	}
	return nil
}

// versionOf is the version of a commit that git describes with the tag before it, the number of commits since, and its hash.
func versionOf(description string, at time.Time, commit string) string {
	pseudo := at.UTC().Format("20060102150405") + "-" + commit
	tag := described.FindStringSubmatch(description)
	if tag == nil {
		return "0.0.0-" + pseudo
	}
	if tag[2] == "0" {
		return tag[1]
	}
	v := versions.FindStringSubmatch(tag[1])
	if v == nil {
		return tag[1] // which is refused
	}
	patch, _ := strconv.Atoi(v[3]) // it has digits only
	if v[4] == "" {
		patch++ // what comes after a release, comes before the next one
	}
	return fmt.Sprintf("%s.%s.%d-0.%s", v[1], v[2], patch, pseudo)
}

// pythonVersion is the version in PyPI's form.
func pythonVersion(version string) string {
	v := versions.FindStringSubmatch(version)
	out := strings.Join(v[1:4], ".")
	switch {
	case v[4] != "":
		out += map[string]string{"alpha": "a", "beta": "b", "rc": "rc"}[v[4]] + v[5]
	case v[6] != "":
		out += ".dev" + v[6]
	}
	if v[7] != "" {
		out += v[7]
	}
	return out
}
