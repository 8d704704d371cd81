package bulk

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// etagOf computes an ETag in the plain way: the sum of the parts' sums.
func etagOf(content []byte, part int) string {
	if part == 0 {
		return fmt.Sprintf(`"%x"`, md5.Sum(content))
	}
	var sums []byte
	n := 0
	for rest := content; n == 0 || len(rest) > 0; n++ {
		size := min(part, len(rest))
		sum := md5.Sum(rest[:size])
		sums, rest = append(sums, sum[:]...), rest[size:]
	}
	return fmt.Sprintf(`"%x-%d"`, md5.Sum(sums), n)
}

func TestSameContent(t *testing.T) {
	const mib = 1 << 20
	big := bytes.Repeat([]byte("0123456789abcde\n"), 40*mib/16+1)
	for name, c := range map[string]struct {
		content []byte
		etag    string
		want    bool
	}{
		"empty":                       {nil, etagOf(nil, 0), true},
		"small":                       {[]byte("hello"), etagOf([]byte("hello"), 0), true},
		"without quotation marks":     {[]byte("hello"), etagOf([]byte("hello"), 0)[1:33], true},
		"another content":             {[]byte("hello"), etagOf([]byte("hallo"), 0), false},
		"16 MiB parts":                {big, etagOf(big, 16*mib), true},
		"8 MiB parts":                 {big, etagOf(big, 8*mib), true},
		"5 MiB parts":                 {big, etagOf(big, 5*mib), true},
		"exactly whole parts":         {big[:32*mib], etagOf(big[:32*mib], 16*mib), true},
		"one part":                    {big[:mib], etagOf(big[:mib], 16*mib), true},
		"empty in one part":           {nil, etagOf(nil, 16*mib), true},
		"an unusual cut":              {big, etagOf(big, 7*mib), false},
		"another content in parts":    {big, etagOf(append([]byte("x"), big[1:]...), 16*mib), false},
		"whole, but told as one part": {[]byte("hello"), etagOf([]byte("hello"), 0)[:33] + `-1"`, false},
		"no ETag":                     {[]byte("hello"), "", false},
		"not a checksum":              {[]byte("hello"), `"0123-x"`, false},
		"no number of parts":          {[]byte("hello"), etagOf([]byte("hello"), 0)[:33] + `-"`, false},
		"a negative number of parts":  {[]byte("hello"), etagOf([]byte("hello"), 0)[:33] + `--1"`, false},
		"longer than an MD5":          {[]byte("hello"), etagOf([]byte("hello"), 0)[:33] + `00"`, false},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f")
			if err := os.WriteFile(path, c.content, 0o666); err != nil {
				t.Fatal(err)
			}
			file, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			if got := sameContent(t.Context(), file, int64(len(c.content)), c.etag); got != c.want {
				t.Errorf("got %v with ETag %s", got, c.etag)
			}
			if sameContent(t.Context(), file, int64(len(c.content))+1, c.etag) {
				t.Error("another size must never be the same")
			}
		})
	}
}
