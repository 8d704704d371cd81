package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sample is a release with files that have their paths as their contents.
func sample(t *testing.T, paths ...string) (*release, []file) {
	t.Helper()
	dir := t.TempDir()
	r := &release{root: dir, out: t.TempDir(), version: "1.2.3-rc.1", wheelName: "s3-credentials-go", time: time.Unix(1_700_000_000, 0).UTC()}
	var files []file
	for i, path := range append(paths, "README.md") {
		from := filepath.Join(dir, fmt.Sprint(i))
		if path == "README.md" {
			from = filepath.Join(dir, path)
		}
		if err := os.WriteFile(from, []byte(path), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file{path, from, 0o644})
	}
	return r, files[:len(paths)]
}

func TestWheel(t *testing.T) {
	r, files := sample(t, binFolder+"s3-credentials.exe", binFolder+"s3-credentials-sandbox.exe", docFolder+"LICENSE", docFolder+"CHANGELOG.md",
		docFolder+agplProgram+"/AGPL-3.0.txt", manFolder+"s3-credentials.1")
	if err := makeWheel(t.Context(), r, platform{"windows", "arm64"}, files); err != nil {
		t.Fatal(err)
	}
	z, err := zip.OpenReader(filepath.Join(r.out, "s3_credentials_go-1.2.3rc1-py3-none-win_arm64.whl"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	contents, record := map[string]string{}, ""
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		contents[f.Name] = string(content)
		sum := sha256.Sum256(content)
		line := fmt.Sprintf("%s,sha256=%s,%d\n", f.Name, base64.RawURLEncoding.EncodeToString(sum[:]), len(content))
		if strings.HasSuffix(f.Name, "/RECORD") {
			line = f.Name + ",,\n"
		}
		record += line
	}
	const info, data = "s3_credentials_go-1.2.3rc1.dist-info/", "s3_credentials_go-1.2.3rc1.data/"
	if contents[info+"RECORD"] != record {
		t.Errorf("RECORD is\n%s\nwant\n%s", contents[info+"RECORD"], record)
	}
	for _, name := range []string{data + "scripts/s3-credentials.exe", data + "data/" + manFolder + "s3-credentials.1", info + "licenses/LICENSE",
		info + "licenses/" + agplProgram + "/AGPL-3.0.txt", info + "METADATA", info + "WHEEL", info + "RECORD"} {
		if contents[name] == "" {
			t.Errorf("%s is missing", name)
		}
		delete(contents, name)
	}
	if len(contents) > 0 {
		t.Errorf("there is more: %v", contents)
	}
}

func TestArchivesHaveNothingOfThisMachine(t *testing.T) {
	for _, p := range []platform{{"linux", "amd64"}, {"windows", "amd64"}} {
		var made [2][]byte
		for i := range made {
			r, files := sample(t, binFolder+"s3-credentials", docFolder+"LICENSE") // in other folders, at another time
			if err := makeArchive(t.Context(), r, p, files); err != nil {
				t.Fatal(err)
			}
			found, _ := filepath.Glob(filepath.Join(r.out, "*"+p.name()+"*"))
			made[i], _ = os.ReadFile(found[0])
		}
		if len(made[0]) == 0 || !bytes.Equal(made[0], made[1]) {
			t.Errorf("%s: two archives differ", p)
		}
	}
}

func TestDebianHasItsOwnFolders(t *testing.T) {
	_, files := sample(t, docFolder+"NOTICE", zshFolder+"_s3-credentials")
	var deb, other []string
	for _, f := range packaged("deb", files) {
		deb = append(deb, f.path)
	}
	for _, f := range packaged("rpm", files) {
		other = append(other, f.path)
	}
	want := docFolder + "copyright " + docFolder + "NOTICE share/zsh/vendor-completions/_s3-credentials"
	if strings.Join(deb, " ") != want || strings.Join(other, " ") != docFolder+"NOTICE "+zshFolder+"_s3-credentials" {
		t.Errorf("%v and %v", deb, other)
	}
}

func TestOnlyAFormerReleaseIsRemoved(t *testing.T) {
	r := &release{out: t.TempDir()}
	mine := filepath.Join(r.out, "mine")
	if err := os.WriteFile(mine, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.emptyOut(); err == nil {
		t.Error("a folder with another file was emptied")
	}
	if err := os.WriteFile(filepath.Join(r.out, marker), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.emptyOut(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(mine); err == nil {
		t.Error("the former release is still there")
	}
}

func TestRootsOfTrust(t *testing.T) {
	if found := bytes.Count(roots(), []byte("BEGIN CERTIFICATE")); found < 50 {
		t.Errorf("%d roots", found)
	}
}
