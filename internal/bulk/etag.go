package bulk

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
)

// partSizes are the part sizes of this project's backends and of other common clients. The ETag of a multipart upload
// depends on the part size.
var partSizes = []int64{transfer.PartSize, 8 << 20, 5 << 20, 10 << 20, 15 << 20, 32 << 20, 50 << 20, 64 << 20, 100 << 20, 128 << 20}

// sameContent reports whether the file has an object's size and checksum. It returns false where the ETag does not tell:
// it is no checksum (encrypted objects), or the part size is unusual.
func sameContent(ctx context.Context, file *os.File, size int64, etag string) bool {
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() != size {
		return false
	}
	sum, parts, ok := splitETag(etag)
	if !ok {
		return false
	}
	if parts == 0 {
		got, err := contentSum(ctx, io.NewSectionReader(file, 0, math.MaxInt64), size)
		return err == nil && hex.EncodeToString(got) == sum
	}
	for _, part := range partSizes {
		if (max(size, 1)+part-1)/part != int64(parts) {
			continue
		}
		got, err := multipartSum(ctx, file, size, part)
		if err == nil && hex.EncodeToString(got) == sum {
			return true
		}
		if parts == 1 {
			return false // the sum is the same for every part size
		}
	}
	return false
}

// splitETag splits an ETag into an MD5 in hexadecimal and the number of parts, 0 without a multipart upload.
func splitETag(etag string) (sum string, parts int, ok bool) {
	sum, count, inParts := strings.Cut(strings.ToLower(strings.Trim(etag, `"`)), "-")
	if _, err := hex.DecodeString(sum); err != nil || len(sum) != 2*md5.Size {
		return "", 0, false
	}
	if !inParts {
		return sum, 0, true
	}
	parts, err := strconv.Atoi(count)
	return sum, parts, err == nil && parts > 0
}

// multipartSum computes the MD5 of the MD5s of the file's parts.
func multipartSum(ctx context.Context, file *os.File, size, part int64) ([]byte, error) {
	sums := md5.New()
	for from := int64(0); from == 0 || from < size; from += part {
		sum, err := contentSum(ctx, io.NewSectionReader(file, from, part), min(part, size-from))
		if err != nil {
			return nil, err
		}
		sums.Write(sum)
	}
	return sums.Sum(nil), nil
}

// errChanged is a file that changed while it was read.
var errChanged = errors.New("the file's size changed")

// contentSum computes the MD5 of a reader that must have exactly size bytes.
func contentSum(ctx context.Context, r io.Reader, size int64) ([]byte, error) {
	const chunk = 1 << 20 // how much is read before the context is checked again
	sum := md5.New()
	for ctx.Err() == nil {
		n, err := io.CopyN(sum, r, chunk)
		size -= n
		switch {
		case err == io.EOF && size == 0:
			return sum.Sum(nil), nil
		case err == io.EOF:
			return nil, errChanged
		case err != nil:
			return nil, err
		}
	}
	return nil, ctx.Err()
}
