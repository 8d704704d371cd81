//go:build systems

package parity

import (
	"strings"
	"testing"
)

func objectCases() []parityCase {
	one := []given{bucket("one")}
	files := map[string]string{"a.txt": "hello", "page.html": "<p>", "unknown.zzz": "?", "noextension": "x"}
	full := append(one, objects("one", "a.txt", "folder/b.txt"))
	return []parityCase{
		{name: "put-object", given: one, files: files, args: []string{"put-object", "one", "key.txt", "a.txt"}},
		{name: "put-object -s", given: one, files: files, args: []string{"put-object", "-s", "one", "key.txt", "a.txt"}},
		{name: "put-object of HTML", given: one, files: files, args: []string{"put-object", "one", "page", "page.html", "--silent"}},
		{name: "put-object of an unknown kind", given: one, files: files, args: []string{"put-object", "one", "key", "unknown.zzz"}},
		{name: "put-object without an extension", given: one, files: files, args: []string{"put-object", "one", "key", "noextension"}},
		{name: "put-object --content-type", given: one, files: files, args: []string{"put-object", "one", "key", "a.txt", "--content-type", "x/y"}},
		{name: "put-object from stdin", given: one, stdin: "from stdin", args: []string{"put-object", "one", "key", "-"}},
		{name: "put-object from stdin with a type", given: one, stdin: "from stdin", args: []string{"put-object", "one", "key", "-", "--content-type", "text/csv"}},
		{name: "put-object from an empty stdin", given: one, args: []string{"put-object", "one", "key", "-", "--silent"}},
		{name: "put-object of a missing file", given: one, args: []string{"put-object", "one", "key", "missing.txt"}},
		{name: "put-object of a folder", given: one, files: map[string]string{"d/": ""}, args: []string{"put-object", "one", "key", "d"}},
		{name: "put-object into a missing bucket", files: files, args: []string{"put-object", "missing", "key", "a.txt"}},
		{name: "put-object with too few arguments", args: []string{"put-object", "one", "key"}},
		{name: "put-object with too many arguments", files: files, args: []string{"put-object", "one", "key", "a.txt", "more"}},
		{name: "get-object", given: full, args: []string{"get-object", "one", "folder/b.txt"}},
		{name: "get-object -o", given: full, args: []string{"get-object", "one", "a.txt", "-o", "out.txt"}},
		{name: "get-object -o over a file", given: full, files: map[string]string{"out.txt": "before"}, args: []string{"get-object", "one", "a.txt", "--output=out.txt"}},
		{name: "get-object of a missing key", given: full, args: []string{"get-object", "one", "missing"}},
		{name: "get-object of a missing bucket", args: []string{"get-object", "missing", "a.txt"}},
		{name: "get-object -o of a missing key", differs: "get-leftover", given: full, args: []string{"get-object", "one", "missing", "-o", "out.txt"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 1, 1)
			if _, left := python.files["out.txt"]; !left {
				t.Error("the Python tool leaves no file either")
			}
			if len(ours.files) != 0 {
				t.Errorf("this tool leaves %v", ours.files)
			}
		}},
	}
}

func manyObjectCases() []parityCase {
	one := []given{bucket("one")}
	files := map[string]string{"a.bin": "A", "b.bin": "B", "dir/c.bin": "C", "dir/deep/d.bin": "D"}
	full := append(one, objects("one", "a.txt", "folder/b.txt", "folder/deep/c.txt", "js/app.js", "z/js/other.js"))
	return []parityCase{
		{name: "put-objects", differs: "put-types", given: one, files: files, args: []string{"put-objects", "one", "a.bin", "b.bin"}, check: sameContents},
		{name: "put-objects of a folder", differs: "put-types", given: one, files: files, args: []string{"put-objects", "one", "dir", "-s"}, check: sameContents},
		{name: "put-objects of a folder and a file", differs: "put-types", given: one, files: files, args: []string{"put-objects", "one", "dir/", "a.bin"}, check: sameContents},
		{name: "put-objects --prefix", differs: "put-types", given: one, files: files, args: []string{"put-objects", "one", "dir", "a.bin", "--prefix", "up"}, check: sameContents},
		{name: "put-objects --prefix with a slash", differs: "put-types", given: one, files: files, args: []string{"put-objects", "one", "a.bin", "--prefix", "up/"}, check: sameContents},
		{name: "put-objects --dry-run", given: one, files: files, unordered: true, args: []string{"put-objects", "one", "dir", "a.bin", "--dry-run"}},
		{name: "put-objects --dry-run --prefix", given: one, files: files, unordered: true, args: []string{"put-objects", "one", "dir", "--prefix", "p", "--dry-run"}},
		{name: "put-objects of a missing path", differs: "put-missing", given: one, files: files, args: []string{"put-objects", "one", "a.bin", "missing"}, check: func(t *testing.T, python, ours outcome) {
			if python.exit != 0 || ours.exit == 0 {
				t.Errorf("exit codes %d and %d", python.exit, ours.exit)
			}
			if stored := bucketState(ours, "one")["objects"].(map[string]any); len(stored) != 0 {
				t.Errorf("this tool sent %v", stored)
			}
		}},
		{name: "put-objects of the same name twice", differs: "put-collision", given: one, files: map[string]string{"x/a": "1", "y/a": "2"}, args: []string{"put-objects", "one", "x/a", "y/a"}, check: func(t *testing.T, python, ours outcome) {
			if python.exit != 0 || ours.exit == 0 {
				t.Errorf("exit codes %d and %d", python.exit, ours.exit)
			}
		}},
		{name: "put-objects without a path", given: one, args: []string{"put-objects", "one"}},
		{name: "get-objects", given: full, args: []string{"get-objects", "one"}},
		{name: "get-objects -o", given: full, args: []string{"get-objects", "one", "-o", "target", "-s"}},
		{name: "get-objects of keys", given: full, args: []string{"get-objects", "one", "a.txt", "folder/b.txt"}},
		{name: "get-objects --pattern", given: full, args: []string{"get-objects", "one", "--pattern", "*/*.js"}},
		{name: "get-objects -p twice", given: full, args: []string{"get-objects", "one", "-p", "*.js", "-p", "folder/?.txt"}},
		{name: "get-objects of keys and a pattern", given: full, args: []string{"get-objects", "one", "a.txt", "-p", "folder/[!d]*"}},
		{name: "get-objects of a pattern that nothing matches", given: full, args: []string{"get-objects", "one", "--pattern", "nothing*"}},
		{name: "get-objects of an empty bucket", given: one, args: []string{"get-objects", "one"}},
		{name: "get-objects of a missing key", given: full, args: []string{"get-objects", "one", "a.txt", "missing"}},
		{name: "get-objects with a folder's marker", differs: "get-objects-markers", given: append(one, objects("one", "a.txt", "folder/b.txt"), marker("one", "folder/")), args: []string{"get-objects", "one", "-s"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 1, 0)
			if len(ours.files) != 2 {
				t.Errorf("this tool fetched %v", ours.files)
			}
		}},
		{name: "get-objects of a key and of one below it", differs: "get-objects-conflict", given: append(one, objects("one", "a", "a/b", "c")), args: []string{"get-objects", "one", "-s"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 1, 1)
			if len(ours.files) != 2 || ours.files["c"] == "" {
				t.Errorf("this tool fetched %v", ours.files)
			}
		}},
		{name: "get-objects of a key with two slashes", differs: "get-objects-names", given: append(one, objects("one", "x//y", "c")), args: []string{"get-objects", "one", "-s"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 1)
			if len(python.files) != 2 || len(ours.files) != 1 {
				t.Errorf("the Python tool fetched %v, this one %v", python.files, ours.files)
			}
		}},
		{name: "get-objects of a missing bucket", args: []string{"get-objects", "missing"}},
		{name: "delete-objects", given: full, args: []string{"delete-objects", "one", "a.txt", "js/app.js"}},
		{name: "delete-objects -s", given: full, args: []string{"delete-objects", "-s", "one", "a.txt"}},
		{name: "delete-objects of a missing key", given: full, args: []string{"delete-objects", "one", "missing"}},
		{name: "delete-objects --prefix", given: full, args: []string{"delete-objects", "one", "--prefix", "folder/"}},
		{name: "delete-objects --prefix that nothing has", given: full, args: []string{"delete-objects", "one", "--prefix", "nothing"}},
		{name: "delete-objects --dry-run", given: full, args: []string{"delete-objects", "one", "a.txt", "--dry-run"}},
		{name: "delete-objects -d --prefix", given: full, args: []string{"delete-objects", "one", "--prefix", "folder/", "-d"}},
		{name: "delete-objects --prefix on a terminal", differs: "delete-asks", given: full, typed: "n\n", args: []string{"delete-objects", "one", "--prefix", "folder/"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 1)
			was, is := bucketState(python, "one")["objects"].(map[string]any), bucketState(ours, "one")["objects"].(map[string]any)
			if len(was) >= len(is) || !strings.Contains(ours.stderr, "Delete all objects of one whose keys begin with 'folder/' on http://") {
				t.Errorf("the Python tool leaves %v, this one %v, and it says %q", was, is, ours.stderr)
			}
		}},
		{name: "delete-objects with both", given: full, args: []string{"delete-objects", "one", "a.txt", "--prefix", "folder/"}},
		{name: "delete-objects with neither", given: full, args: []string{"delete-objects", "one"}},
		{name: "delete-objects of a key with a space at its end", differs: "delete-strip", given: append(one, objects("one", "a", "a ")), args: []string{"delete-objects", "one", "a "}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 0)
			was, is := bucketState(python, "one")["objects"].(map[string]any), bucketState(ours, "one")["objects"].(map[string]any)
			if was["a"] != nil || is["a"] == nil || is["a "] != nil {
				t.Errorf("the Python tool leaves %v, this one %v", was, is)
			}
		}},
	}
}

// sameContents checks that both stored the same bytes under the same keys, and this tool with media types.
func sameContents(t *testing.T, python, ours outcome) {
	t.Helper()
	wantExits(t, python, ours, 0, 0)
	was, is := bucketState(python, "one")["objects"].(map[string]any), bucketState(ours, "one")["objects"].(map[string]any)
	if len(was) == 0 || len(was) != len(is) {
		t.Fatalf("the Python tool stored %v, this one %v", was, is)
	}
	for key, object := range was {
		a, b := object.(map[string]any), is[key].(map[string]any)
		if a["content"] != b["content"] || !strings.HasPrefix(a["type"].(string), "binary/") || b["type"] == "" {
			t.Errorf("%s: %v and %v", key, a, b)
		}
	}
}
