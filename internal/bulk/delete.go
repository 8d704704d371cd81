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

// deletionsAtOnce is how many requests to delete are on their way at the same time. Each is for a thousand objects, so a
// few keep a system as busy as it can be.
const deletionsAtOnce = 4

// KeySource yields keys. An error ends it.
type KeySource func(context.Context) iter.Seq2[string, error]

// Keys is a source of keys that the caller has, each once: systems disagree on what to answer for one that is named
// twice in a request. It fails with InvalidArgument, before it yields any, if one of them can be
// no key.
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

// KeysWithPrefix is a source of the bucket's keys that begin with the prefix.
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

// Delete deletes the objects of the keys, byte for byte as they are, while the keys are still being read. Only
// Concurrency and Progress of the options matter; the progress counts objects, not bytes.
func Delete(ctx context.Context, engine *core.Engine, bucket string, keys KeySource, options Options) (Summary, error) {
	n := options.Concurrency
	if n <= 0 {
		n = deletionsAtOnce
	}
	d := &deletions{engine: engine, bucket: bucket, options: options, tally: newTally(n)}
	return d.tally.result(parallel.Each(ctx, n, func(ctx context.Context) iter.Seq2[[]string, error] {
		return batches(keys(ctx), driver.MaxDeleteObjects)
	}, d.delete))
}

// batches yields the items in slices of n, the last of which may have fewer. Before an error it yields what it has.
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

type deletions struct {
	engine  *core.Engine
	bucket  string
	options Options
	tally   tally
}

// delete deletes one batch. It returns an error only if no other can be deleted either.
func (d *deletions) delete(ctx context.Context, keys []string) error {
	response, err := d.engine.DeleteObjects(ctx, driver.DeleteObjectsRequest{Bucket: d.bucket, Keys: keys})
	if fault.CodeOf(err) == fault.NotFound {
		return err // no bucket: the same for all
	}
	if err != nil {
		return d.tally.failed(ctx, err, keys...)
	}
	for _, f := range response.Failed {
		refused := &fault.Error{Code: fault.FailedPrecondition, Message: "refused", Service: &fault.Service{Code: f.Code, Message: f.Message}}
		if f.Code == "AccessDenied" {
			refused.Code, refused.Message = fault.PermissionDenied, "these credentials may not delete it"
		}
		if err := d.tally.failed(ctx, refused, f.Key); err != nil {
			return err
		}
	}
	for range len(keys) - len(response.Failed) {
		d.tally.done(0)
	}
	d.options.add(int64(len(keys)))
	return nil
}
