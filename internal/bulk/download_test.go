package bulk_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/bulk"
)

func get(t *testing.T, engine *core.Engine, options bulk.Options, what bulk.Download) (bulk.Summary, error) {
	t.Helper()
	what.Bucket = bucket
	if what.Dir == "" {
		what.Dir = "to"
	}
	return bulk.Get(t.Context(), engine, what, options)
}

func TestGet(t *testing.T) {
	for name, c := range map[string]struct {
		keys, patterns []string
		want           []string
	}{
		"everything":           {want: []string{"a.js", "a.txt", "d/b.js", "d/e/c.js"}},
		"keys":                 {keys: []string{"a.txt", "d/b.js"}, want: []string{"a.txt", "d/b.js"}},
		"a key twice":          {keys: []string{"a.txt", "a.txt"}, want: []string{"a.txt"}},
		"a pattern":            {patterns: []string{"*/*.js"}, want: []string{"d/b.js", "d/e/c.js"}},
		"patterns":             {patterns: []string{"*.js", "d/*"}, want: []string{"a.js", "d/b.js", "d/e/c.js"}},
		"keys and a pattern":   {keys: []string{"a.txt", "d/b.js"}, patterns: []string{"d*"}, want: []string{"a.txt", "d/b.js", "d/e/c.js"}},
		"a pattern of nothing": {patterns: []string{"nothing"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			engine, h := start(t)
			store(t, engine, "a.js", "a.txt", "d/b.js", "d/e/c.js")
			bar := &sums{}
			summary, err := get(t, engine, bulk.Options{Progress: bar}, bulk.Download{Keys: c.keys, Patterns: c.patterns})
			expect(t, summary, err, int64(len(c.want)), 0)
			same(t, "fetched", h.called("Get"), c.want)
			size := int64(len(strings.Join(c.want, "")))
			if bar.total.Load() != size || bar.moved.Load() != size || summary.Bytes != size {
				t.Errorf("progress %d of %d, %d bytes moved, want %d", bar.moved.Load(), bar.total.Load(), summary.Bytes, size)
			}
			for _, key := range c.want {
				if content, err := os.ReadFile(filepath.Join("to", key)); err != nil || string(content) != key {
					t.Errorf("%s: %q, %v", key, content, err)
				}
			}
			if info, err := os.Stat("to"); err != nil || !info.IsDir() {
				t.Errorf("the folder is not there: %v", err)
			}
		})
	}
}

func TestGetToTheCurrentFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	engine, _ := start(t)
	store(t, engine, "a", "d/b")
	summary, err := bulk.Get(t.Context(), engine, bulk.Download{Bucket: bucket}, bulk.Options{})
	expect(t, summary, err, 2, 0)
	same(t, "files", below(t, "."), []string{"a=a", "d/", "d/b=d/b"})
}

func TestGetKeepsInsideItsFolder(t *testing.T) {
	write(t, "outside/file", "to/x")
	if err := os.Symlink("../outside", "to/link"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../outside/file", "to/file"); err != nil {
		t.Fatal(err)
	}
	engine, _ := start(t)
	absolute := filepath.Join(t.TempDir(), "absolute")
	store(t, engine, "../up", "x/../../up", absolute, "link/in", "link/d/in", "link/d/", "a/../b", "a//b", "./a", "good", "file")
	summary, err := get(t, engine, bulk.Options{}, bulk.Download{})
	expect(t, summary, err, 2, 0, "../up", "./a", absolute, "a/../b", "a//b", "link/d/", "link/d/in", "link/in", "x/../../up")
	for _, f := range summary.Failures {
		if !errors.Is(f.Err, fault.InvalidArgument) || fault.HintOf(f.Err) != fault.HintSingleObject {
			t.Errorf("%s: %v", f.Name, f.Err)
		}
	}
	if err := os.Remove("to/link"); err != nil {
		t.Fatal(err)
	}
	same(t, "files", below(t, "."), []string{"outside/", "outside/file=outside/file", "to/", "to/file=file", "to/good=good", "to/x=to/x"})
	if _, err := os.Stat(absolute); err == nil {
		t.Error("it wrote to an absolute path")
	}
}

func TestGetFoldersAndConflicts(t *testing.T) {
	write(t, "to/was-file", "to/was-folder/x")
	engine, _ := start(t)
	store(t, engine, "marker/", "deep/marker/", "deep/marker/a", "was-file/b", "was-folder", "fine")
	summary, err := get(t, engine, bulk.Options{Concurrency: 1}, bulk.Download{})
	expect(t, summary, err, 4, 0, "was-file/b", "was-folder")
	if says := summary.Failures[0].Err.Error(); !strings.Contains(says, "is a file here") {
		t.Error(says)
	}
	if says := summary.Failures[1].Err.Error(); !strings.Contains(says, "is a folder here") {
		t.Error(says)
	}
	same(t, "files", below(t, "to"), []string{
		"deep/", "deep/marker/", "deep/marker/a=deep/marker/a", "fine=fine", "marker/", "was-file=to/was-file", "was-folder/", "was-folder/x=to/was-folder/x",
	})
}

func TestGetOneKeyThatIsFileAndFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	engine, _ := start(t)
	store(t, engine, "a", "a/b", "a/c")
	summary, err := get(t, engine, bulk.Options{Concurrency: 1}, bulk.Download{})
	expect(t, summary, err, 1, 0, "a/b", "a/c")
	same(t, "files", below(t, "to"), []string{"a=a"})
	os.RemoveAll("to")
	// At the same time, whichever comes first wins; nothing is lost silently.
	summary, err = get(t, engine, bulk.Options{Concurrency: 3}, bulk.Download{})
	if err != nil || summary.Done+summary.Failed() != 3 || summary.Failed() == 0 {
		t.Errorf("%+v, %v", summary, err)
	}
	for _, f := range summary.Failures {
		if !errors.Is(f.Err, fault.FailedPrecondition) {
			t.Errorf("%s: %v", f.Name, f.Err)
		}
	}
}

func TestGetMarkerWithContent(t *testing.T) {
	t.Chdir(t.TempDir())
	engine, _ := start(t)
	store(t, engine, "ok")
	storeContent(t, engine, "odd/", "content")
	summary, err := get(t, engine, bulk.Options{}, bulk.Download{Keys: []string{"odd/", "ok"}})
	expect(t, summary, err, 1, 0, "odd/")
	same(t, "files", below(t, "to"), []string{"ok=ok"})
}

func TestGetMissingKeys(t *testing.T) {
	t.Chdir(t.TempDir())
	engine, h := start(t)
	store(t, engine, "a", "secret")
	h.before = func(_ context.Context, method, key string) error {
		if key == "secret" {
			return refuse(fault.PermissionDenied)
		}
		return nil
	}
	summary, err := get(t, engine, bulk.Options{}, bulk.Download{Keys: []string{"no/such/key", "a", "gone", "secret", "none/"}})
	expect(t, summary, err, 1, 0, "gone", "no/such/key", "none/", "secret")
	for i, want := range []fault.Code{fault.NotFound, fault.NotFound, fault.NotFound, fault.PermissionDenied} {
		if f := summary.Failures[i]; !errors.Is(f.Err, want) {
			t.Errorf("%s: %v", f.Name, f.Err)
		}
	}
	same(t, "files", below(t, "to"), []string{"a=a"})
}

func TestGetSkipsWhatIsThere(t *testing.T) {
	t.Chdir(t.TempDir())
	engine, h := start(t)
	store(t, engine, "d/a", "d/b", "d/c", "d/marker/")
	options := bulk.Options{SkipExisting: true}
	summary, err := get(t, engine, options, bulk.Download{})
	expect(t, summary, err, 4, 0)
	h.called("Get")
	if err := os.WriteFile("to/d/b", []byte("D/B"), 0o666); err != nil { // of the same size
		t.Fatal(err)
	}
	if err := os.WriteFile("to/d/c", []byte("cut"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, what := range []bulk.Download{{}, {Keys: []string{"d/a", "d/b", "d/c", "d/marker/"}}} {
		bar := &sums{}
		options.Progress = bar
		summary, err = get(t, engine, options, what)
		expect(t, summary, err, 3, 1)
		same(t, "fetched again", h.called("Get"), []string{"d/b", "d/c"})
		if bar.moved.Load() != bar.total.Load() || bar.total.Load() != 9 {
			t.Errorf("progress %d of %d", bar.moved.Load(), bar.total.Load())
		}
		for _, name := range []string{"to/d/b", "to/d/c"} {
			if err := os.WriteFile(name, []byte("xxx"), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestGetReplacesALinkRatherThanItsTarget(t *testing.T) {
	write(t, "precious", "to/x")
	if err := os.Symlink("../precious", "to/a"); err != nil {
		t.Fatal(err)
	}
	engine, _ := start(t)
	storeContent(t, engine, "a", "precious") // the same content: a link is no reason to skip
	summary, err := get(t, engine, bulk.Options{SkipExisting: true}, bulk.Download{})
	expect(t, summary, err, 1, 0)
	if info, err := os.Lstat("to/a"); err != nil || !info.Mode().IsRegular() {
		t.Errorf("the link is still there: %v", err)
	}
}

func TestGetAfterABrokenListing(t *testing.T) {
	t.Chdir(t.TempDir())
	engine, h := start(t)
	store(t, engine, "a", "b", "c", "d")
	h.before = func(_ context.Context, method, key string) error {
		if method == "List" && key == "c" {
			return refuse(fault.Internal)
		}
		return nil
	}
	summary, err := get(t, engine, bulk.Options{Concurrency: 1}, bulk.Download{})
	if !errors.Is(err, fault.Internal) {
		t.Errorf("got %v", err)
	}
	expect(t, summary, nil, 2, 0)
	same(t, "files", below(t, "to"), []string{"a=a", "b=b"})
}

func TestGetFromNoBucketMakesNoFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	engine, _ := start(t)
	_, err := bulk.Get(t.Context(), engine, bulk.Download{Bucket: "no-such-bucket", Dir: "to"}, bulk.Options{})
	if !errors.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat("to"); err == nil {
		t.Error("the folder was made")
	}
}

func TestGetStopsWithItsContext(t *testing.T) {
	t.Chdir(t.TempDir())
	engine, h := start(t)
	store(t, engine, "a", "b", "c", "d", "e")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	h.before = func(ctx context.Context, method, key string) error {
		if method == "Get" && key == "c" {
			cancel()
			return ctx.Err()
		}
		return nil
	}
	summary, err := bulk.Get(ctx, engine, bulk.Download{Bucket: bucket, Dir: "to"}, bulk.Options{Concurrency: 1})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	expect(t, summary, nil, 2, 0)
	same(t, "files", below(t, "to"), []string{"a=a", "b=b"})
}
