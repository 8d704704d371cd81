package s3fault

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"strings"
)

// checkHeader checks the headers of an answer that has no body to tell. Some clients read them without saying what is wrong.
func (x *exchange) checkHeader(answer *http.Response) error {
	if answer.StatusCode >= 300 || x.form != nil {
		return nil
	}
	switch x.operation {
	case "GetObject", "HeadObject":
		modified := answer.Header.Get("Last-Modified")
		if _, err := http.ParseTime(modified); err != nil {
			return notS3("told of an object without the date of its last change in Last-Modified, but with %q", modified)
		}
	case "HeadBucket":
		if isPage(answer.Header) {
			return notS3("answered with a web page")
		}
	}
	return nil
}

// isPage reports whether the headers are those of a web page. No header is in the answers of every S3 system; but each
// either has one of S3's own, or does not call the answer HTML.
func isPage(header http.Header) bool {
	for name := range header {
		if strings.HasPrefix(name, "X-Amz") {
			return false
		}
	}
	return strings.HasPrefix(header.Get("Content-Type"), "text/html")
}

// lacksETag reports whether an answer says that an object or a part is stored, but not its ETag.
func (x *exchange) lacksETag(answer *http.Response, body []byte) bool {
	switch x.operation {
	case "PutObject", "UploadPart":
		return answer.Header.Get("ETag") == ""
	case "CompleteMultipartUpload":
		return !bytes.Contains(body, []byte("ETag>"))
	}
	return false
}

func notS3(format string, args ...any) *AnswerError {
	err := did(format, args...)
	err.NotS3 = true
	return err
}

// check checks an answer: whether it is what the operation answers with.
func (x *exchange) check(answer *http.Response, body []byte) error {
	if answer.StatusCode >= 500 || x.method == http.MethodHead {
		return nil
	}
	root, want := rootOf(body), roots[x.operation]
	if strings.EqualFold(root, "html") {
		return notS3("sent a web page")
	}
	if answer.StatusCode >= 300 {
		return nil
	}
	if x.form != nil {
		want = x.form.Get("Action") + "Response"
	}
	switch {
	case root == "Error", root == "ErrorResponse":
		answer.StatusCode, answer.Status = http.StatusInternalServerError, "500 Internal Server Error"
		return nil
	case (want == "" || root == want) && x.lacksETag(answer, body):
		return notS3("said that it stored an object, but not under which ETag")
	case want == "" || root == want, want == jsonObject && bytes.HasPrefix(bytes.TrimSpace(body), []byte(want)):
		return x.checkPage(body, root)
	case want == jsonObject:
		return notS3("sent something other than the JSON of a policy")
	case len(bytes.TrimSpace(body)) == 0:
		return notS3("sent nothing where <%s> belongs", want)
	case root == "":
		return notS3("sent something other than XML where <%s> belongs", want)
	}
	return notS3("sent <%s> where <%s> belongs", root, want)
}

// rootOf returns the name of the root element; empty for what is no XML.
func rootOf(body []byte) string {
	reading := xml.NewDecoder(bytes.NewReader(body))
	reading.Strict = false
	for {
		token, err := reading.RawToken()
		if err != nil {
			return ""
		}
		switch token := token.(type) {
		case xml.StartElement:
			return token.Name.Local
		case xml.CharData:
			if len(bytes.TrimSpace(token)) > 0 {
				return ""
			}
		}
	}
}

// checkPage checks a page of a listing: that it is not too large, and that the next one is another.
func (x *exchange) checkPage(body []byte, root string) error {
	keys := bytes.Count(body, []byte("<Contents")) + bytes.Count(body, []byte("<CommonPrefixes"))
	if root == "ListBucketResult" && keys > x.Limits.Keys {
		return did("sent a page of a listing with %d keys; S3 sends %d at the most", keys, x.Limits.Keys)
	}
	asked, next := x.form.Get("Marker"), "Marker"
	if x.form == nil {
		asked = x.url.Query().Get("continuation-token")
		next = map[string]string{"ListBucketResult": "NextContinuationToken", "ListAllMyBucketsResult": "ContinuationToken"}[root]
	}
	switch {
	case asked != "" && textOf(body, next) == asked:
		return did("named the page of a listing that it was asked for as the next one, so that the listing never ends")
	case repeated(x.outer, asked):
		return did("named a page of a listing that it had sent before as the next one, so that the listing never ends")
	}
	return nil
}

// textOf returns the text of the first element with that name; empty if there is none.
func textOf(body []byte, name string) string {
	_, rest, found := bytes.Cut(body, []byte("<"+name+">"))
	text, _, ended := bytes.Cut(rest, []byte("</"))
	var value string
	if !found || !ended || xml.Unmarshal([]byte("<t>"+string(text)+"</t>"), &value) != nil {
		return ""
	}
	return value
}
