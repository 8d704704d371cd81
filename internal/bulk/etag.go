package bulk

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"hash"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
)

// partSizes are what objects are cut into by this project's backends and by other usual clients. The ETag of an object that
// was stored in parts depends on where it was cut.
var partSizes = []int64{transfer.PartSize, 8 << 20, 5 << 20, 10 << 20, 15 << 20, 32 << 20, 50 << 20, 64 << 20, 100 << 20, 128 << 20}

// sameContent reports whether the file has the size and the checksum that the system tells of an object. It is false
// wherever that cannot be established: an ETag that is no checksum (encrypted objects), or cut in an unusual way.
func sameContent(ctx context.Context, file *os.File, size int64, etag string) bool {
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() != size {
		return false
	}
	sum, parts, ok := splitETag(etag)
	if !ok {
		return false
	}
	var candidates []candidate
	if parts == 0 {
		candidates = append(candidates, newCandidate(max(size, 1), false))
	}
	for _, part := range partSizes {
		if parts > 0 && (max(size, 1)+part-1)/part == int64(parts) {
			candidates = append(candidates, newCandidate(part, true))
		}
	}
	if len(candidates) == 0 || readInto(ctx, file, candidates) != size {
		return false
	}
	for _, c := range candidates {
		if c.sum() == sum {
			return true
		}
	}
	return false
}

// splitETag takes an ETag apart into an MD5 in hexadecimal and the number of parts, 0 for an object stored as a whole.
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

// readInto reads the file once, for all candidates, and returns how many bytes it had; -1 if that failed.
func readInto(ctx context.Context, file *os.File, candidates []candidate) int64 {
	buffer := make([]byte, 1<<18)
	var total int64
	for ctx.Err() == nil {
		n, err := file.Read(buffer)
		total += int64(n)
		for i := range candidates {
			candidates[i].write(buffer[:n])
		}
		if err == io.EOF {
			return total
		}
		if err != nil {
			return -1
		}
	}
	return -1
}

// candidate computes the ETag of an object cut into parts of one size. It is an MD5 because ETags are.
type candidate struct {
	part, left int64
	current    hash.Hash
	// sums takes the parts' sums; nil for an object stored as a whole.
	sums  hash.Hash
	parts int
}

func newCandidate(part int64, inParts bool) candidate {
	c := candidate{part: part, left: part, current: md5.New()}
	if inParts {
		c.sums = md5.New()
	}
	return c
}

// write takes the next bytes.
func (c *candidate) write(p []byte) {
	for len(p) > 0 {
		n := min(int64(len(p)), c.left)
		c.current.Write(p[:n])
		p, c.left = p[n:], c.left-n
		if c.left == 0 && c.sums != nil {
			c.endPart()
		}
		if c.left == 0 && c.sums == nil {
			c.left = c.part // the file has grown, which its size tells
		}
	}
}

// endPart closes the current part.
func (c *candidate) endPart() {
	c.sums.Write(c.current.Sum(nil))
	c.current.Reset()
	c.left = c.part
	c.parts++
}

// sum returns the checksum in hexadecimal.
func (c *candidate) sum() string {
	if c.sums == nil {
		return hex.EncodeToString(c.current.Sum(nil))
	}
	if c.left != c.part || c.parts == 0 {
		c.endPart()
	}
	return hex.EncodeToString(c.sums.Sum(nil))
}
