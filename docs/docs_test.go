// Package docs has the documentation, and tests of its links.
package docs

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// link is a link of Markdown to a file of the project, without what follows a #.
var link = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)

// TestEachPageCanBeReached follows the links from the README: each leads to a file that is there, and each page of this folder is met.
func TestEachPageCanBeReached(t *testing.T) {
	root := os.DirFS("..")
	met := map[string]bool{}
	for queue := []string{"README.md"}; len(queue) > 0; queue = queue[1:] {
		page := queue[0]
		if met[page] {
			continue
		}
		met[page] = true
		content, err := fs.ReadFile(root, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range link.FindAllStringSubmatch(string(content), -1) {
			to := path.Join(path.Dir(page), found[1])
			if _, err := fs.Stat(root, to); err != nil {
				t.Errorf("%s has a link to %s: %v", page, found[1], err)
			} else if strings.HasSuffix(to, ".md") {
				queue = append(queue, to)
			}
		}
	}
	pages, err := fs.Glob(root, "docs/*.md")
	more, moreErr := fs.Glob(root, "docs/*/*.md")
	if err != nil || moreErr != nil || len(pages) == 0 {
		t.Fatal(len(pages), err, moreErr)
	}
	for _, page := range slices.Concat(pages, more) {
		if !met[page] {
			t.Errorf("no link leads to %s", page)
		}
	}
}
