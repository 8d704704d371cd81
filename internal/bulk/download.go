package bulk

import (
	"context"
	"iter"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/parallel"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Download says which objects to fetch: those of the keys and those that match one of the patterns; all of them where there
// are neither.
type Download struct {
	Bucket   string
	Keys     []string
	Patterns []string
	// Dir is the folder to write to, which is made if it is missing. Keys become names below it: the object "a/b" is the
	// file b in the folder a. An object whose key ends with a slash is made a folder.
	Dir string
}

// Get fetches objects into files. A key that leads out of the target folder, also through a link, or that can be no file's name is a
// failure, as is one that is a file and a folder at once.
func Get(ctx context.Context, engine *core.Engine, what Download, options Options) (Summary, error) {
	patterns, err := NewPatterns(what.Patterns)
	if err != nil {
		return Summary{}, err
	}
	target, err := newTarget(what.Dir)
	if err != nil {
		return Summary{}, err
	}
	n := options.concurrency()
	d := &downloads{
		engine: engine, what: what, patterns: patterns, options: options, target: target, large: newLargeSlots(n),
		tally: newTally(n), keys: map[string]bool{},
	}
	defer target.close()
	err = parallel.Each(ctx, n, d.objects, d.get)
	if err == nil {
		_, err = target.folder() // it is made also when there was nothing to fetch
	}
	return d.tally.result(err)
}

type downloads struct {
	engine   *core.Engine
	what     Download
	patterns Patterns
	options  Options
	target   *target
	large    *semaphore.Weighted
	tally    tally
	// keys are those that the caller named.
	keys map[string]bool
	// growing guards the progress's total.
	growing sync.Mutex
}

// object is one to fetch.
type object struct {
	key string
	// size and etag are known of objects from a listing.
	known bool
	size  int64
	etag  string
}

// objects yields the objects to fetch, each once.
func (d *downloads) objects(ctx context.Context) iter.Seq2[object, error] {
	return func(yield func(object, error) bool) {
		// A bar that reaches its end stays there. One byte that is still to come keeps it going until all are found.
		d.grow(1)
		defer d.grow(-1)
		for _, key := range d.what.Keys {
			if d.keys[key] {
				continue
			}
			d.keys[key] = true
			if !yield(object{key: key}, nil) {
				return
			}
		}
		if len(d.what.Keys) == 0 || len(d.what.Patterns) > 0 {
			d.listed(ctx, yield)
		}
	}
}

// listed yields the objects of the bucket that match.
func (d *downloads) listed(ctx context.Context, yield func(object, error) bool) {
	for info, err := range d.engine.ListObjects(ctx, driver.ListObjectsRequest{Bucket: d.what.Bucket}) {
		if err != nil {
			yield(object{}, err)
			return
		}
		if d.keys[info.Key] || !d.patterns.Match(info.Key) {
			continue
		}
		d.grow(info.Size)
		if !yield(object{key: info.Key, known: true, size: info.Size, etag: info.ETag}, nil) {
			return
		}
	}
}

// get fetches one object. It returns an error only if no other can be fetched either.
func (d *downloads) get(ctx context.Context, o object) error {
	skipped, err := d.fetch(ctx, &o)
	switch {
	case err != nil:
		return d.tally.failed(ctx, err, o.key)
	case skipped:
		d.tally.skipped()
		d.options.add(o.size)
	default:
		d.tally.done(o.size)
	}
	return nil
}

// fetch writes the object's file, unless it is there already and may be skipped.
func (d *downloads) fetch(ctx context.Context, o *object) (skipped bool, err error) {
	place, err := d.target.place(o.key)
	if err != nil {
		return false, err
	}
	if err := d.look(ctx, o, place); err != nil {
		return false, err
	}
	if place.folder && o.size > 0 {
		return false, fault.New(fault.FailedPrecondition, "the key is a folder's name, but the object has content").WithHint(fault.HintSingleObject)
	}
	if err := d.target.prepare(place); err != nil {
		return false, err
	}
	if place.folder || d.there(ctx, *o, place) {
		return !place.folder, nil
	}
	return false, d.receive(ctx, o, place)
}

// look finds out about an object that the caller named, where that is needed: before a folder is made for what may not be
// there, among others.
func (d *downloads) look(ctx context.Context, o *object, p place) error {
	if o.known || !(p.folder || d.options.SkipExisting || d.options.Progress != nil || p.needsFolder()) {
		return nil
	}
	detail, err := d.engine.HeadObject(ctx, driver.HeadObjectRequest{Bucket: d.what.Bucket, Key: o.key})
	if err != nil {
		if p.folder || fault.CodeOf(err) == fault.NotFound {
			return err
		}
		return nil // fetching it will say what is wrong, if anything is
	}
	o.known, o.size, o.etag = true, detail.Size, detail.ETag
	d.grow(o.size)
	return nil
}

// there reports whether the file is there already and may be skipped.
func (d *downloads) there(ctx context.Context, o object, p place) bool {
	if !d.options.SkipExisting || !o.known {
		return false
	}
	file := d.target.openExisting(p)
	if file == nil {
		return false
	}
	defer file.Close()
	return sameContent(ctx, file, o.size, o.etag)
}

// receive fetches the object's content.
func (d *downloads) receive(ctx context.Context, o *object, p place) error {
	if o.size > transfer.PartSize {
		if err := d.large.Acquire(ctx, 1); err != nil {
			return err
		}
		defer d.large.Release(1)
	}
	detail, err := d.write(ctx, o, p)
	if err != nil {
		// Another object may have made a folder of that name meanwhile, which says more than the failed rename.
		if conflict := d.target.checkNoFolder(p); conflict != nil {
			return conflict
		}
		return err
	}
	o.size = detail.Size
	return nil
}

// smallObject is up to what size an object's bytes cross the plugin's socket. That costs less than a second process
// making and renaming a file; for larger ones the copying costs more. It is one message of the wire.
const smallObject = 1 << 20

// write fetches the object into its file, which is made and put into its place all at once, here or by the backend.
func (d *downloads) write(ctx context.Context, o *object, p place) (driver.ObjectDetail, error) {
	request := driver.GetObjectRequest{Bucket: d.what.Bucket, Key: o.key, Progress: d.options.addFunc()}
	if !o.known || o.size > smallObject {
		request.Path = p.path
		return d.engine.GetObject(ctx, request)
	}
	file, err := transfer.NewReplacement(p.path)
	if err != nil {
		return driver.ObjectDetail{}, err
	}
	defer file.Discard()
	request.Body = file
	detail, err := d.engine.GetObject(ctx, request)
	if err != nil {
		return detail, err
	}
	return detail, file.Commit()
}

// grow adds to the progress's total.
func (d *downloads) grow(bytes int64) {
	if d.options.Progress == nil {
		return
	}
	d.growing.Lock()
	defer d.growing.Unlock()
	d.options.Progress.Grow(bytes)
}
