package transfer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"sync"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/parallel"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Range is what one request of a download asks for: the bytes of an object from From up to, but not including, To.
type Range struct {
	From, To int64
	// ETag is of the version that the request has to ask for (If-Match). It is empty in the first request of a download,
	// which may be answered with more bytes than the range has: an empty object has no range that S3 would answer.
	ETag string
}

// Header is the range as the HTTP header Range has it.
func (r Range) Header() string { return fmt.Sprintf("bytes=%d-%d", r.From, r.To-1) }

// Answer is a system's answer to a request for a range.
type Answer struct {
	// Body is the bytes. Download closes it.
	Body io.ReadCloser
	// Detail is of the object. Its Size, of the whole object, is needed in the first answer only.
	Detail driver.ObjectDetail
}

// Opener requests a range. A refusal is a fault that holds what the service said, so that a download can tell a change of
// the object from other reasons. It is called from several goroutines.
type Opener func(context.Context, Range) (*Answer, error)

// tries is how often a range is asked for whose bytes stop coming.
const tries = 3

// Download fetches an object as driver.Object.GetObject says: in ranges of PartSize bytes, up to Parts of them at a time,
// all of the version that the first answer is of. Where the bytes of a range stop coming, it asks for the rest.
//
// It fails with Aborted if the object changes meanwhile; with DataLoss if the system ends its answers early; with
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
	var err error
	if d.first, err = open(ctx, Range{To: PartSize}); err != nil {
		return none, err
	}
	defer d.first.Body.Close()
	if d.first.Detail.Size < 0 {
		return none, fault.New(fault.Internal, "the system does not say how large %q is", req.Key)
	}
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

// ranges yields the parts of the object. Of an empty one the first part is empty.
func (d *download) ranges(context.Context) iter.Seq2[Range, error] {
	size := d.first.Detail.Size
	return func(yield func(Range, error) bool) {
		for from := int64(0); from == 0 || from < size; from += PartSize {
			if !yield(Range{From: from, To: min(from+PartSize, size), ETag: d.first.Detail.ETag}, nil) {
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
	out := &output{to: to, progress: d.req.Progress}
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
			return fault.New(fault.DataLoss, "the connection was closed %d bytes too early; try again", r.To-r.From)
		case try == tries:
			return err
		}
	}
}

// again asks for a range of the version that the first answer was of.
func (d *download) again(ctx context.Context, r Range) (io.ReadCloser, error) {
	if r.ETag == "" {
		return nil, fault.New(fault.Internal, "the system names no version of %q, so that its parts cannot be told from another one's", d.req.Key)
	}
	answer, err := d.open(ctx, r)
	if service := fault.ServiceOf(err); service != nil && service.HTTPStatus == http.StatusPreconditionFailed || errors.Is(err, fault.NotFound) {
		return nil, d.changed(err)
	}
	if err != nil {
		return nil, err
	}
	if was, is := d.first.Detail, answer.Detail; was.ETag != is.ETag || !was.LastModified.Equal(is.LastModified) {
		_ = answer.Body.Close()
		return nil, d.changed(nil)
	}
	return answer.Body, nil
}

func (d *download) changed(err error) error {
	return fault.Wrap(fault.Aborted, err, "%q was changed while it was fetched; try again", d.req.Key)
}

// output tells of what is written, and tells errors of the output from those of the input.
type output struct {
	to       io.Writer
	progress Progress
	err      error
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.to.Write(p)
	_, _ = o.progress.Write(p[:n])
	if err != nil {
		o.err = WriteFault(err)
	}
	return n, o.err
}
