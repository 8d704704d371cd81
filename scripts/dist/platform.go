package main

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// platform is what Go calls so.
type platform struct{ os, arch string }

var allPlatforms = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64"}

// host is where this program runs.
var host = platform{runtime.GOOS, runtime.GOARCH}

func (p platform) String() string { return p.os + "/" + p.arch }

// name is the platform in the names of files.
func (p platform) name() string { return p.os + "-" + p.arch }

func parsePlatforms(list string) ([]platform, error) {
	var out []platform
	for _, name := range strings.Fields(list) {
		if !slices.Contains(allPlatforms, name) {
			return nil, fmt.Errorf("nothing is made for %q: use %s", name, strings.Join(allPlatforms, ", "))
		}
		os, arch, _ := strings.Cut(name, "/")
		out = append(out, platform{os, arch})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("name a platform: %s", strings.Join(allPlatforms, ", "))
	}
	return out, nil
}
