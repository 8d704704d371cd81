package output

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// The expected texts in testdata were printed by the Python tool: see testdata/make.py.

var testRows = []orderedjson.Object{
	{
		{Name: "Key", Value: `plain "quoted", comma`},
		{Name: "LastModified", Value: time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)},
		{Name: "Size", Value: int64(12)},
		{Name: "Owner", Value: orderedjson.Object{{Name: "DisplayName", Value: "é ☃ 😀 \x7f"}, {Name: "ID", Value: "a\tb\\c/d"}}},
	},
	{
		{Name: "Key", Value: "line\nbreak\r\x01"},
		{Name: "LastModified", Value: time.Date(2023, 1, 1, 4, 3, 4, 56000999, time.FixedZone("", 2*60*60))},
		{Name: "Size", Value: 0},
		{Name: "Empty", Value: []orderedjson.Value{}},
		{Name: "Nothing", Value: orderedjson.Object{}},
		{Name: "Unknown", Value: nil},
		{Name: "Owner", Value: []orderedjson.Value{"x", orderedjson.Object{{Name: "y", Value: []orderedjson.Value{1, orderedjson.Float(2.5), true}}}}},
	},
	{{Name: "Key", Value: " spaces "}, {Name: "Size", Value: orderedjson.Number("9007199254740993")}, {Name: "Owner", Value: false}, {Name: "Tab", Value: "a\tb"}},
}

// start begins a listing in the format of that name.
func start(t *testing.T, w io.Writer, name string, columns ...string) Listing {
	t.Helper()
	for _, f := range Formats {
		if f.Name == name {
			return f.Start(w, Layout{Columns: columns})
		}
	}
	t.Fatalf("there is no format %q", name)
	return nil
}

func TestRowsAsThePythonToolPrintsThem(t *testing.T) {
	columns := []string{"Key", "LastModified", "Size", "Owner", "Missing"}
	lists := []struct {
		name    string
		rows    []orderedjson.Object
		columns []string
	}{
		{"rows", testRows, columns}, {"one", testRows[:1], columns}, {"none", nil, columns},
		{"narrow", []orderedjson.Object{{{Name: "A", Value: ""}}, {}}, []string{"A"}},
	}
	for _, list := range lists {
		for format, kind := range map[string]string{"": "json", "nl": "nl", "csv": "csv", "tsv": "tsv"} {
			t.Run(list.name+"."+kind, func(t *testing.T) {
				var got bytes.Buffer
				r := start(t, &got, format, list.columns...)
				for _, row := range list.rows {
					if err := r.Write(row); err != nil {
						t.Fatal(err)
					}
				}
				if err := r.Close(); err != nil {
					t.Fatal(err)
				}
				compare(t, got.String(), list.name+"."+kind)
			})
		}
	}
}

// TestRowsStream checks that a row can be read before the listing ends.
func TestRowsStream(t *testing.T) {
	reader, writer := io.Pipe()
	r := start(t, writer, "nl")
	if err := r.Write(orderedjson.Object{{Name: "a", Value: 1}}); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 64)
	n, err := reader.Read(line) // the listing is still open: only the timer can have written this
	if got := string(line[:n]); err != nil || got != "{\"a\": 1}\n" {
		t.Fatalf("read %q, %v", got, err)
	}
	go io.Copy(io.Discard, reader) //nolint:errcheck // there is nothing more
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAbandonedJSONIsNoJSON(t *testing.T) {
	var got bytes.Buffer
	r := start(t, &got, "")
	if err := r.Write(orderedjson.Object{{Name: "a", Value: 1}}); err != nil {
		t.Fatal(err)
	}
	r.Abandon()
	if _, err := orderedjson.Parse(got.Bytes()); err == nil || !strings.Contains(got.String(), `"a": 1`) {
		t.Fatalf("an abandoned listing printed %q", got.String())
	}
	got.Reset()
	start(t, &got, "").Abandon()
	if got.Len() != 0 {
		t.Fatalf("a listing that failed at once printed %q", got.String())
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestRowsReportWriteErrors(t *testing.T) {
	r := start(t, brokenWriter{}, "csv", "a")
	if err := r.Write(orderedjson.Object{{Name: "a", Value: strings.Repeat("x", 100<<10)}}); !errors.Is(err, errBroken) {
		t.Errorf("Write: %v", err)
	}
	if err := r.Close(); !errors.Is(err, errBroken) {
		t.Errorf("Close: %v", err)
	}
}

func compare(t *testing.T, got, golden string) {
	t.Helper()
	if want := read(t, golden); got != want {
		t.Errorf("%s:\ngot  %q\nwant %q", golden, got, want)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
