package aws

import (
	"encoding/xml"
	"testing"
)

// Whatever a system sends as an error, its code is read or the document is left alone; once translated, it stays.
func FuzzErrorForms(f *testing.F) {
	for _, form := range []func(code, message, more string) string{s3Error, queryError, ec2Error} {
		f.Add([]byte(form("NoSuchBucket", "there is none", "<Resource>/b</Resource>")), true)
		f.Add([]byte(form("NoSuchEntity", "there is <![CDATA[<none>]]>", "")), false)
	}
	f.Fuzz(func(t *testing.T, body []byte, toS3 bool) {
		own := translated(toS3, body)
		if own == nil {
			return
		}
		var before, after foreignError
		if err := xml.Unmarshal(own, &after); err != nil {
			t.Fatalf("%s cannot be read: %v", own, err)
		}
		if err := xml.Unmarshal(body, &before); err != nil {
			t.Fatal(err)
		}
		if code := after.Code + after.Inner.Code; code == "" {
			t.Errorf("%s has lost its code: %s", body, own)
		}
		if again := translated(toS3, own); again != nil {
			t.Errorf("%s is translated again, to %s", own, again)
		}
	})
}
