package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWithPin(t *testing.T) {
	for _, c := range []struct{ name, before, after string }{
		{"empty", "", "plugin-pin aws=new\n"},
		{"appended", "region x\n", "region x\nplugin-pin aws=new\n"},
		{"no end of line", "region x", "region x\nplugin-pin aws=new\n"},
		{"replaced in place", "plugin-pin aws=old\nregion x\n", "plugin-pin aws=new\nregion x\n"},
		{"twice", "plugin-pin aws=1\n\nplugin-pin  aws = 2\n", "plugin-pin aws=new\n\n"},
		{"others", "plugin-pin awsome=1\nplugin-pin a=aws=1\n", "plugin-pin awsome=1\nplugin-pin a=aws=1\nplugin-pin aws=new\n"},
		{"comment", "# plugin-pin aws=1\n", "# plugin-pin aws=1\nplugin-pin aws=new\n"},
		{"carriage returns", "region x\r\nplugin-pin aws=1\r\nprofile y\r\n", "region x\r\nplugin-pin aws=new\nprofile y\r\n"},
	} {
		if got := withPin(c.before, "aws", "new"); got != c.after {
			t.Errorf("%s: got %q, want %q", c.name, got, c.after)
		}
	}
}

func TestEditFileKeepsLinksAndModes(t *testing.T) {
	folder := t.TempDir()
	real, link := filepath.Join(folder, "real"), filepath.Join(folder, "link")
	if err := os.WriteFile(real, []byte("a"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	if err := editFile(link, func(content string) string { return content + "b" }); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(real)
	info, statErr := os.Lstat(link)
	if err != nil || statErr != nil || string(content) != "ab" || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("got %q, %v, %v, %v", content, err, info.Mode(), statErr)
	}
	if info, err := os.Stat(real); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the mode is %v, %v", info.Mode(), err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 2 {
		t.Errorf("there are %v, %v", entries, err)
	}
}
