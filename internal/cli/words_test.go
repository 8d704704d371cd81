package cli_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// optionName is an option of the command line as it is typed.
var optionName = regexp.MustCompile(`--[a-z]|(^|[ '(])-[a-z]\b`)

// TestOnlyTheCommandLineNamesOptions looks at every string of the packages that other programs use: what they say must
// not name an option of this command line, which words their hints instead.
func TestOnlyTheCommandLineNamesOptions(t *testing.T) {
	looked := 0
	for _, folder := range []string{"core", "plugins", "backends", "internal/wire", "internal/bulk"} {
		err := filepath.WalkDir(filepath.Join("..", "..", filepath.FromSlash(folder)), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && isSource(entry) {
				looked += checkStrings(t, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if looked < 500 {
		t.Errorf("only %d strings were looked at", looked)
	}
}

func isSource(entry fs.DirEntry) bool {
	name := entry.Name()
	return !entry.IsDir() && strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, ".pb.go")
}

// checkStrings looks at the strings of a file and returns how many there are.
func checkStrings(t *testing.T, path string) (n int) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(node ast.Node) bool {
		literal, ok := node.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		n++
		if text, err := strconv.Unquote(literal.Value); err != nil || optionName.MatchString(text) {
			t.Errorf("%s: the string %s names an option", files.Position(literal.Pos()), literal.Value)
		}
		return true
	})
	return n
}

func TestOptionName(t *testing.T) {
	for text, want := range map[string]bool{
		"try --create-bucket": true, "use -d/--duration": true, "with (-c)": true, "-o FILE": true, "'-a'": true,
		"read-only": false, "a - b": false, "us-east-1": false, "s3-credentials": false, "-1": false, "x--": false,
	} {
		if got := optionName.MatchString(text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
