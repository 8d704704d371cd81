package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"
)

// makeArchive makes a zip for Windows and a tar.gz elsewhere. It can be unpacked as a whole into a prefix such as /usr/local.
func makeArchive(_ context.Context, r *release, p platform, files []file) error {
	top := "s3-credentials-" + r.version + "-" + p.name()
	inTop := make([]file, len(files))
	for i, f := range files {
		inTop[i] = file{top + "/" + f.path, f.from, f.mode}
	}
	path := filepath.Join(r.out, top)
	if p.os == "windows" {
		return writeFile(path+".zip", func(w io.Writer) error { return writeZip(w, inTop, r.time) })
	}
	return writeFile(path+".tar.gz", func(w io.Writer) error { return writeTarGz(w, inTop, r.time) })
}

// writeFile makes a file; if that fails, what there is of it is removed.
func writeFile(path string, write func(io.Writer) error) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := errors.Join(write(out), out.Close()); err != nil {
		_ = os.Remove(path)
		return err
	}
	return nil
}

func writeTarGz(w io.Writer, files []file, at time.Time) error {
	z := gzip.NewWriter(w)
	return errors.Join(writeTar(z, files, at), z.Close())
}

// writeTar has nothing of this machine: no owners, and the time of the release.
func writeTar(w io.Writer, files []file, at time.Time) error {
	t := tar.NewWriter(w)
	for _, f := range files {
		info, err := os.Stat(f.from)
		if err != nil {
			return err
		}
		header := &tar.Header{Typeflag: tar.TypeReg, Name: f.path, Size: info.Size(), Mode: int64(f.mode), ModTime: at}
		if err := t.WriteHeader(header); err != nil {
			return err
		}
		if err := f.copyTo(t); err != nil {
			return err
		}
	}
	return t.Close()
}

func writeZip(w io.Writer, files []file, at time.Time) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		header := &zip.FileHeader{Name: f.path, Method: zip.Deflate, Modified: at}
		header.SetMode(f.mode)
		out, err := z.CreateHeader(header)
		if err != nil {
			return err
		}
		if err := f.copyTo(out); err != nil {
			return err
		}
	}
	return z.Close()
}

func (f file) copyTo(w io.Writer) error {
	in, err := os.Open(f.from)
	if err != nil {
		return err
	}
	defer in.Close()
	_, err = io.Copy(w, in)
	return err
}
