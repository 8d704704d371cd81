package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strconv"
	"sync"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/parallel"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Range is what one request of a download asks for: the bytes of an object from From up to, but not including, To. The
// zero Range is the whole object: an empty one has no range that S3 would answer.
type Range struct {
	From, To int64
	// ETag is of the version that the request has to ask for (If-Match). It is empty in the first request of a download.
	ETag string
}

// Headers are the HTTP headers that ask for the range, Range and If-Match, as far as it needs them.
func (r Range) Headers() map[string]string {
	headers := make(map[string]string)
	if r.To > 0 {
		headers["Range"] = fmt.Sprintf("bytes=%d-%d", r.From, r.To-1)
	}
	if r.ETag != "" {
		headers["If-Match"] = r.ETag
	}
	return headers
}

// Answer is a system's answer to a request for a range.
type Answer struct {
	// Body is the bytes. Download closes it.
	Body io.ReadCloser
	// ContentRange is the answer's HTTP header of that name, such as "bytes 0-9/40". It is empty if Body is the whole
	// object, as a system that ignores ranges answers.
	ContentRange string
	// Detail is of the object. Its Size is taken from ContentRange, if there is one.
	Detail driver.ObjectDetail
}

// read reads ContentRange: where the bytes begin in the object, and how large the object is; -1 for what it does not tell.
func (a *Answer) read() (from, size int64) {
	if a.ContentRange == "" {
		return 0, a.Detail.Size
	}
	var last int64
	var total string
	if _, err := fmt.Sscanf(a.ContentRange, "bytes %d-%d/%s", &from, &last, &total); err != nil {
		return -1, -1
	}
	size, err := strconv.ParseInt(total, 10, 64)
	if err != nil {
		return from, -1
	}
	return from, size
}

// Opener requests a range. A refusal is a fault that holds what the service said, so that a download can tell a change of
// the object from other reasons. It is called from several goroutines.
type Opener func(context.Context, Range) (*Answer, error)

// tries is how often a range is asked for whose bytes stop coming.
const tries = 3

// Download fetches an object as driver.Object.GetObject says: in ranges of PartSize bytes, up to Parts of them at a time,
// all of the version that the first answer is of. Where the bytes of a range stop coming, it asks for the rest. If the
// first answer is the whole object, it is read to its end.
//
// It fails with Aborted if the object changes meanwhile; with DataLoss if the system ends its answers early, or answers
// with another range than was asked for; with
// InvalidArgument or, for a full disk, ResourceExhausted if the output cannot be written. Errors of open are returned as
// they are, as is an error of a body, which the backend turns into a fault as it does other errors of its connections.
func Download(ctx context.Context, req driver.GetObjectRequest, open Opener) (driver.ObjectDetail, error) {
	var none driver.ObjectDetail
	if err := Check(req.Path, req.Body != nil); err != nil {
		return none, err
	}
	d := &download{req: req, open: open}
	receive := d.toStream
	if req.Path != "" {
		file, err := NewReplacement(req.Path)
		if err != nil {
			return none, err
		}
		defer file.Discard()
		receive = func(ctx context.Context) error { return d.toFile(ctx, file) }
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := d.begin(ctx); err != nil {
		return none, err
	}
	defer d.first.Body.Close()
	if err := receive(ctx); err != nil {
		return none, err
	}
	return d.first.Detail, nil
}

// download is one object on its way.
type download struct {
	req   driver.GetObjectRequest
	open  Opener
	first *Answer
}

// begin asks for the first part, and learns from the answer what the object is.
func (d *download) begin(ctx context.Context) error {
	first, err := d.open(ctx, Range{To: PartSize})
	if refusedWith(err, http.StatusRequestedRangeNotSatisfiable) {
		first, err = d.open(ctx, Range{})
	}
	if err != nil {
		return err
	}
	from, size := first.read()
	first.Detail.Size = size
	d.first = first
	switch {
	case from != 0:
		err = d.fault(fault.DataLoss, nil, "the system answered with another range than was asked for")
	case size < 0:
		err = d.fault(fault.Internal, nil, "the system does not say how large it is")
	case size > d.partSize() && first.Detail.ETag == "":
		err = d.fault(fault.Internal, nil, "the system names no version of it, so that its parts cannot be told from another one's")
	}
	if err != nil {
		_ = first.Body.Close()
	}
	return err
}

// partSize is how many bytes are asked for at a time: of an answer that is the whole object, all of them.
func (d *download) partSize() int64 {
	if d.first.ContentRange == "" {
		return max(1, d.first.Detail.Size)
	}
	return PartSize
}

// ranges yields the parts of the object. Of an empty one the first part is empty.
func (d *download) ranges(context.Context) iter.Seq2[Range, error] {
	size, part := d.first.Detail.Size, d.partSize()
	return func(yield func(Range, error) bool) {
		for from := int64(0); from == 0 || from < size; from += part {
			if !yield(Range{From: from, To: min(from+part, size), ETag: d.first.Detail.ETag}, nil) {
				return
			}
		}
	}
}

// toFile writes each part to its place.
func (d *download) toFile(ctx context.Context, file *Replacement) error {
	err := parallel.Each(ctx, Parts, d.ranges, func(ctx context.Context, r Range) error {
		return d.fetch(ctx, r, io.NewOffsetWriter(file, r.From))
	})
	if err != nil {
		return err
	}
	return file.Commit()
}

// toStream writes the parts in order. The first goes through as it comes, the others wait in memory for their turn.
func (d *download) toStream(ctx context.Context) error {
	buffers := sync.Pool{New: func() any { return new(bytes.Buffer) }}
	parts := parallel.Map(ctx, Parts, d.ranges, func(ctx context.Context, r Range) (*bytes.Buffer, error) {
		buffer := buffers.Get().(*bytes.Buffer)
		if r.From == 0 {
			return buffer, d.fetch(ctx, r, d.req.Body)
		}
		buffer.Grow(int(r.To - r.From))
		return buffer, d.fetch(ctx, r, buffer)
	})
	for buffer, err := range parts {
		if err != nil {
			return err
		}
		if _, err := buffer.WriteTo(d.req.Body); err != nil {
			return WriteFault(err)
		}
		buffers.Put(buffer)
	}
	return nil
}

// fetch writes the bytes of a range. The first answer serves for the first of them.
func (d *download) fetch(ctx context.Context, r Range, to io.Writer) error {
	body := d.first.Body
	if r.From > 0 {
		body = nil
	}
	out := &output{to: to, progress: d.req.Progress, over: func() error {
		if ctx.Err() == nil {
			return nil
		}
		return gaveUp(ctx)
	}}
	buffer := make([]byte, min(256<<10, max(1, r.To-r.From)))
	for try := 1; ; try++ {
		if body == nil {
			var err error
			if body, err = d.again(ctx, r); err != nil {
				return err
			}
		}
		n, err := io.CopyBuffer(out, io.LimitReader(body, r.To-r.From), buffer)
		_ = body.Close()
		r.From, body = r.From+n, nil
		switch {
		case r.From == r.To:
			return nil
		case out.err != nil:
			return out.err
		case ctx.Err() != nil:
			return gaveUp(ctx)
		case try == tries && err == nil:
			return d.fault(fault.DataLoss, nil, "the connection was closed %d bytes too early; try again", r.To-r.From)
		case try == tries:
			return err
		}
	}
}

// again asks for a range of the version that the first answer was of.
func (d *download) again(ctx context.Context, r Range) (io.ReadCloser, error) {
	if r.ETag == "" {
		return nil, d.fault(fault.DataLoss, nil, "the connection was closed %d bytes too early, and the system names no version to ask for the rest of; try again", r.To-r.From)
	}
	answer, err := d.open(ctx, r)
	if refusedWith(err, http.StatusPreconditionFailed) || errors.Is(err, fault.NotFound) {
		return nil, d.changed(err)
	}
	if err != nil {
		return nil, err
	}
	from, size := answer.read()
	was, is := d.first.Detail, answer.Detail
	switch {
	case was.ETag != is.ETag || !was.LastModified.Equal(is.LastModified):
		err = d.changed(nil)
	case from != r.From || size != was.Size:
		err = d.fault(fault.DataLoss, nil, "the system answered with another range than was asked for")
	}
	if err != nil {
		_ = answer.Body.Close()
		return nil, err
	}
	return answer.Body, nil
}

func (d *download) changed(cause error) error {
	return d.fault(fault.Aborted, cause, "it was changed meanwhile; try again")
}

// fault is a fault of the download that no backend has words for.
func (d *download) fault(code fault.Code, cause error, format string, args ...any) error {
	return fault.Wrap(code, cause, "cannot fetch %q from the bucket %q: %s", d.req.Key, d.req.Bucket, fmt.Sprintf(format, args...))
}

func refusedWith(err error, status int) bool {
	service := fault.ServiceOf(err)
	return service != nil && service.HTTPStatus == status
}

// output tells of what is written, and tells errors of the output from those of the input. It takes nothing more when over
// returns an error, because not every body ends with the context.
type output struct {
	to       io.Writer
	progress Progress
	over     func() error
	err      error
}

func (o *output) Write(p []byte) (int, error) {
	if o.err = o.over(); o.err != nil {
		return 0, o.err
	}
	n, err := o.to.Write(p)
	_, _ = o.progress.Write(p[:n])
	if err != nil {
		o.err = WriteFault(err)
	}
	return n, o.err
}
