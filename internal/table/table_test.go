package table

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

func printed(t *testing.T, options Options, rows ...[]string) string {
	t.Helper()
	var out bytes.Buffer
	w := New(&out, options)
	for _, row := range rows {
		cells := make([]Cell, len(row))
		for i, text := range row {
			cells[i] = Cell{Text: text, Right: options.Headers[i] == "Size"}
		}
		if err := w.Write(cells); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTable(t *testing.T) {
	for _, test := range []struct {
		name    string
		options Options
		rows    [][]string
		want    string
	}{
		{"none", Options{Headers: []string{"Key", "Size"}}, nil, "Key  Size\n"},
		{
			"as wide as needed", Options{Headers: []string{"Key", "Size"}},
			[][]string{{"a", "1"}, {"a longer one", "1048576"}},
			"Key              Size\na                   1\na longer one  1048576\n",
		},
		{
			"the widest gives way", Options{Headers: []string{"Key", "Size"}, Width: 20},
			[][]string{{"a", "1"}, {"a longer one, by far", "1048576"}},
			"Key             Size\na                  1\na longer o…  1048576\n",
		},
		{
			"the last is left out", Options{Headers: []string{"Key", "Size", "Class"}, Width: 17},
			[][]string{{"a long key", "1048576", "STANDARD"}},
			"Key          Size\na long …  1048576\n",
		},
		{
			"wide runes", Options{Headers: []string{"Key", "Size"}, Width: 14},
			[][]string{{"日本語のキー", "1"}, {"e\u0301t\u00e9", "22"}},
			"Key       Size\n日本語…      1\ne\u0301t\u00e9         22\n",
		},
		{
			"joined emoji stay whole", Options{Headers: []string{"Key"}, Width: 5},
			[][]string{{"ab👩‍👩‍👧‍👦👩‍👩‍👧‍👦"}},
			"Key\nab👩‍👩‍👧‍👦…\n",
		},
		{
			"nothing acts on the terminal", Options{Headers: []string{"Key"}},
			[][]string{{"a\nb\x1b[31mc\u202ed\xff"}},
			"Key\na\\nb\\x1b[31mc\\u202ed\\xff\n",
		},
		{
			"empty columns are left out", Options{Headers: []string{"Key", "Date", "Size"}},
			[][]string{{"a", "", "1"}, {"b", "", "2"}},
			"Key  Size\na       1\nb       2\n",
		},
		{"narrower than anything", Options{Headers: []string{"Key", "Size"}, Width: 1}, [][]string{{"abc", "1"}}, "…\n…\n"},
		{"bold", Options{Headers: []string{"Key", "X"}, Bold: true}, [][]string{{"abcd", "1"}}, "\x1b[1mKey\x1b[0m   \x1b[1mX\x1b[0m\nabcd  1\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := printed(t, test.options, test.rows...); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// TestNeverWider checks every width with all kinds of text.
func TestNeverWider(t *testing.T) {
	rows := [][]string{
		{"plain", "12345678901234567890", "2026-01-01 00:00:00Z"},
		{"日本語日本語日本語日本語", "", "x"},
		{"👩‍👩‍👧‍👦👍🏽 é", "s", "\x00\u200f"},
		{strings.Repeat("long/", 60), "", ""},
	}
	for total := 1; total < 400; total++ {
		out := printed(t, Options{Headers: []string{"Key", "Id", "Date"}, Width: total}, rows...)
		for line := range strings.Lines(out) {
			if got := width(strings.TrimSuffix(line, "\n")); got > total {
				t.Fatalf("width %d: a line of %d: %q", total, got, line)
			}
		}
	}
}

// TestAbandon checks that a listing that failed at once has no headers, and one that failed later has what came.
func TestAbandon(t *testing.T) {
	for rows, want := range []string{"", "Key\na\n"} {
		var out bytes.Buffer
		w := New(&out, Options{Headers: []string{"Key"}})
		for range rows {
			if err := w.Write([]Cell{{Text: "a"}}); err != nil {
				t.Fatal(err)
			}
		}
		w.Abandon()
		if out.String() != want {
			t.Errorf("%d rows: %q", rows, &out)
		}
	}
}

// TestBoundedMemory prints many rows and looks at what is held at the end.
func TestBoundedMemory(t *testing.T) {
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	w := New(io.Discard, Options{Headers: []string{"Key", "Size"}, Width: 80})
	before := heap()
	for i := range 200_000 {
		if err := w.Write([]Cell{{Text: fmt.Sprintf("some/key/%d", i)}, {Text: "1", Right: true}}); err != nil {
			t.Fatal(err)
		}
	}
	if after := heap(); after > before+1<<20 {
		t.Errorf("holds %d bytes after 200,000 rows", after-before)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}
