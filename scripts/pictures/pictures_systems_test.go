//go:build systems

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

func TestMain(m *testing.M) { systems.Main(m) }

// TestThePicturesAreOfThisProgram draws the pictures again, of a run of the programs as they are.
func TestThePicturesAreOfThisProgram(t *testing.T) {
	programs := filepath.Dir(systems.Binary(t, "s3-credentials"))
	systems.PluginBinary(t, "aws")
	t.Setenv("PATH", programs+string(os.PathListSeparator)+os.Getenv("PATH"))
	folder := t.TempDir()
	if err := run(t.Context(), []string{folder}); err != nil {
		t.Fatal(err)
	}
	for name := range drawn {
		for theme := range palettes {
			file := name + "-" + theme + ".svg"
			got, err := os.ReadFile(filepath.Join(folder, file))
			if err != nil {
				t.Fatal(err)
			}
			if want, err := os.ReadFile(filepath.Join("../../docs/pictures", file)); err != nil || !bytes.Equal(got, want) {
				t.Errorf("docs/pictures/%s is not what this program prints; make pictures draws it anew (%v)", file, err)
			}
		}
	}
}
