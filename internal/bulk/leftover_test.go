//go:build !windows

package bulk_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/internal/bulk"
)

// TestUnfinishedDownloadsAreNotUploaded has what runs leave behind that are killed.
func TestUnfinishedDownloadsAreNotUploaded(t *testing.T) {
	t.Chdir(t.TempDir())
	engine, _ := start(t)
	write(t, "d/a.txt", "d/.s3-credentials-X.part", "d/e/.s3-credentials-Y/b.txt", ".s3-credentials-Z.part", "d/.s3-credentials-mine")
	summary, err := put(t, engine, bulk.Options{}, "d", ".s3-credentials-Z.part")
	expect(t, summary, err, 2, 0)
	same(t, "stored", keys(t, engine), []string{"d/.s3-credentials-mine", "d/a.txt"})
}

// TestGetRemovesWhatDeadRunsLeft has leftovers of dead runs, and the file of a living one, in two folders.
func TestGetRemovesWhatDeadRunsLeft(t *testing.T) {
	t.Chdir(t.TempDir())
	engine, _ := start(t)
	store(t, engine, "a.txt", "d/b.txt")
	write(t, "to/.s3-credentials-X.part", "to/d/.s3-credentials-Y/b.txt", "to/d/.s3-credentials-Z.part", "to/.s3-credentials-mine", "to/other/.s3-credentials-X.part")
	living, err := transfer.NewReplacement(filepath.Join("to", "d", "c.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer living.Discard()
	summary, err := get(t, engine, bulk.Options{}, bulk.Download{})
	expect(t, summary, err, 2, 0)
	same(t, "left", below(t, "to"), []string{
		".s3-credentials-mine=to/.s3-credentials-mine", "a.txt=a.txt", "d/", "d/" + filepath.Base(living.Name()) + "=", "d/b.txt=d/b.txt",
		"other/", "other/.s3-credentials-X.part=to/other/.s3-credentials-X.part",
	})
	if err := living.Commit(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join("to", "d", "c.txt")); err != nil {
		t.Error(err)
	}
}
