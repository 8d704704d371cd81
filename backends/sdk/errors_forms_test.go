package sdk

import (
	"encoding/xml"
	"testing"
)

// Whatever a system sends as an error, its code is read or the document is left alone; once translated, it stays.
func FuzzErrorForms(f *testing.F) {
	const inner = "<Code>NoSuchEntity</Code><Message>there is <![CDATA[<none>]]></Message>"
	for _, form := range []string{
		"<Error>" + inner + "<RequestId>R</RequestId></Error>",
		"<ErrorResponse><Error>" + inner + "</Error><RequestId>R</RequestId></ErrorResponse>",
		"<Response><Errors><Error>" + inner + "</Error></Errors><RequestID>R</RequestID></Response>",
	} {
		f.Add([]byte(form), true)
		f.Add([]byte(form), false)
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
