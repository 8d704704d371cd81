package bulk

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// tree makes files, each with its own name as content, in a new current folder. A name with a slash at the end is a folder, one
// with " -> " a link.
func tree(t *testing.T, names ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, name := range names {
		link, to, isLink := strings.Cut(name, " -> ")
		var err error
		switch {
		case isLink:
			err = os.Symlink(to, link)
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(name, 0o777)
		default:
			if err = os.MkdirAll(filepath.Dir(name), 0o777); err == nil {
				err = os.WriteFile(name, []byte(name), 0o666)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// found returns "path => key" for each file, sorted.
func found(t *testing.T, files *Files) []string {
	t.Helper()
	var lines []string
	for file, err := range files.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		line := file.Path + " => " + file.Key
		if file.Err != nil {
			line += " !"
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

func TestFindFiles(t *testing.T) {
	for name, c := range map[string]struct {
		tree, paths []string
		prefix      string
		want        []string
	}{
		"a file has its name": {
			tree: []string{"x/one.txt"}, paths: []string{"x/one.txt"}, want: []string{"x/one.txt => one.txt"},
		},
		"a folder's name begins the keys": {
			tree: []string{"d/a.txt", "d/sub/b.txt", "d/.hidden", "d/empty/"}, paths: []string{"d"},
			want: []string{"d/.hidden => d/.hidden", "d/a.txt => d/a.txt", "d/sub/b.txt => d/sub/b.txt"},
		},
		"a slash at the end and dots change nothing": {
			tree: []string{"p/d/a"}, paths: []string{"./p//d/./"}, want: []string{"p/d/a => d/a"},
		},
		"the current folder's name does not": {
			tree: []string{"a", "s/b"}, paths: []string{"."}, want: []string{"a => a", "s/b => s/b"},
		},
		"nor does the one above": {
			tree: []string{"d/s/", "d/a"}, paths: []string{"d/s/.."}, want: []string{"d/s/../a => a"},
		},
		"a prefix gets a slash": {
			tree: []string{"a", "d/b"}, paths: []string{"a", "d"}, prefix: "pre", want: []string{"a => pre/a", "d/b => pre/d/b"},
		},
		"a prefix that has one keeps it": {
			tree: []string{"a"}, paths: []string{"a"}, prefix: "pre/", want: []string{"a => pre/a"},
		},
		"links to files are files, links to folders are not": {
			tree:  []string{"d/a", "out/b", "d/l -> a", "d/f -> ../out", "d/none -> nowhere"},
			paths: []string{"d"}, want: []string{"d/a => d/a", "d/l => d/l"},
		},
		"a link to a folder that is named is followed": {
			tree: []string{"out/b", "f -> out"}, paths: []string{"f"}, want: []string{"f/b => f/b"},
		},
		"the same file twice is one": {
			tree: []string{"d/a", "b"}, paths: []string{"d", "./d", "b", "b", "."}, want: []string{"b => b", "d/a => d/a"},
		},
		"folders of one name are fine without a common key": {
			tree: []string{"p/d/a", "q/d/b"}, paths: []string{"p/d", "q/d"}, want: []string{"p/d/a => d/a", "q/d/b => d/b"},
		},
		"a name that is not UTF-8 cannot be sent": {
			tree: []string{"d/a\xff", "d/b"}, paths: []string{"d"}, want: []string{"d/a\xff => d/a\ufffd !", "d/b => d/b"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			tree(t, c.tree...)
			files, err := FindFiles(t.Context(), c.paths, c.prefix, nil)
			if err != nil {
				t.Fatal(err)
			}
			got := found(t, files)
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n %q, want\n %q", got, c.want)
			}
			sent := slices.DeleteFunc(got, func(line string) bool { return strings.HasSuffix(line, " !") })
			if int(files.Count) != len(sent) {
				t.Errorf("Count is %d", files.Count)
			}
		})
	}
}

func TestFindFilesRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		tree, paths []string
		prefix      string
		code        fault.Code
		says        string
	}{
		"a missing path":          {tree: []string{"a"}, paths: []string{"a", "gone"}, code: fault.NotFound, says: "'gone' does not exist; nothing was sent"},
		"an empty path":           {paths: []string{""}, code: fault.NotFound, says: "'' does not exist"},
		"a link to nothing":       {tree: []string{"l -> nowhere"}, paths: []string{"l"}, code: fault.NotFound, says: "'l' does not exist"},
		"two files of one name":   {tree: []string{"x/a", "y/a"}, paths: []string{"x/a", "y/a"}, code: fault.InvalidArgument, says: "'x/a' and 'y/a' would both have the key 'a'"},
		"two folders":             {tree: []string{"x/d/s/a", "y/d/s/a"}, paths: []string{"x/d", "y/d"}, prefix: "p", code: fault.InvalidArgument, says: "the key 'p/d/s/a'"},
		"a folder and .":          {tree: []string{"x/s/a", "x/", "y/s/a"}, paths: []string{"y/s", "x/../x/s/.."}, code: fault.InvalidArgument, says: "the key 's/a'"},
		"a prefix not in UTF-8":   {tree: []string{"a"}, paths: []string{"a"}, prefix: "\xff", code: fault.InvalidArgument, says: "not valid UTF-8"},
		"a file used as a folder": {tree: []string{"a"}, paths: []string{"a/b"}, code: fault.InvalidArgument, says: "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			tree(t, c.tree...)
			_, err := FindFiles(t.Context(), c.paths, c.prefix, nil)
			if !errors.Is(err, c.code) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v (%s)", err, fault.CodeOf(err))
			}
		})
	}
}

func TestFindFilesTellsWhatItSkips(t *testing.T) {
	tree(t, "d/a", "other/", "d/none -> nowhere", "d/folder -> ../other")
	socket, err := net.Listen("unix", "d/socket")
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	skipped := map[string]string{}
	files, err := FindFiles(t.Context(), []string{"d"}, "", func(path, why string) { skipped[path] = why })
	if err != nil || files.Count != 1 {
		t.Fatal(files, err)
	}
	if len(skipped) != 3 || skipped["d/none"] != "it is a link to nothing" || skipped["d/socket"] != "it is no regular file" || skipped["d/folder"] != "it is a link to a folder" {
		t.Errorf("%v", skipped)
	}
}

func TestAllGoesOnAfterAnUnreadableFolder(t *testing.T) {
	tree(t, "d/x/f", "d/y/f", "e")
	files, err := FindFiles(t.Context(), []string{"d", "e"}, "p", nil)
	if err != nil {
		t.Fatal(err)
	}
	// Whichever folder comes first, the other is gone when its turn comes.
	other := map[string]string{"p/d/x/f": "d/y", "p/d/y/f": "d/x"}
	var sent, failed []string
	for file, err := range files.All(t.Context()) {
		switch {
		case err != nil:
			t.Fatal(err)
		case file.Err != nil:
			failed = append(failed, file.Key+": "+file.Err.Error())
		default:
			sent = append(sent, file.Key)
			if err := os.RemoveAll(other[file.Key]); err != nil {
				t.Fatal(err)
			}
		}
	}
	gone := other[sent[0]]
	if len(sent) != 2 || sent[1] != "p/e" || len(failed) != 1 || failed[0] != "p/"+gone+"/: the folder '"+gone+"' cannot be read: no such file or directory" {
		t.Errorf("sent %q, failed %q", sent, failed)
	}
}

func TestFindFilesStopsWithItsContext(t *testing.T) {
	tree(t, "d/a")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := FindFiles(ctx, []string{"d"}, "", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
