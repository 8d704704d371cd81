package main

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// wheelTags say on what each platform's wheel can be installed. Programs without libc run on each; macOS 12 is Go's oldest.
var wheelTags = map[platform]string{
	{"linux", "amd64"}:   "manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
	{"linux", "arm64"}:   "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
	{"darwin", "amd64"}:  "macosx_12_0_x86_64",
	{"darwin", "arm64"}:  "macosx_12_0_arm64",
	{"windows", "amd64"}: "win_amd64",
	{"windows", "arm64"}: "win_arm64",
}

// The programs of a wheel: those that who has a bucket uses. The others would make it half as large again.
var wheelPrograms = []string{"s3-credentials", "s3-credentials-backend-aws", agplProgram}

// makeWheel makes a wheel by itself: Python's tools make one program for each entry point, of Python.
func makeWheel(_ context.Context, r *release, p platform, files []file) error {
	name := regexp.MustCompile(`[-_.]+`).ReplaceAllString(r.wheelName, "_") + "-" + pythonVersion(r.version)
	return writeFile(filepath.Join(r.out, name+"-py3-none-"+wheelTags[p]+".whl"), func(w io.Writer) error {
		return (&wheel{release: r, zip: zip.NewWriter(w), name: name, tags: wheelTags[p]}).write(files)
	})
}

// wheel is a wheel that is being written.
type wheel struct {
	*release
	zip        *zip.Writer
	name, tags string
	record     strings.Builder
}

func (w *wheel) write(files []file) error {
	info := w.name + ".dist-info/"
	var licences []string
	for _, f := range files {
		inside, licence := w.place(f.path)
		if inside == "" {
			continue
		}
		if licence {
			licences = append(licences, inside)
			inside = info + "licenses/" + inside
		}
		if err := w.addFile(inside, f); err != nil {
			return err
		}
	}
	readme, err := os.ReadFile(filepath.Join(w.root, "README.md"))
	if err != nil {
		return err
	}
	slices.Sort(licences)
	for _, part := range [][2]string{{"METADATA", w.metadata(licences, string(readme))}, {"WHEEL", w.wheelFile()}} {
		if err := w.add(info+part[0], 0o644, strings.NewReader(part[1])); err != nil {
			return err
		}
	}
	record := info + "RECORD"
	w.record.WriteString(record + ",,\n")
	if err := w.add(record, 0o644, strings.NewReader(w.record.String())); err != nil {
		return err
	}
	return w.zip.Close()
}

// place is where a file goes in the wheel, "" for nowhere; for a licence, below the folder for these.
func (w *wheel) place(name string) (inside string, licence bool) {
	data := w.name + ".data/"
	switch rest, inDocs := strings.CutPrefix(name, docFolder); {
	case strings.HasPrefix(name, binFolder):
		if program := path.Base(name); slices.Contains(wheelPrograms, strings.TrimSuffix(program, ".exe")) {
			return data + "scripts/" + program, false
		}
		return "", false
	case !inDocs:
		return data + "data/" + name, false
	case rest == "LICENSE" || rest == "NOTICE" || strings.Contains(rest, "/"):
		return rest, true
	}
	return "", false
}

func (w *wheel) addFile(name string, f file) error {
	in, err := os.Open(f.from)
	if err != nil {
		return err
	}
	defer in.Close()
	return w.add(name, f.mode, in)
}

// add adds a file, and its line in RECORD.
func (w *wheel) add(name string, mode os.FileMode, in io.Reader) error {
	header := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: w.time}
	header.SetMode(mode)
	out, err := w.zip.CreateHeader(header)
	if err != nil {
		return err
	}
	hash := sha256.New()
	size, err := io.Copy(io.MultiWriter(out, hash), in)
	fmt.Fprintf(&w.record, "%s,sha256=%s,%d\n", name, base64.RawURLEncoding.EncodeToString(hash.Sum(nil)), size)
	return err
}

func (w *wheel) metadata(licences []string, readme string) string {
	lines := []string{
		"Metadata-Version: 2.4",
		"Name: " + w.wheelName,
		"Version: " + pythonVersion(w.version),
		"Summary: " + summary,
		"Project-URL: Homepage, " + homepage,
		"License-Expression: " + licenceName,
	}
	for _, name := range licences {
		lines = append(lines, "License-File: "+name)
	}
	return strings.Join(append(lines, "Requires-Python: >=3.7", "Description-Content-Type: text/markdown", "", readme), "\n")
}

func (w *wheel) wheelFile() string {
	lines := []string{"Wheel-Version: 1.0", "Generator: s3-credentials dist", "Root-Is-Purelib: false"}
	for tag := range strings.SplitSeq(w.tags, ".") {
		lines = append(lines, "Tag: py3-none-"+tag)
	}
	return strings.Join(lines, "\n") + "\n"
}
