package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// format is one of what is made: for each platform that has it, or once.
type format struct {
	name string
	// forEach makes it for a platform, of what is installed there; on says which have it, all if nil.
	forEach func(context.Context, *release, platform, []file) error
	on      func(platform) bool
	// once makes it when everything else is made.
	once func(context.Context, *release) error
}

func allFormats() []format {
	return []format{
		{name: "archive", forEach: makeArchive},
		{name: "deb", forEach: makePackage("deb"), on: onLinux},
		{name: "rpm", forEach: makePackage("rpm"), on: onLinux},
		{name: "apk", forEach: makePackage("apk"), on: onLinux},
		{name: "archlinux", forEach: makePackage("archlinux"), on: onLinux},
		{name: "wheel", forEach: makeWheel},
		{name: "image", forEach: makeImage, on: onLinux},
		{name: "source", once: makeSource},
		{name: "homebrew", once: makeHomebrew},
		{name: "nix", once: makeNix},
		{name: "sbom", once: makeSBOM},
	}
}

func onLinux(p platform) bool { return p.os == "linux" }

func formatNames() []string {
	var out []string
	for _, f := range allFormats() {
		out = append(out, f.name)
	}
	return out
}

func parseFormats(list string) ([]format, error) {
	wanted := strings.Fields(list)
	for _, name := range wanted {
		if !slices.Contains(formatNames(), name) {
			return nil, fmt.Errorf("there is no format %q: use %s", name, strings.Join(formatNames(), ", "))
		}
	}
	return slices.DeleteFunc(allFormats(), func(f format) bool { return !slices.Contains(wanted, f.name) }), nil
}

// make makes all formats. Platforms are built one after the other, as a build keeps all cores busy; packing does not.
func (r *release) make(ctx context.Context) error {
	for _, p := range r.platforms {
		fmt.Printf("Building %s for %s.\n", r.version, p)
		if err := r.build(ctx, p); err != nil {
			return err
		}
	}
	if err := r.writeManual(ctx); err != nil {
		return err
	}
	fmt.Println("Packing.")
	if err := r.pack(ctx); err != nil {
		return err
	}
	for _, f := range r.formats {
		if f.once == nil {
			continue
		}
		if err := f.once(ctx, r); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return r.writeSums()
}

func (r *release) pack(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2)
	for _, p := range r.platforms {
		files, err := r.files(ctx, p)
		if err != nil {
			return err
		}
		for _, f := range r.formats {
			if f.forEach == nil || f.on != nil && !f.on(p) {
				continue
			}
			group.Go(func() error {
				if err := f.forEach(ctx, r, p, files); err != nil {
					return fmt.Errorf("%s for %s: %w", f.name, p, err)
				}
				return nil
			})
		}
	}
	return group.Wait()
}
