package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/pem"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

//go:embed Containerfile
var containerfile []byte

// makeImage lets podman build an image, and packs it as an OCI archive, which podman and docker load. Podman's own archives
// tell the time of their packing; the image in them does not.
func makeImage(ctx context.Context, r *release, p platform, files []file) error {
	folder := filepath.Join(r.work, p.name(), "image")
	if err := r.writeImageContext(folder, files); err != nil {
		return err
	}
	podman := func(args ...string) error {
		_, err := output(ctx, command{dir: folder, name: "podman", args: args})
		return err
	}
	tag := "localhost/s3-credentials:" + strings.ReplaceAll(r.version, "+", "-")
	local := tag + "-" + p.arch + "-" + strconv.Itoa(os.Getpid()) // another run may be under way
	if err := podman("build", "--quiet", "--format", "oci", "--platform", p.String(), "--timestamp", strconv.FormatInt(r.time.Unix(), 10),
		"--label", "org.opencontainers.image.version="+r.version, "--label", "org.opencontainers.image.source="+homepage,
		"--label", "org.opencontainers.image.licenses="+licenceName, "--tag", local, "."); err != nil {
		return err
	}
	layout := filepath.Join(r.work, p.name(), "oci")
	err := podman("save", "--quiet", "--format", "oci-dir", "--output", layout, local)
	if err := errors.Join(err, podman("rmi", local)); err != nil {
		return err
	}
	if err := rename(filepath.Join(layout, "index.json"), local, tag); err != nil {
		return err
	}
	packed, err := within(layout, "", 0o644)
	if err != nil {
		return err
	}
	slices.SortFunc(packed, func(a, b file) int { return strings.Compare(a.path, b.path) })
	return writeFile(filepath.Join(r.out, "s3-credentials-"+r.version+"-"+p.name()+"-image.tar.gz"), func(w io.Writer) error {
		return writeTarGz(w, packed, r.time)
	})
}

// rename gives the image in an index its name.
func rename(index, from, to string) error {
	content, err := os.ReadFile(index)
	if err != nil {
		return err
	}
	return os.WriteFile(index, bytes.ReplaceAll(content, []byte(from), []byte(to)), 0o644)
}

// writeImageContext makes the folder that Containerfile copies from. It has no manual, as nobody reads it there.
func (r *release) writeImageContext(folder string, files []file) error {
	root := filepath.Join(folder, "root")
	for _, f := range files {
		if !strings.HasPrefix(f.path, binFolder) && !strings.HasPrefix(f.path, docFolder) {
			continue
		}
		if err := copyFile(f.from, filepath.Join(root, "usr", f.path), f.mode); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Join(root, "tmp"), 0o755); err != nil {
		return err
	}
	// Mkdir's mode is subject to the umask.
	if err := os.Chmod(filepath.Join(root, "tmp"), 0o777|os.ModeSticky); err != nil {
		return err
	}
	certificates := filepath.Join(root, "etc", "ssl", "certs", "ca-certificates.crt")
	if err := os.MkdirAll(filepath.Dir(certificates), 0o755); err != nil {
		return err
	}
	return errors.Join(os.WriteFile(certificates, roots(), 0o644), os.WriteFile(filepath.Join(folder, "Containerfile"), containerfile, 0o644))
}

// roots are Mozilla's roots of trust, as Go's authors publish them. Those that are trusted for some names only are left out.
func roots() []byte {
	var out bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint == nil {
			_ = pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}) // a buffer takes all
		}
	}
	return out.Bytes()
}

func copyFile(from, to string, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if err := writeFile(to, file{from: from}.copyTo); err != nil {
		return err
	}
	return os.Chmod(to, mode)
}
