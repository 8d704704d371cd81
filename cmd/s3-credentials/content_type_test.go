package main

import "testing"

// The expected types are what the Python tool guesses, except for names that it does not know.
func TestContentTypeOf(t *testing.T) {
	for name, want := range map[string]string{
		"a.txt": "text/plain", "A.HTML": "text/html", "a.tar.gz": "application/x-tar", "a.tgz": "application/x-tar", "a.gz": "",
		"a.txt.gz": "text/plain", "a.Z": "", "a": "", "a.": "", ".txt": "", ".profile": "", "dir.d/file": "",
		"a.json": "application/json", "a.svgz": "image/svg+xml", "a.js": "text/javascript", "b.csv": "text/csv",
		"a.txt.bz2": "text/plain", "a.tar.xz": "application/x-tar", ".tar.gz": "", "dir/a.MP4": "video/mp4",
		"a.no-such-type": "", "a.webp": "image/webp",
	} {
		if got := contentTypeOf(name); got != want {
			t.Errorf("contentTypeOf(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestEscapePath(t *testing.T) {
	for key, want := range map[string]string{
		"a/b.txt": "a/b.txt", "a b+c": "a%20b%2Bc", "é?#&=": "%C3%A9%3F%23%26%3D", "~-_.": "~-_.", "//": "//", "%": "%25", "[`{@": "%5B%60%7B%40",
	} {
		if got := escapePath(key); got != want {
			t.Errorf("escapePath(%q) = %q, want %q", key, got, want)
		}
	}
}
