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

const long = 3<<20 + 17

func TestStreamsArriveWholeAndShortOnesWithTheirSize(t *testing.T) {
	for _, c := range []struct{ length, size int }{{0, 0}, {5, 5}, {1<<20 - 1, 1<<20 - 1}, {1 << 20, -1}, {long, -1}} {
		data := bytes.Repeat([]byte("x"), c.length)
		told := 0
		source, err := transfer.Open(t.Context(), driver.PutObjectRequest{Body: iotest.HalfReader(bytes.NewReader(data)), Progress: func(n int64) { told += int(n) }})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(source)
		source.Close()
		if err != nil || !bytes.Equal(got, data) || source.Size != int64(c.size) || told != c.length {
			t.Errorf("%d bytes: got %d, the size %d, want %d, told of %d, %v", c.length, len(got), source.Size, c.size, told, err)
		}
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

func TestAFileIsReplacedAsAWholeOrNotAtAll(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "file")
	receive := func(from io.Reader, size int64) error {
		return transfer.Receive(driver.GetObjectRequest{Path: path}, from, size)
	}
	if err := receive(strings.NewReader("first"), 5); err != nil {
		t.Fatal(err)
	}
	if err := receive(strings.NewReader("sec"), 6); !errors.Is(err, fault.DataLoss) {
		t.Errorf("a part of the bytes: got %v", err)
	}
	if err := receive(iotest.ErrReader(io.ErrClosedPipe), 6); err == nil {
		t.Error("a broken answer: no error")
	}
	got, err := os.ReadFile(path)
	entries, _ := os.ReadDir(folder)
	if err != nil || string(got) != "first" || len(entries) != 1 {
		t.Errorf("the file has %q, %v, and the folder %v", got, err, entries)
	}
}
