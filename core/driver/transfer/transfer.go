// Package transfer is for backends whose client library reads and writes streams. It keeps the promises that core/driver
// makes of GetObject and PutObject, so that a backend only has to make the requests: [Download] fetches an object in
// parallel ranges of one version into a file or a stream, [Open] makes one source of bytes of a file or a stream, and
// [Replacement] is a file that takes another's place as a whole.
package transfer

import (
	"context"
	"unicode/utf8"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

const (
	// PartSize is how many bytes of a large object go into one request: 16 MiB.
	PartSize = 16 << 20
	// Parts is how many parts of one object are on their way at a time. Parts times PartSize bounds the memory of a transfer.
	Parts = 4
)

// Progress tells a request's Progress of bytes: as an [io.Writer] of those written to it, and as an [io.Reader] of as many
// as Read has room for, which is how minio-go's PutObjectOptions.Progress is told. A nil one tells nobody.
type Progress func(bytes int64)

// Write tells of len(p) bytes.
func (t Progress) Write(p []byte) (int, error) {
	if t != nil && len(p) > 0 {
		t(int64(len(p)))
	}
	return len(p), nil
}

// Read tells of len(p) bytes and leaves p as it is.
func (t Progress) Read(p []byte) (int, error) { return t.Write(p) }

// Check refuses a transfer that has both a file and a stream, or neither, with InvalidArgument. Download and Open call it.
func Check(path string, stream bool) error {
	if (path != "") == stream {
		return fault.New(fault.InvalidArgument, "a transfer has either a file or a stream")
	}
	return nil
}

// gaveUp is the fault for the end of a transfer's context.
func gaveUp(ctx context.Context) error {
	err := ctx.Err()
	return fault.Wrap(fault.CodeOf(err), err, "the transfer was given up: %v", err)
}

// SplitKeys parts the keys that a request in XML, such as S3's DeleteObjects, can name from those that it cannot: not
// UTF-8, not a character of XML 1.0, or a carriage return, which not every reader keeps.
func SplitKeys(keys []string) (inXML, others []string) {
	for _, key := range keys {
		if fitsXML(key) {
			inXML = append(inXML, key)
		} else {
			others = append(others, key)
		}
	}
	return inXML, others
}

func fitsXML(key string) bool {
	for _, r := range key {
		if r < 0x20 && r != '\t' && r != '\n' || r == 0xFFFE || r == 0xFFFF {
			return false
		}
	}
	return key != "" && utf8.ValidString(key)
}
