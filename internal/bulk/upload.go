package bulk

import (
	"context"
	"os"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/parallel"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Put stores the files as objects of the bucket.
func Put(ctx context.Context, engine *core.Engine, bucket string, files *Files, options Options) (Summary, error) {
	u := &uploads{newMover(engine, bucket, options, DefaultConcurrency())}
	return u.result(parallel.Each(ctx, u.concurrency, files.All, u.put))
}

type uploads struct{ mover }

// put stores one file. It returns an error only if every other file would fail too.
func (u *uploads) put(ctx context.Context, file File) error {
	if file.Err != nil {
		return u.failed(ctx, file.Err, file.Key)
	}
	if u.options.SkipExisting {
		there, err := There(ctx, u.engine, u.bucket, file)
		if err != nil {
			return u.failed(ctx, err, file.Key)
		}
		if there {
			u.skipped()
			u.options.add(file.Size)
			return nil
		}
	}
	release, err := u.acquire(ctx, file.Size)
	if err != nil {
		return err
	}
	defer release()
	err = u.send(ctx, file)
	switch {
	case err == nil:
		u.done(file.Size)
		return nil
	case fault.CodeOf(err) == fault.NotFound:
		return err // the bucket does not exist: every file would fail
	}
	return u.failed(ctx, err, file.Key)
}

func (u *uploads) send(ctx context.Context, file File) error {
	path, err := absolute(file.Path)
	if err != nil {
		return fault.Wrap(fault.InvalidArgument, err, "the current folder cannot be found: %s", reason(err))
	}
	request := driver.PutObjectRequest{Bucket: u.bucket, Key: file.Key, Path: path, ObjectOptions: u.options.Object, Progress: u.options.addFunc()}
	if u.options.ContentType != nil {
		request.ContentType = u.options.ContentType(file.Path)
	}
	_, err = u.engine.PutObject(ctx, request)
	return err
}

// There reports whether the bucket already has the file's object with the same size and checksum, in which case [Put]
// skips it with SkipExisting. It returns false where the credentials may not look.
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
		return false, nil // the upload reports why
	}
	defer local.Close()
	return sameContent(ctx, local, detail.Size, detail.ETag), nil
}

func (o Options) add(bytes int64) {
	if o.Progress != nil {
		o.Progress.Add(bytes)
	}
}

// addFunc returns add for the driver; nil without a Progress, which saves the driver the messages.
func (o Options) addFunc() func(int64) {
	if o.Progress == nil {
		return nil
	}
	return o.Progress.Add
}
