package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

const long = transfer.PartSize + 17

func TestStreamsArriveWholeAndShortOnesWithTheirSize(t *testing.T) {
	for _, c := range []struct{ length, size int }{{0, 0}, {5, 5}, {transfer.PartSize - 1, transfer.PartSize - 1}, {transfer.PartSize, -1}, {long, -1}} {
		data := bytes.Repeat([]byte("x"), c.length)
		source, err := transfer.Open(t.Context(), driver.PutObjectRequest{Body: iotest.HalfReader(bytes.NewReader(data))})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(source)
		source.Close()
		if err != nil || !bytes.Equal(got, data) || source.Size != int64(c.size) {
			t.Errorf("%d bytes: got %d, the size %d, want %d, %v", c.length, len(got), source.Size, c.size, err)
		}
	}
}

func TestAFileIsReadInAnyOrderUpToItsSize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	source, err := transfer.Open(t.Context(), driver.PutObjectRequest{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	grow(t, path, 20)
	got, err := io.ReadAll(source)
	if err != nil || string(got) != "0123456789" || source.Size != 10 {
		t.Errorf("got %q of %d bytes, %v", got, source.Size, err)
	}
	part := make([]byte, 4)
	if n, err := source.Reader.(io.ReaderAt).ReadAt(part, 3); n != 4 || err != nil || string(part) != "3456" {
		t.Errorf("got %q, %v", part[:n], err)
	}
	grow(t, path, 5)
	if _, err := source.Reader.(io.ReaderAt).ReadAt(part, 3); !errors.Is(err, fault.Aborted) {
		t.Errorf("a file that became shorter: got %v", err)
	}
	if _, err := source.Reader.(io.Seeker).Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(source); !errors.Is(err, fault.Aborted) {
		t.Errorf("a file that became shorter: got %v", err)
	}
}

// grow makes a file so many bytes long.
func grow(t *testing.T, path string, size int64) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
}

func TestABrokenStreamIsNeverTakenForAShortOne(t *testing.T) {
	for _, broken := range []error{io.ErrUnexpectedEOF, errors.New("broken")} {
		_, err := transfer.Open(t.Context(), driver.PutObjectRequest{Body: io.MultiReader(strings.NewReader("part"), iotest.ErrReader(broken))})
		if !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%v: got %v", broken, err)
		}
	}
}

func TestCancellingEndsAReadThatWaits(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	never, hold := io.Pipe()
	defer hold.Close()
	go cancel()
	if _, err := transfer.Open(ctx, driver.PutObjectRequest{Body: never}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestFilesThatAreNoneAreRefused(t *testing.T) {
	folder := t.TempDir()
	for _, req := range []driver.PutObjectRequest{{Path: folder}, {Path: filepath.Join(folder, "missing")}, {}, {Path: "x", Body: strings.NewReader("")}} {
		if _, err := transfer.Open(t.Context(), req); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%+v: got %v", req, err)
		}
	}
}

func TestAKnownFaultOfAStreamIsPassedOn(t *testing.T) {
	_, err := transfer.Open(t.Context(), driver.PutObjectRequest{Body: iotest.ErrReader(fault.New(fault.Unavailable, "gone"))})
	if !errors.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
}
