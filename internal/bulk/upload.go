package bulk

import (
	"context"
	"os"

	"golang.org/x/sync/semaphore"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/parallel"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Put stores the files as objects of the bucket.
func Put(ctx context.Context, engine *core.Engine, bucket string, files *Files, options Options) (Summary, error) {
	n := options.concurrency()
	u := &uploads{
		engine: engine, bucket: bucket, options: options, large: newLargeSlots(n),
		tally: newTally(n),
	}
	return u.tally.result(parallel.Each(ctx, n, files.All, u.put))
}

type uploads struct {
	engine  *core.Engine
	bucket  string
	options Options
	large   *semaphore.Weighted
	tally   tally
}

// put stores one file. It returns an error only if no other can be stored either.
func (u *uploads) put(ctx context.Context, file File) error {
	if file.Err != nil {
		return u.tally.failed(ctx, file.Err, file.Key)
	}
	if u.options.SkipExisting {
		there, err := There(ctx, u.engine, u.bucket, file)
		if err != nil {
			return u.tally.failed(ctx, err, file.Key)
		}
		if there {
			u.tally.skipped()
			u.options.add(file.Size)
			return nil
		}
	}
	if file.Size > transfer.PartSize {
		if err := u.large.Acquire(ctx, 1); err != nil {
			return err
		}
		defer u.large.Release(1)
	}
	detail, err := u.send(ctx, file)
	if err == nil {
		u.tally.done(detail.Size)
		return nil
	}
	if fault.CodeOf(err) == fault.NotFound {
		return err // no bucket: the same for all
	}
	return u.tally.failed(ctx, err, file.Key)
}

func (u *uploads) send(ctx context.Context, file File) (driver.ObjectDetail, error) {
	path, err := absolute(file.Path)
	if err != nil {
		return driver.ObjectDetail{}, fault.Wrap(fault.InvalidArgument, err, "the current folder cannot be found: %s", reason(err))
	}
	request := driver.PutObjectRequest{Bucket: u.bucket, Key: file.Key, Path: path, Progress: u.options.addFunc()}
	if u.options.ContentType != nil {
		request.ContentType = u.options.ContentType(file.Path)
	}
	detail, err := u.engine.PutObject(ctx, request)
	detail.Size = file.Size // not every system tells
	return detail, err
}

// There reports whether the file's object is in the bucket already, with the same size and checksum, so that [Put] with
// SkipExisting would leave it out. Where the credentials do not allow to look, it is not known to be there.
func There(ctx context.Context, engine *core.Engine, bucket string, file File) (bool, error) {
	detail, err := engine.HeadObject(ctx, driver.HeadObjectRequest{Bucket: bucket, Key: file.Key})
	switch fault.CodeOf(err) {
	case "":
	case fault.NotFound, fault.PermissionDenied:
		return false, nil
	default:
		return false, err
	}
	if detail.Size != file.Size {
		return false, nil
	}
	local, err := os.Open(file.Path)
	if err != nil {
		return false, nil // sending it will say why
	}
	defer local.Close()
	return sameContent(ctx, local, detail.Size, detail.ETag), nil
}

// add tells the progress, if anyone wants to know.
func (o Options) add(bytes int64) {
	if o.Progress != nil {
		o.Progress.Add(bytes)
	}
}

// addFunc returns add as the driver wants it; nil where nobody wants to know, which saves the driver the messages.
func (o Options) addFunc() func(int64) {
	if o.Progress == nil {
		return nil
	}
	return o.Progress.Add
}
