package s3fault

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// checkHeader checks the headers of an answer that has no body to tell. Some clients read them without saying what is wrong.
func (x *exchange) checkHeader(answer *http.Response) error {
	switch {
	case answer.StatusCode == http.StatusNotModified:
		return notS3("said that nothing has changed since the last time, which it was not asked")
	case answer.StatusCode == http.StatusNotFound && x.method == http.MethodHead && isPage(answer.Header, "text/html", "text/plain"):
		return notS3(notFound)
	case answer.StatusCode >= 300 || x.form != nil:
		return nil
	}
	switch x.operation {
	case "GetObject", "HeadObject":
		modified := answer.Header.Get("Last-Modified")
		if _, err := http.ParseTime(modified); err != nil {
			return notS3("told of an object without the date of its last change in Last-Modified, but with %q", modified)
		}
	case "HeadBucket":
		if isPage(answer.Header, "text/html") {
			return notS3("answered with a web page")
		}
	}
	return nil
}

const notFound = "said 404 Not Found, but not of what, so that it proves nothing"

// isPage reports whether the headers are those of a page of one of the types. No header is in the answers of every S3 system;
// but each either has one of S3's own, or does not call the answer a page.
func isPage(header http.Header, types ...string) bool {
	contentType, _, _ := strings.Cut(header.Get("Content-Type"), ";")
	return !isOwn(header) && slices.Contains(types, contentType)
}

// isOwn reports whether there is a header of S3's own.
func isOwn(header http.Header) bool {
	for name := range header {
		if strings.HasPrefix(name, "X-Amz") {
			return true
		}
	}
	return false
}

// lacks returns what an answer lacks that every client reads: the ETag of what is stored, the name of an upload. Empty if
// it lacks nothing.
func (x *exchange) lacks(answer *http.Response, body []byte) string {
	var said struct {
		ETag     string
		UploadID string `xml:"UploadId"`
	}
	if x.operation == "CompleteMultipartUpload" || x.operation == "CreateMultipartUpload" {
		_ = xml.Unmarshal(body, &said) // the client says what is wrong with it
	}
	// Ceph's gateway has the element, and nothing in it; its client asks again.
	if x.operation == "CompleteMultipartUpload" && bytes.Contains(body, []byte("<ETag></ETag>")) {
		return ""
	}
	switch x.operation {
	case "PutObject", "UploadPart":
		said.ETag = answer.Header.Get("ETag")
		fallthrough
	case "CompleteMultipartUpload":
		if said.ETag == "" {
			return "said that it stored an object, but not under which ETag"
		}
	case "CreateMultipartUpload":
		if said.UploadID == "" {
			return "said that it began an upload, but not its UploadId"
		}
	}
	return ""
}

// Unreadable is the error for an answer that a client library cannot read, by where the request was sent.
func Unreadable(to *url.URL) error { return at(to, notS3("sent an answer that cannot be read")) }

func notS3(format string, args ...any) *AnswerError {
	err := did(format, args...)
	err.NotS3 = true
	return err
}

// passing reports whether a status says that the same request may get another answer. What sends it may be no S3 system, but
// stand before one.
func passing(status int) bool {
	return status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
}

// isError reports whether it is the root element of an error of S3, of IAM and STS, or of EC2.
func isError(root string) bool {
	return root == "Error" || root == "ErrorResponse" || root == "Response"
}

// checkError checks an answer that says that the request failed. It may be replaced by nothing: then its status tells.
func (x *exchange) checkError(answer *http.Response, body []byte) ([]byte, error) {
	root := x.rootOf(body)
	broken := bytes.HasPrefix(body, []byte("<")) && xml.Unmarshal(body, new(struct{})) != nil
	isKnown := x.operation != "" && x.operation != OtherAPI || x.form != nil
	switch {
	case x.method == http.MethodHead:
		return body, nil
	case passing(answer.StatusCode) && (broken || strings.EqualFold(root, "html")):
		return nil, nil
	case passing(answer.StatusCode):
		return body, nil
	case strings.EqualFold(root, "html"):
		return nil, notS3("sent a web page")
	case broken:
		return nil, notS3("sent an error in XML that cannot be read")
	case isKnown && answer.StatusCode == http.StatusNotFound && !isError(root) && !isOwn(answer.Header):
		return nil, notS3(notFound)
	}
	return body, nil
}

// misnamed are the root elements that Ceph's gateway sends in place of others.
var misnamed = map[string]string{
	"DeleteRolePolicyResponse":       "DeleteRolePoliciesResponse",
	"DeleteUserPolicyResponse":       "DeleteUserPoliciesResponse",
	"PublicAccessBlockConfiguration": "BlockPublicAccessBlockConfiguration",
}

// check checks an answer: whether it is what the operation answers with.
func (x *exchange) check(answer *http.Response, body []byte) error {
	if x.method == http.MethodHead {
		return nil
	}
	root, want := x.rootOf(body), roots[x.operation]
	if strings.EqualFold(root, "html") {
		return notS3("sent a web page")
	}
	if x.form != nil {
		want = x.form.Get("Action") + "Response"
	}
	switch {
	case x.operation == OtherAPI:
		return nil
	case root == "Error", root == "ErrorResponse":
		answer.StatusCode, answer.Status = http.StatusInternalServerError, "500 Internal Server Error"
		return nil
	case want == "" || root == want || root != "" && root == misnamed[want], want == jsonObject && bytes.HasPrefix(body, []byte(want)):
		return x.checkContent(answer, body, root)
	case want == jsonObject:
		return notS3("sent something other than the JSON of a policy")
	case len(body) == 0:
		return notS3("sent nothing where <%s> belongs", want)
	case root == "":
		return notS3("sent something other than XML where <%s> belongs", want)
	}
	return notS3("sent <%s> where <%s> belongs", root, want)
}

// rootOf returns the name of the root element; empty for what is no XML.
func (x *exchange) rootOf(body []byte) string {
	reading := xml.NewDecoder(bytes.NewReader(body[:min(len(body), x.Limits.Value)]))
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

// checkContent checks what is within the right root.
func (x *exchange) checkContent(answer *http.Response, body []byte, root string) error {
	var named struct{ roots, keys, members int }
	var err error
	if bytes.HasPrefix(body, []byte("<")) {
		err = elements(body, x.Limits.Value, func(name []byte, depth int) error {
			if depth == 0 {
				named.roots++
			}
			switch name := string(name); {
			case named.roots > 1, name == "Error" && depth == 1 && root != "DeleteResult":
				return did("broke off <%s> and sent <%.100s>", root, name)
			case name == "Contents", name == "CommonPrefixes":
				named.keys++
			case name == "member":
				named.members++
			}
			return nil
		})
	}
	lacking, asked := x.lacks(answer, body), x.form.Get("Marker")
	if x.form == nil {
		asked = pageOf(x.url.Query())
	}
	switch {
	case err != nil:
		return err
	case lacking != "":
		return notS3("%s", lacking)
	case root == "ListBucketResult" && named.keys > x.Limits.Keys:
		return did("sent a page of a listing with %d keys; S3 sends %d at the most", named.keys, x.Limits.Keys)
	case x.form != nil && named.members > x.Limits.Members:
		return did("sent a page of a listing with %d entries, more than %d", named.members, x.Limits.Members)
	case repeated(x.outer, asked):
		return did("named a page of a listing that it had sent before as the next one, so that the listing never ends")
	}
	return nil
}
