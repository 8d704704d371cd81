package s3fault_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
)

const (
	page  = `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">%s</ListBucketResult>`
	roles = "Action=ListRoles&Version=2010-05-08"
)

// endless is a body that repeats the text.
func endless(text string) io.Reader {
	return reader(func(p []byte) (int, error) {
		n := 0
		for n < len(p) {
			n += copy(p[n:], text)
		}
		return n, nil
	})
}

func xmlPage(inside string) io.Reader { return strings.NewReader(fmt.Sprintf(page, inside)) }

// TestWhatIsRefused sends answers that no S3 system gives.
func TestWhatIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		method, url, form string
		status            int
		body              io.Reader
		says              string
	}{
		"endless error":            {method: "GET", url: "/b/k", status: 500, body: endless("x"), says: "sent an error of more than 1 MiB"},
		"endless listing":          {method: "GET", url: "/b?list-type=2", body: endless("<Contents><Key>k</Key></Contents>"), says: "tags or values"},
		"endless text":             {method: "GET", url: "/b?list-type=2", body: endless(" "), says: "sent an answer of more than 16 MiB"},
		"endless answer to a put":  {method: "PUT", url: "/b/k", body: endless("x"), says: "sent an answer of more than 16 MiB"},
		"nested":                   {method: "GET", url: "/", body: endless("<a>"), says: "more than 500000 tags or values"},
		"values":                   {method: "GET", url: "/b?unknown", body: io.MultiReader(strings.NewReader("["), endless("{},")), says: "more than 500000 tags or values"},
		"too many keys":            {method: "GET", url: "/b?list-type=2", body: xmlPage(strings.Repeat("<Contents/>", 1001)), says: "1001 keys"},
		"empty listing":            {method: "GET", url: "/b?list-type=2", body: strings.NewReader(""), says: "sent nothing where <ListBucketResult> belongs"},
		"no content for a listing": {method: "GET", url: "/b?list-type=2", status: 204, body: strings.NewReader(""), says: "sent nothing where <ListBucketResult> belongs"},
		"another protocol":         {method: "GET", url: "/", status: 101, body: endless("x"), says: "switched to another protocol"},
		"blank listing":            {method: "GET", url: "/b/?list-type=2", body: strings.NewReader(" \n"), says: "sent nothing where <ListBucketResult> belongs"},
		"JSON as a listing":        {method: "GET", url: "/b?list-type=2", body: strings.NewReader("{}"), says: "something other than XML"},
		"a page as a listing":      {method: "GET", url: "/b?list-type=2", body: strings.NewReader("<!DOCTYPE html><html></html>"), says: "a web page"},
		"a page as a refusal":      {method: "GET", url: "/b?list-type=2", status: 403, body: strings.NewReader("<HTML></HTML>"), says: "a web page"},
		"a page for a put":         {method: "PUT", url: "/b/k", body: strings.NewReader("<html>"), says: "a web page"},
		"another listing":          {method: "GET", url: "/", body: xmlPage(""), says: "sent <ListBucketResult> where <ListAllMyBucketsResult> belongs"},
		"no result of a deletion":  {method: "POST", url: "/b?delete", body: strings.NewReader(""), says: "<DeleteResult>"},
		"no upload":                {method: "POST", url: "/b/k?uploads", body: strings.NewReader(""), says: "<InitiateMultipartUploadResult>"},
		"no completion":            {method: "POST", url: "/b/k?uploadId=1", body: strings.NewReader(""), says: "<CompleteMultipartUploadResult>"},
		"no location":              {method: "GET", url: "/b?location", body: strings.NewReader(""), says: "<LocationConstraint>"},
		"no CORS":                  {method: "GET", url: "/b?cors", body: strings.NewReader("<WebsiteConfiguration/>"), says: "<CORSConfiguration>"},
		"no policy":                {method: "GET", url: "/b?policy", body: strings.NewReader(""), says: "the JSON of a policy"},
		"no answer of IAM":         {form: roles, body: strings.NewReader(""), says: "<ListRolesResponse>"},
		"another answer of IAM":    {form: roles, body: strings.NewReader("<ListUsersResponse/>"), says: "<ListUsersResponse> where <ListRolesResponse> belongs"},
		"keys with a prefix":       {method: "GET", url: "/b?list-type=2", body: xmlPage(strings.Repeat("<s3:Contents></s3:Contents>", 1001)), says: "1001 keys"},
		"keys with an attribute":   {method: "GET", url: "/b?list-type=2", body: xmlPage(strings.Repeat("<CommonPrefixes a='>'\n></CommonPrefixes >", 1001)), says: "1001 keys"},
		"too many users":           {form: "Action=ListUsers", body: strings.NewReader("<ListUsersResponse><Users>" + strings.Repeat("<member/>", 10_001) + "</Users></ListUsersResponse>"), says: "10001 entries"},
		"attributes":               {method: "GET", url: "/b?list-type=2", body: xmlPage("<a " + strings.Repeat(`a="" `, 14_000) + "/>"), says: "a tag of more than 64 KiB"},
		"attributes that hide it":  {method: "GET", url: "/b?list-type=2", body: xmlPage(`<!-- " --><?p '?><![CDATA[<a "]]><a ` + strings.Repeat(`a=">" b='>'`, 14_000) + "/>"), says: "a tag of more than 64 KiB"},
		"a tag without an end":     {method: "PATCH", url: "/", body: strings.NewReader("<a " + strings.Repeat(`a=">" `, 14_000) + `b="`), says: "a tag of more than 64 KiB"},
		"a text":                   {method: "GET", url: "/b?list-type=2", body: xmlPage("<Key>" + strings.Repeat("k", 65_537) + "</Key>"), says: "a text of more than 64 KiB"},
		"a text in pieces":         {method: "GET", url: "/b?list-type=2", body: xmlPage("<Key>" + strings.Repeat("k<!-- --><![CDATA[<k]]>", 8_000) + "</Key>"), says: "a text of more than 64 KiB"},
		"a document type":          {method: "PATCH", url: "/", body: strings.NewReader(`<!DOCTYPE x [<!ENTITY a "b">]><x/>`), says: "with a type of its own"},
		"a page's 404":             {method: "GET", url: "/b?cors", status: 404, body: strings.NewReader("404 page not found"), says: "404 Not Found, but not of what"},
		"an empty 404":             {method: "DELETE", url: "/b/k", status: 404, body: strings.NewReader(""), says: "404 Not Found, but not of what"},
		"a 404 in other XML":       {method: "DELETE", url: "/b", status: 404, body: strings.NewReader("<Fault/>"), says: "404 Not Found, but not of what"},
		"a 404 of no IAM":          {form: roles, status: 404, body: strings.NewReader("404 page not found"), says: "404 Not Found, but not of what"},
		"a 404 for a new bucket":   {method: "PUT", url: "/b", status: 404, body: strings.NewReader("404 page not found"), says: "404 Not Found, but not of what"},
		"a broken error":           {method: "GET", url: "/b?cors", status: 403, body: strings.NewReader("<Error><Code>Acc"), says: "an error in XML that cannot be read"},
		"nothing changed":          {method: "GET", url: "/b/k", status: 304, body: strings.NewReader(""), says: "which it was not asked"},
		"nothing changed in IAM":   {form: roles, status: 304, body: strings.NewReader(""), says: "which it was not asked"},
		"no chunks":                {method: "GET", url: "/b?cors", body: iotest.ErrReader(errors.New("invalid byte in chunk length")), says: "no answer in HTTP"},
		"a large policy":           {method: "GET", url: "/b?policy", body: io.MultiReader(strings.NewReader("{"), endless(" ")), says: "sent an answer of more than 1 MiB"},
		"an error in a listing":    {method: "GET", url: "/b?list-type=2", body: xmlPage("<Contents/><Error><Code>InternalError</Code></Error>"), says: "broke off <ListBucketResult> and sent <Error>"},
		"an error after a listing": {method: "GET", url: "/b?list-type=2", body: io.MultiReader(xmlPage("<Contents/>"), strings.NewReader("<Error/>")), says: "broke off <ListBucketResult> and sent <Error>"},
		"two listings":             {method: "GET", url: "/b?list-type=2", body: io.MultiReader(xmlPage(""), xmlPage("")), says: "broke off <ListBucketResult> and sent <ListBucketResult>"},
		"a name of no upload":      {method: "POST", url: "/b/k?uploads", body: strings.NewReader("<InitiateMultipartUploadResult><UploadId/></InitiateMultipartUploadResult>"), says: "but not its UploadId"},
		"cut off":                  {method: "GET", url: "/b?list-type=2", body: io.MultiReader(strings.NewReader("<ListBucketResult>"), reader(func([]byte) (int, error) { return 0, io.ErrUnexpectedEOF })), says: "in the middle of its answer"},
	} {
		t.Run(name, func(t *testing.T) {
			req := request(t, c.method, c.url, nil)
			if c.form != "" {
				req = request(t, "POST", "/", strings.NewReader(c.form))
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
			}
			body, _, err := send(respond(cmp.Or(c.status, 200), c.body), req)
			if err == nil {
				t.Fatalf("%.100q was handed on", body)
			}
			says(t, err, c.says)
			if notS3 := strings.Contains(c.says, "<") && !strings.Contains(c.says, "broke off") || strings.Contains(c.says, "web page") || strings.Contains(c.says, "XML") || strings.Contains(c.says, "JSON") ||
				strings.Contains(c.says, "protocol") || strings.Contains(c.says, "ETag") || strings.Contains(c.says, "UploadId") || strings.Contains(c.says, "type") ||
				strings.Contains(c.says, "404") || strings.Contains(c.says, "not asked") || strings.Contains(c.says, "HTTP"); notS3 != errors.Is(err, s3fault.ErrNotS3) {
				t.Errorf("%v is ErrNotS3: %v", err, !notS3)
			}
		})
	}
}

// TestWhatIsHandedOn sends answers that S3 systems give, the odd ones among them.
func TestWhatIsHandedOn(t *testing.T) {
	thousand := strings.Repeat("<Contents><Key>k</Key></Contents>", 1000)
	for name, c := range map[string]struct {
		method, url string
		status      int
		body        string
	}{
		"a full page":                 {"GET", "/b?list-type=2", 200, fmt.Sprintf(page, thousand)},
		"the token that was asked":    {"GET", "/b?list-type=2&continuation-token=t", 200, fmt.Sprintf(page, "<ContinuationToken>t</ContinuationToken><NextContinuationToken>u</NextContinuationToken>")},
		"an upload's nothing":         {"PUT", "/b/k", 200, ""},
		"a deletion's nothing":        {"DELETE", "/b/k", 204, ""},
		"a bucket's nothing":          {"PUT", "/b", 200, ""},
		"white space before the end":  {"POST", "/b/k?uploadId=1", 200, "  \n <CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>"},
		"an object that is a page":    {"GET", "/b/k", 200, "<html>"},
		"an object that is JSON":      {"GET", "/b/k?versionId=1", 206, "{}"},
		"an object with many tags":    {"GET", "/b/k", 200, strings.Repeat("<", 600_000)},
		"a page with odd keys":        {"GET", "/b?list-type=2", 200, fmt.Sprintf(page, "<?p?><Contents a='>'><Key><![CDATA[<Contents>]]>=&lt;Contents&gt;</Key></Contents>")},
		"a long page":                 {"GET", "/b?list-type=2", 200, fmt.Sprintf(page, strings.Repeat("<Contents><Key>"+strings.Repeat("k", 3000)+"</Key></Contents>", 1000))},
		"errors of a deletion":        {"POST", "/b?delete", 200, "<DeleteResult><Error><Key>k</Key></Error></DeleteResult>"},
		"an upload":                   {"POST", "/b/k?uploads", 200, "<s3:InitiateMultipartUploadResult><s3:UploadId>u</s3:UploadId></s3:InitiateMultipartUploadResult>"},
		"a system's 404":              {"GET", "/b?cors", 404, "<Error><Code>NoSuchCORSConfiguration</Code></Error>"},
		"the 404 of EC2":              {"GET", "/b?cors", 404, "<Response><Errors/></Response>"},
		"a 404 of another API":        {"PATCH", "/list-users", 404, "404 page not found"},
		"a gateway's text":            {"GET", "/b?cors", 502, "Bad Gateway"},
		"a gateway's error":           {"GET", "/b?cors", 503, "<Error><Code>SlowDown</Code></Error>"},
		"an empty refusal":            {"GET", "/b?list-type=2", 403, ""},
		"a policy":                    {"GET", "/b?policy", 200, ` {"Statement":[]}`},
		"a head":                      {"HEAD", "/b", 200, ""},
		"an operation of another API": {"PATCH", "/list-users", 200, "<Anything/>"},
	} {
		body, status, err := send(respond(c.status, strings.NewReader(c.body)), request(t, c.method, c.url, nil))
		if err != nil || body != c.body || status != c.status {
			t.Errorf("%s: %d %.100q, %v", name, status, body, err)
		}
	}
}

// TestPagesBeforeASystem come and go: only their status is handed on.
func TestPagesBeforeASystem(t *testing.T) {
	for _, status := range []int{408, 429, 500, 503} {
		for _, body := range []string{"<html>", "<!doctype html>\n<html lang=en>\n<title>500</title>", "<Error><Code>Slow"} {
			got, gotStatus, err := send(respond(status, strings.NewReader(body)), request(t, "GET", "/b?list-type=2", nil))
			if err != nil || got != "" || gotStatus != status {
				t.Errorf("%d %s: %d %q, %v", status, body, gotStatus, got, err)
			}
		}
	}
}

// TestA404OfS3 has no document, but a header of S3's own.
func TestA404OfS3(t *testing.T) {
	for _, method := range []string{"GET", "HEAD", "DELETE"} {
		_, status, err := send(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 404, Body: http.NoBody, Header: http.Header{"Content-Type": {"text/html"}, "X-Amzn-Requestid": {"1"}}}, nil
		}, request(t, method, "/b", nil))
		if err != nil || status != 404 {
			t.Errorf("%s: %d, %v", method, status, err)
		}
	}
}

// TestByteOrderMarks are not handed on.
func TestByteOrderMarks(t *testing.T) {
	for url, body := range map[string]string{"/b?location": "<LocationConstraint/>", "/b?policy": `{"Statement":[]}`} {
		got, _, err := send(respond(200, strings.NewReader("\ufeff"+body)), request(t, "GET", url, nil))
		if err != nil || got != body {
			t.Errorf("%s: %q, %v", url, got, err)
		}
	}
	_, _, err := send(respond(200, io.MultiReader(strings.NewReader(" \ufeff["), endless("{},"))), request(t, "GET", "/b?unknown", nil))
	says(t, err, "tags or values")
}

// TestErrorWithStatus200 is how S3 reports what goes wrong after it has begun an answer.
func TestErrorWithStatus200(t *testing.T) {
	const document = `<?xml version="1.0"?><Error><Code>InternalError</Code></Error>`
	for _, url := range []string{"/b/k?uploadId=1", "/b?location"} {
		method := map[bool]string{true: "POST", false: "GET"}[strings.Contains(url, "uploadId")]
		body, status, err := send(respond(200, strings.NewReader(document)), request(t, method, url, nil))
		if err != nil || status != 500 || body != document {
			t.Errorf("%s: %d %q, %v", url, status, body, err)
		}
	}
}

// TestHeadersOfObjects refuses answers about an object without the date that every client reads.
func TestHeadersOfObjects(t *testing.T) {
	for _, method := range []string{"GET", "HEAD"} {
		for _, date := range []string{"", "yesterday"} {
			_, _, err := send(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 200, Header: http.Header{"Last-Modified": {date}}, Body: http.NoBody}, nil
			}, request(t, method, "/b/k", nil))
			says(t, err, "Last-Modified")
		}
	}
}

// header answers with that header and body, and status 200.
func header(key, value, body string) next {
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{key: {value}}, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

// TestMisnamedAnswersAreKnown is about root elements of Ceph's gateway, and that they are known where they belong alone.
func TestMisnamedAnswersAreKnown(t *testing.T) {
	misnamed := header("Content-Type", "application/xml", "<BlockPublicAccessBlockConfiguration/>")
	if _, _, err := send(misnamed, request(t, "GET", "/b?publicAccessBlock", nil)); err != nil {
		t.Error(err)
	}
	_, _, err := send(misnamed, request(t, "GET", "/b?acl", nil))
	says(t, err, "where <AccessControlPolicy> belongs")
}

// TestStoredMeansWithETag refuses answers that say of an object that it is stored, but not its ETag.
func TestStoredMeansWithETag(t *testing.T) {
	const completed = "<CompleteMultipartUploadResult>%s</CompleteMultipartUploadResult>"
	for name, c := range map[string]struct {
		method, url string
		next        next
		passes      bool
	}{
		"an object":               {"PUT", "/b/k", header("Content-Type", "text/plain", ""), false},
		"an object with one":      {"PUT", "/b/k", header("Etag", `"e"`, ""), true},
		"a part":                  {"PUT", "/b/k?partNumber=1&uploadId=u", header("Content-Type", "text/plain", ""), false},
		"a part with one":         {"PUT", "/b/k?partNumber=1&uploadId=u", header("Etag", `"e"`, ""), true},
		"all parts":               {"POST", "/b/k?uploadId=u", header("Etag", `"e"`, fmt.Sprintf(completed, "")), false},
		"all parts with one":      {"POST", "/b/k?uploadId=u", header("X-Any", "", fmt.Sprintf(completed, "<ETag>e</ETag>")), true},
		"all parts, as Ceph says": {"POST", "/b/k?uploadId=u", header("X-Any", "", fmt.Sprintf(completed, "<ETag></ETag>")), true},
		"the tags of an object":   {"PUT", "/b/k?tagging", header("X-Any", "", ""), true},
		"the ACL of an object":    {"PUT", "/b/k?acl", header("X-Any", "", ""), true},
		"the hold of an object":   {"PUT", "/b/k?legal-hold", header("X-Any", "", ""), true},
		"how long it is retained": {"PUT", "/b/k?retention", header("X-Any", "", ""), true},
		"a bucket":                {"PUT", "/b", header("X-Any", "", ""), true},
	} {
		_, _, err := send(c.next, request(t, c.method, c.url, nil))
		if c.passes != (err == nil) {
			t.Errorf("%s: %v", name, err)
		}
		if !c.passes {
			says(t, err, "not under which ETag")
		}
	}
}

// TestABucketIsNoWebPage refuses the answer of a web server to the question whether there is a bucket.
func TestABucketIsNoWebPage(t *testing.T) {
	_, _, err := send(header("Content-Type", "text/html; charset=utf-8", ""), request(t, "HEAD", "/b", nil))
	says(t, err, "answered with a web page")
	for _, url := range []string{"/b", "/b/k"} {
		_, _, err := send(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 404, Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, Body: http.NoBody}, nil
		}, request(t, "HEAD", url, nil))
		says(t, err, "404 Not Found, but not of what")
	}
	for _, n := range []next{
		header("Content-Type", "application/xml", ""), header("X-Amz-Request-Id", "1", ""), header("Date", "", ""),
		func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/html"}, "X-Amz-Bucket-Region": {"r"}}, Body: http.NoBody}, nil
		},
		func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 404, Header: http.Header{}, Body: http.NoBody}, nil
		},
		func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 404, Header: http.Header{"Content-Type": {"text/xml"}}, Body: http.NoBody}, nil
		},
	} {
		if _, _, err := send(n, request(t, "HEAD", "/b", nil)); err != nil {
			t.Error(err)
		}
	}
}

// TestTheFormArrives checks that a request to IAM is sent as it was, and again as often as it needs to be.
func TestTheFormArrives(t *testing.T) {
	req := request(t, "POST", "/", bytes.NewBufferString(roles))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	_, _, err := send(func(req *http.Request) (*http.Response, error) {
		again, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		for _, body := range []io.Reader{req.Body, again} {
			if sent, err := io.ReadAll(body); err != nil || string(sent) != roles {
				t.Errorf("sent %q, %v", sent, err)
			}
		}
		return respond(200, strings.NewReader("<ListRolesResponse/>"))(req)
	}, req)
	if err != nil {
		t.Error(err)
	}
}

// TestWhatIsNoHTTP does not get its words into a sentence.
func TestWhatIsNoHTTP(t *testing.T) {
	for _, text := range []string{
		`net/http: HTTP/1.x transport connection broken: malformed HTTP response "SSH-2.0"`, `malformed MIME header line: x`,
		"net/http: server response headers exceeded 10 bytes; aborted", `bad Content-Length "x"`, "readLoopPeekFailLocked: %!w(<nil>)",
	} {
		_, _, err := send(func(*http.Request) (*http.Response, error) { return nil, errors.New(text) }, request(t, "GET", "/b?location", nil))
		says(t, err, "answers, but not as an S3 system does: it sent what is no answer in HTTP")
	}
}
