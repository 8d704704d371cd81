package bulk

import (
	"context"
	"iter"
	"sync"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/parallel"
	"github.com/s3-credentials/s3-credentials/core/driver/transfer"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Download selects the objects to fetch: those with the given keys and those that match a pattern; all objects if there
// are neither.
type Download struct {
	Bucket   string
	Keys     []string
	Patterns []string
	// Dir is the folder to write to; Get creates it. Keys become paths below it: the object "a/b" becomes the file b in
	// the folder a. A key that ends with a slash becomes a folder.
	Dir string
}

// Get fetches objects into files. A key fails if it leads out of the target folder, also through a link, if it is no
// valid file name, or if it would be a file and a folder at once.
func Get(ctx context.Context, engine *core.Engine, what Download, options Options) (Summary, error) {
	patterns, err := NewPatterns(what.Patterns)
	if err != nil {
		return Summary{}, err
	}
	target, err := newTarget(what.Dir)
	if err != nil {
		return Summary{}, err
	}
	d := &downloads{
		mover: newMover(engine, what.Bucket, options, DefaultConcurrency()),
		what:  what, patterns: patterns, target: target, keys: map[string]bool{},
	}
	defer target.close()
	err = parallel.Each(ctx, d.concurrency, d.objects, d.get)
	if err == nil {
		_, err = target.folder() // create the folder even if there was nothing to fetch
	}
	return d.result(err)
}

type downloads struct {
	mover
	what     Download
	patterns Patterns
	target   *target
	// keys are those that the caller named.
	keys map[string]bool
	// growing guards the progress's total.
	growing sync.Mutex
}

// object is an object to fetch.
type object struct {
	key string
	// known says that size and etag are set, as for objects from a listing.
	known bool
	size  int64
	etag  string
}

// objects yields the objects to fetch, each once.
func (d *downloads) objects(ctx context.Context) iter.Seq2[object, error] {
	return func(yield func(object, error) bool) {
		// A progress bar stops at its end. One pending byte keeps it going until all objects are listed.
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
	for info, err := range d.engine.ListObjects(ctx, driver.ListObjectsRequest{Bucket: d.what.Bucket, Prefix: d.patterns.Prefix}) {
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

// get fetches one object. It returns an error only if every other object would fail too.
func (d *downloads) get(ctx context.Context, o object) error {
	skipped, err := d.fetch(ctx, &o)
	switch {
	case err != nil:
		return d.failed(ctx, err, o.key)
	case skipped:
		d.skipped()
		d.options.add(o.size)
	default:
		d.done(o.size)
	}
	return nil
}

// fetch writes the object's file, unless the file exists and may be skipped.
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

// look asks for the size of an object that the caller named, where something needs it: for example before a folder is
// created for an object that may not exist.
func (d *downloads) look(ctx context.Context, o *object, p place) error {
	if o.known || !(p.folder || d.options.SkipExisting || d.options.Progress != nil || p.needsFolder()) {
		return nil
	}
	detail, err := d.engine.HeadObject(ctx, driver.HeadObjectRequest{Bucket: d.what.Bucket, Key: o.key})
	if err != nil {
		if p.folder || fault.CodeOf(err) == fault.NotFound {
			return err
		}
		return nil // the download reports the error, if it persists
	}
	o.known, o.size, o.etag = true, detail.Size, detail.ETag
	d.grow(o.size)
	return nil
}

// there reports whether the file exists and may be skipped.
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
	release, err := d.acquire(ctx, o.size)
	if err != nil {
		return err
	}
	defer release()
	detail, err := d.write(ctx, o, p)
	if err != nil {
		// Another object may have created a folder of that name meanwhile; that explains more than the failed rename.
		if conflict := d.target.checkNoFolder(p); conflict != nil {
			return conflict
		}
		return err
	}
	o.size = detail.Size
	return nil
}

// smallObject is the largest object whose bytes cross the plugin's socket: one message on the wire. Up to this size
// that is cheaper than a second process that creates and renames a file; above it the copying costs more.
const smallObject = 1 << 20

// write fetches the object into a temporary file, and puts it in its place if it is what was listed.
func (d *downloads) write(ctx context.Context, o *object, p place) (driver.ObjectDetail, error) {
	request := driver.GetObjectRequest{Bucket: d.what.Bucket, Key: o.key, Progress: d.options.addFunc()}
	file, err := transfer.NewReplacement(p.path)
	if err != nil {
		return driver.ObjectDetail{}, err
	}
	defer file.Discard()
	if o.known && o.size <= smallObject {
		request.Body = file
	} else {
		request.Path = file.Name()
		_ = file.Close() // the backend replaces it
	}
	detail, err := d.engine.GetObject(ctx, request)
	if err == nil {
		err = o.asListed(detail)
	}
	if err != nil {
		return detail, err
	}
	return detail, file.Commit()
}

// asListed compares what came with what the listing said, by size and, where both ETags are checksums, by ETag.
func (o *object) asListed(came driver.ObjectDetail) error {
	listed, _, isSum := splitETag(o.etag)
	got, _, isSumToo := splitETag(came.ETag)
	switch {
	case !o.known:
		return nil
	case came.Size != o.size:
		return fault.New(fault.DataLoss, "the listing said %d bytes, and %d came: it was changed meanwhile, or is damaged; try again", o.size, came.Size)
	case isSum && isSumToo && listed != got:
		return fault.New(fault.DataLoss, "the listing said another checksum than came: it was changed meanwhile, or is damaged; try again")
	}
	return nil
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
