package bulk

import (
	"context"
	"iter"
	"unicode/utf8"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/parallel"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// deletionsAtOnce is how many delete requests run at the same time. Each is for a thousand objects, so a few keep a
// system busy.
const deletionsAtOnce = 4

// KeySource yields keys. An error ends it.
type KeySource func(context.Context) iter.Seq2[string, error]

// Keys yields each of the keys once: systems answer differently for a key that a request names twice. It fails with
// InvalidArgument, before it yields any, if one of them is not a valid key.
func Keys(keys []string) KeySource {
	return func(context.Context) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for _, key := range keys {
				if key == "" || !utf8.ValidString(key) {
					yield("", fault.New(fault.InvalidArgument, "%q is no key: a key has at least one character and is valid UTF-8; nothing was deleted", key))
					return
				}
			}
			given := make(map[string]bool, len(keys))
			for _, key := range keys {
				if !given[key] && !yield(key, nil) {
					return
				}
				given[key] = true
			}
		}
	}
}

// KeysWithPrefix yields the bucket's keys that begin with the prefix.
func KeysWithPrefix(engine *core.Engine, bucket, prefix string) KeySource {
	return func(ctx context.Context) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for info, err := range engine.ListObjects(ctx, driver.ListObjectsRequest{Bucket: bucket, Prefix: prefix}) {
				if !yield(info.Key, err) || err != nil {
					return
				}
			}
		}
	}
}

// Delete deletes the objects with these keys while it still reads the keys. It takes keys literally, byte for byte. Of
// the options only Concurrency and Progress apply; the progress counts objects, not bytes.
func Delete(ctx context.Context, engine *core.Engine, bucket string, keys KeySource, options Options) (Summary, error) {
	d := &deletions{newMover(engine, bucket, options, deletionsAtOnce)}
	return d.result(parallel.Each(ctx, d.concurrency, func(ctx context.Context) iter.Seq2[[]string, error] {
		return batches(keys(ctx), driver.MaxDeleteObjects)
	}, d.delete))
}

// batches yields the items in slices of n; the last may be shorter. Before an error it yields the items that it has.
func batches(items iter.Seq2[string, error], n int) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		var batch []string
		for item, err := range items {
			if err != nil {
				if len(batch) == 0 || yield(batch, nil) {
					yield(nil, err)
				}
				return
			}
			if batch = append(batch, item); len(batch) < n {
				continue
			}
			if !yield(batch, nil) {
				return
			}
			batch = nil
		}
		if len(batch) > 0 {
			yield(batch, nil)
		}
	}
}

type deletions struct{ mover }

// delete deletes one batch. It returns an error only if every other batch would fail too.
func (d *deletions) delete(ctx context.Context, keys []string) error {
	response, err := d.engine.DeleteObjects(ctx, driver.DeleteObjectsRequest{Bucket: d.bucket, Keys: keys})
	if fault.CodeOf(err) == fault.NotFound {
		return err // the bucket does not exist: every batch would fail
	}
	if err != nil {
		return d.failed(ctx, err, keys...)
	}
	for _, f := range response.Failed {
		refused := &fault.Error{Code: fault.FailedPrecondition, Message: "refused", Service: &fault.Service{Code: f.Code, Message: f.Message}}
		if f.Code == "AccessDenied" {
			refused.Code, refused.Message = fault.PermissionDenied, "these credentials may not delete it"
		}
		if err := d.failed(ctx, refused, f.Key); err != nil {
			return err
		}
	}
	for range len(keys) - len(response.Failed) {
		d.done(0)
	}
	d.options.add(int64(len(keys)))
	return nil
}
