// Command dist makes what a release consists of: archives, packages of Linux, wheels, container images, the source, a Homebrew
// formula and a Nix expression, a bill of materials and the checksums. It needs no network once Go's module cache is filled,
// and the same commit and Go give the same bytes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	cancel()
	if err != nil {
		fmt.Fprintf(os.Stderr, "dist: %v\n", err)
		os.Exit(1)
	}
}

// release is what all formats are made of.
type release struct {
	// root is the source; out the folder for what is made; work one for what is needed on the way.
	root, out, work string
	// version has no "v"; commit is the first twelve digits, empty outside of a clone.
	version, commit string
	// time is that of the commit: every file has it.
	time time.Time
	// tags are the build tags.
	tags string
	// wheelName is the name of the wheels' distribution, maintainer that of who answers for the packages.
	wheelName, maintainer string
	platforms             []platform
	formats               []format
}

func run(ctx context.Context, args []string) error {
	r, err := parse(ctx, args)
	if err != nil {
		return err
	}
	if r.work, err = os.MkdirTemp("", "s3-credentials-dist-"); err != nil {
		return err
	}
	defer os.RemoveAll(r.work)
	if err := r.emptyOut(); err != nil {
		return err
	}
	return r.make(ctx)
}

func parse(ctx context.Context, args []string) (*release, error) {
	r := &release{}
	flags := flag.NewFlagSet("dist", flag.ContinueOnError)
	platforms := flags.String("platforms", strings.Join(allPlatforms, " "), "the `platforms` to build for")
	formats := flags.String("formats", strings.Join(formatNames(), " "), "the `formats` to make")
	flags.StringVar(&r.out, "out", "dist", "the `folder` for what is made; its former content is removed")
	flags.StringVar(&r.version, "version", "", "the `version`, such as 1.2.3 (default: that of the commit)")
	flags.StringVar(&r.tags, "tags", "", "build `tags`")
	flags.StringVar(&r.wheelName, "wheel-name", "s3-credentials-go", "the `name` of the wheels' distribution")
	flags.StringVar(&r.maintainer, "maintainer", "The s3-credentials authors", "`who` answers for the packages")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	var err error
	if r.platforms, err = parsePlatforms(*platforms); err != nil {
		return nil, err
	}
	if r.formats, err = parseFormats(*formats); err != nil {
		return nil, err
	}
	if r.out, err = filepath.Abs(r.out); err != nil {
		return nil, err
	}
	if r.root, err = output(ctx, command{name: "go", args: []string{"list", "-m", "-f", "{{.Dir}}"}}); err != nil {
		return nil, err
	}
	return r, r.readCommit(ctx)
}

// marker is in each folder that this program made, so that it empties no other.
const marker = "SHA256SUMS"

func (r *release) emptyOut() error {
	entries, err := os.ReadDir(r.out)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if len(entries) > 0 && !slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == marker }) {
		return fmt.Errorf("%s has other files than those of an earlier run: name an empty folder", r.out)
	}
	if err := os.RemoveAll(r.out); err != nil {
		return err
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.out, marker), nil, 0o644)
}
