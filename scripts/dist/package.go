package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	homepage    = "https://" + module
	summary     = "Credentials for S3 buckets with the least permission that does the job"
	licenceName = "Apache-2.0 AND AGPL-3.0-or-later"
)

// nfpmConfig is the part of nfpm's configuration that is used here.
type nfpmConfig struct {
	Name        string        `json:"name"`
	Arch        string        `json:"arch"`
	Platform    string        `json:"platform"`
	Version     string        `json:"version"`
	Section     string        `json:"section"`
	Priority    string        `json:"priority"`
	Maintainer  string        `json:"maintainer"`
	Description string        `json:"description"`
	Homepage    string        `json:"homepage"`
	License     string        `json:"license"`
	MTime       string        `json:"mtime"`
	Contents    []nfpmContent `json:"contents"`
	RPM         struct {
		BuildHost string `json:"buildhost"`
	} `json:"rpm"`
}

type nfpmContent struct {
	Source      string `json:"src"`
	Destination string `json:"dst"`
	Info        struct {
		Mode  int    `json:"mode"`
		MTime string `json:"mtime"`
		Owner string `json:"owner"`
		Group string `json:"group"`
	} `json:"file_info"`
}

// makePackage makes a package in a format of nfpm, whose version is that of tools/nfpm.
func makePackage(packager string) func(context.Context, *release, platform, []file) error {
	return func(ctx context.Context, r *release, p platform, files []file) error {
		config := nfpmConfig{
			Name: "s3-credentials", Arch: p.arch, Platform: p.os, Version: r.version, Section: "utils", Priority: "optional",
			Maintainer: r.maintainer, Description: summary, Homepage: homepage, License: licenceName, MTime: r.stamp(),
		}
		config.RPM.BuildHost = "localhost" // not that of this machine
		for _, f := range packaged(packager, files) {
			c := nfpmContent{Source: f.from, Destination: "/usr/" + f.path}
			c.Info.Mode, c.Info.MTime, c.Info.Owner, c.Info.Group = int(f.mode), r.stamp(), "root", "root"
			config.Contents = append(config.Contents, c)
		}
		content, err := json.Marshal(config) // which is YAML, too
		if err != nil {
			return err
		}
		path := filepath.Join(r.work, p.name(), packager+".json")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return err
		}
		_, err = output(ctx, command{
			dir: filepath.Join(r.root, "tools", "nfpm"), env: append(goEnv(host), epochVariable+"="+strconv.FormatInt(r.time.Unix(), 10)),
			name: "go", args: []string{"tool", "nfpm", "package", "--config", path, "--packager", packager, "--target", r.out + "/"},
		})
		return err
	}
}

// packaged are the files as a distribution has them: Debian looks for completions of zsh, and for a package's licence, elsewhere.
func packaged(packager string, files []file) []file {
	if packager != "deb" {
		return files
	}
	var out []file
	for _, f := range files {
		if rest, ok := strings.CutPrefix(f.path, zshFolder); ok {
			f.path = "share/zsh/vendor-completions/" + rest
		}
		if f.path == docFolder+"NOTICE" {
			out = append(out, file{docFolder + "copyright", f.from, f.mode})
		}
		out = append(out, f)
	}
	return out
}

// stamp is the time of the release.
func (r *release) stamp() string { return r.time.Format("2006-01-02T15:04:05Z") }
