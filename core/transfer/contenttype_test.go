package transfer

import "testing"

func TestContentType(t *testing.T) {
	for name, want := range map[string]string{
		"index.html": "text/html", "a.HTML": "text/html", "dir/app.js": "text/javascript", "data.json": "application/json",
		"a.tar.gz": "application/x-tar", "a.tgz": "application/x-tar", "a.TGZ": "application/x-tar", "a.json.gz": "application/json",
		"a.gz": "", "a.Z": "", "a.txt.xz": "text/plain", "pic.svgz": "image/svg+xml", "a..html": "text/html",
		"a": "", "a.no-such-ending": "", ".html": "", ".gz": "", "dir.html/readme": "", "": "", "a.": "",
		".hidden.txt": "text/plain", "..html": "",
	} {
		if got := ContentType(name); got != want {
			t.Errorf("ContentType(%q) = %q, want %q", name, got, want)
		}
	}
}
