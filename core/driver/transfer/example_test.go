package transfer_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// A backend's GetObject makes the requests and leaves the rest to Download.
func ExampleDownload() {
	object := []byte("what is stored")
	get := func(_ context.Context, _, _ string, headers map[string]string) (io.ReadCloser, http.Header, error) {
		fmt.Println("GET", headers)
		answer := http.Header{"Content-Range": {"bytes 0-13/14"}, "Etag": {`"1"`}}
		return io.NopCloser(bytes.NewReader(object)), answer, nil
	}
	req := driver.GetObjectRequest{Bucket: "bucket", Key: "key", Body: os.Stdout}
	detail, err := transfer.Download(context.Background(), req, func(ctx context.Context, r transfer.Range) (*transfer.Answer, error) {
		body, answer, err := get(ctx, req.Bucket, req.Key, r.Headers())
		if err != nil {
			return nil, err
		}
		detail := driver.ObjectDetail{ETag: answer.Get("ETag")}
		return &transfer.Answer{Body: body, ContentRange: answer.Get("Content-Range"), Detail: detail}, nil
	})
	fmt.Println("\n", detail.Size, detail.ETag, err)
	// Output:
	// GET map[Range:bytes=0-16777215]
	// what is stored
	//  14 "1" <nil>
}

// An Opener that knows no such object.
func ExampleOpener() {
	var open transfer.Opener = func(context.Context, transfer.Range) (*transfer.Answer, error) {
		return nil, fault.New(fault.NotFound, "there is no such object")
	}
	_, err := transfer.Download(context.Background(), driver.GetObjectRequest{Body: io.Discard}, open)
	fmt.Println(fault.CodeOf(err), err)
	// Output: NotFound there is no such object
}

func ExampleRange() {
	second := transfer.Range{From: transfer.PartSize, To: 2 * transfer.PartSize, ETag: `"1"`}
	fmt.Println(second.Headers())
	// Output: map[If-Match:"1" Range:bytes=16777216-33554431]
}

func ExampleRange_Headers() {
	fmt.Println(transfer.Range{From: 0, To: 100}.Headers())
	// Output: map[Range:bytes=0-99]
}

// The answer to a request for a range: its bytes, and what the system says of the whole object.
func ExampleAnswer() {
	answer := transfer.Answer{
		Body:         io.NopCloser(strings.NewReader("of two")),
		ContentRange: "bytes 7-12/13",
		Detail:       driver.ObjectDetail{ETag: `"1"`},
	}
	part, err := io.ReadAll(answer.Body)
	fmt.Println(len(part), answer.ContentRange, err)
	// Output: 6 bytes 7-12/13 <nil>
}

// Short streams come with their size, so that one request stores them.
func ExampleOpen() {
	source, err := transfer.Open(context.Background(), driver.PutObjectRequest{Body: strings.NewReader("short")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer source.Close()
	fmt.Println(source.Size)
	// Output: 5
}

func ExampleSource() {
	stream := io.LimitReader(zeros{}, 2*transfer.PartSize)
	source, err := transfer.Open(context.Background(), driver.PutObjectRequest{Body: stream})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer source.Close()
	n, err := io.Copy(io.Discard, source)
	fmt.Println(source.Size, n, err)
	// Output: -1 33554432 <nil>
}

func ExampleSource_Close() {
	source, err := transfer.Open(context.Background(), driver.PutObjectRequest{Body: strings.NewReader("")})
	if err == nil {
		source.Close()
	}
	fmt.Println(err)
	// Output: <nil>
}

func ExampleProgress() {
	var sum int64
	progress := transfer.Progress(func(n int64) { sum += n })
	_, err := io.Copy(io.MultiWriter(io.Discard, progress), strings.NewReader("twelve bytes"))
	fmt.Println(sum, err)
	// Output: 12 <nil>
}

func ExampleProgress_Write() {
	progress := transfer.Progress(func(n int64) { fmt.Println(n, "more") })
	n, err := progress.Write(make([]byte, 7))
	fmt.Println(n, err)
	// Output:
	// 7 more
	// 7 <nil>
}

// What minio-go calls for each piece that it has read of its input.
func ExampleProgress_Read() {
	progress := transfer.Progress(func(n int64) { fmt.Println(n, "more") })
	n, err := progress.Read(make([]byte, 7))
	fmt.Println(n, err)
	// Output:
	// 7 more
	// 7 <nil>
}

func ExampleCheck() {
	both := driver.PutObjectRequest{Path: "/tmp/file", Body: strings.NewReader("stream")}
	fmt.Println(transfer.Check(both.Path, both.Body != nil))
	// Output: a transfer has either a file or a stream
}

func ExampleSplitKeys() {
	inXML, others := transfer.SplitKeys([]string{"a/b", "c\rd"})
	fmt.Printf("%q %q\n", inXML, others)
	// Output: ["a/b"] ["c\rd"]
}

// inFolder runs an example with a file of its own.
func inFolder(example func(path string) error) {
	folder, err := os.MkdirTemp("", "example")
	if err == nil {
		defer os.RemoveAll(folder)
		path := filepath.Join(folder, "file")
		err = os.WriteFile(path, []byte("former"), 0o600)
		if err == nil {
			err = example(path)
		}
	}
	if err != nil {
		fmt.Println(err)
	}
}

func ExampleReplacement() {
	inFolder(func(path string) error {
		file, err := transfer.NewReplacement(path)
		if err != nil {
			return err
		}
		defer file.Discard()
		if _, err := file.WriteString("new"); err != nil {
			return err
		}
		before, _ := os.ReadFile(path)
		err = file.Commit()
		after, _ := os.ReadFile(path)
		fmt.Printf("%s, then %s\n", before, after)
		return err
	})
	// Output: former, then new
}

func ExampleNewReplacement() {
	_, err := transfer.NewReplacement(os.TempDir())
	fmt.Println(fault.CodeOf(err))
	// Output: InvalidArgument
}

func ExampleReplacement_Commit() {
	inFolder(func(path string) error {
		file, err := transfer.NewReplacement(path)
		if err != nil {
			return err
		}
		defer file.Discard()
		if err := file.Commit(); err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		fmt.Println(len(content))
		return err
	})
	// Output: 0
}

func ExampleReplacement_Discard() {
	inFolder(func(path string) error {
		file, err := transfer.NewReplacement(path)
		if err != nil {
			return err
		}
		file.Discard()
		content, err := os.ReadFile(path)
		fmt.Println(string(content))
		return err
	})
	// Output: former
}

func ExampleFormer() {
	inFolder(func(path string) error {
		former, err := transfer.Former(path)
		if err != nil {
			return err
		}
		fmt.Println(former.Mode(), former.Size())
		former, err = transfer.Former(path + "-missing")
		fmt.Println(former)
		return err
	})
	// Output:
	// -rw------- 6
	// <nil>
}

func ExampleWriteFault() {
	fmt.Println(fault.CodeOf(transfer.WriteFault(syscall.EDQUOT)), transfer.WriteFault(nil))
	// Output: ResourceExhausted <nil>
}
