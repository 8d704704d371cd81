package s3fault

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"testing"
)

// FuzzElements finds the elements that a decoder finds, in whatever that takes without a complaint.
func FuzzElements(f *testing.F) {
	for _, body := range []string{
		`<?xml version="1.0"?><a:b c=">" d='/>'><!-- <c " --><e/><![CDATA[<f>]]></a:b >`, "<a\n b = '<' ><b/></a><c></c>", "text<a/>", `<a b="/"></a>`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		want, reading := []string{}, xml.NewDecoder(bytes.NewReader(body))
		for {
			token, err := reading.RawToken()
			if errors.Is(err, io.EOF) {
				break
			}
			if _, isType := token.(xml.Directive); isType || err != nil {
				return
			}
			if start, is := token.(xml.StartElement); is {
				want = append(want, start.Name.Local)
			}
		}
		var got []string
		err := elements(body, len(body), func(name []byte, _ int) error { got = append(got, string(name)); return nil })
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q has %q, not %q, %v", body, got, want, err)
		}
	})
}
