package s3fault

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// answers are the operations of S3 with the root elements of their answers, as its API reference has them; empty where the
// answer has no body, or a body that is not looked into.
var answers = []struct{ request, operation, root string }{
	{"GET /", "ListBuckets", "ListAllMyBucketsResult"},

	{"PUT /b", "CreateBucket", ""},
	{"DELETE /b", "DeleteBucket", ""},
	{"HEAD /b", "HeadBucket", ""},
	{"POST /b?delete", "DeleteObjects", "DeleteResult"},
	{"GET /b?acl", "GetBucketAcl", "AccessControlPolicy"},
	{"GET /b?cors", "GetBucketCors", "CORSConfiguration"},
	{"GET /b?encryption", "GetBucketEncryption", "ServerSideEncryptionConfiguration"},
	{"GET /b?lifecycle", "GetBucketLifecycleConfiguration", "LifecycleConfiguration"},
	{"GET /b/?location", "GetBucketLocation", "LocationConstraint"},
	{"GET /b?ownershipControls", "GetBucketOwnershipControls", "OwnershipControls"},
	{"GET /b?policy", "GetBucketPolicy", "{"},
	{"GET /b?policyStatus", "GetBucketPolicyStatus", "PolicyStatus"},
	{"GET /b?tagging", "GetBucketTagging", "Tagging"},
	{"GET /b?versioning", "GetBucketVersioning", "VersioningConfiguration"},
	{"GET /b?website", "GetBucketWebsite", "WebsiteConfiguration"},
	{"GET /b?object-lock", "GetObjectLockConfiguration", "ObjectLockConfiguration"},
	{"GET /b?publicAccessBlock", "GetPublicAccessBlock", "PublicAccessBlockConfiguration"},
	{"GET /b?uploads", "ListMultipartUploads", "ListMultipartUploadsResult"},
	{"GET /b?versions", "ListObjectVersions", "ListVersionsResult"},
	{"GET /b?list-type=2&prefix=p", "ListObjectsV2", "ListBucketResult"},

	{"POST /b/k?uploadId=u", "CompleteMultipartUpload", "CompleteMultipartUploadResult"},
	{"POST /b/k?uploads", "CreateMultipartUpload", "InitiateMultipartUploadResult"},
	{"GET /b/k?acl", "GetObjectAcl", "AccessControlPolicy"},
	{"GET /b/k/l?tagging", "GetObjectTagging", "Tagging"},
	{"GET /b/k?uploadId=u", "ListParts", "ListPartsResult"},
	{"GET /b/k", "GetObject", ""},
	{"DELETE /b/k?versionId=v", "DeleteObject", ""},
	{"HEAD /b/k", "HeadObject", ""},
	{"PUT /b/k?acl", "PutObjectAcl", ""},
	{"PUT /b/k?legal-hold", "PutObjectLegalHold", ""},
	{"PUT /b/k?retention", "PutObjectRetention", ""},
	{"PUT /b/k?tagging", "PutObjectTagging", ""},
	{"PUT /b/k?partNumber=1&uploadId=u", "UploadPart", ""},
	{"PUT /b/k", "PutObject", ""},

	{"PUT /b/k copies", "CopyObject", "CopyObjectResult"},
	{"", "UploadPartCopy", "CopyPartResult"}, // what only a client knows the name of
	{"PATCH /b/k", "", ""},
	{"POST /", "", ""},
	{"GET /b?unknown", "", ""},
}

// TestOperations has each operation recognized, and answered with what belongs to it, with nothing and with something else.
func TestOperations(t *testing.T) {
	tested := map[string]bool{}
	for _, c := range answers {
		tested[c.operation] = true
		method, path, _ := strings.Cut(c.request, " ")
		path, _, copies := strings.Cut(path, " ")
		req, err := http.NewRequest(method, "http://s3.example.com"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if copies {
			req.Header.Set("X-Amz-Copy-Source", "/b/other")
		}
		if got := OperationOf(req); c.request != "" && got != c.operation {
			t.Errorf("%s is %q, not %q", c.request, got, c.operation)
		}
		right := "<" + c.root + ">" + "<ETag>e</ETag><UploadId>u</UploadId></" + c.root + ">"
		if c.root == jsonObject {
			right = "{}"
		}
		if err := answered(req, c.operation, right); c.root != "" && err != nil {
			t.Errorf("%s: %s is refused: %v", c.operation, right, err)
		}
		for _, wrong := range []string{"", "<" + c.root + "Other/>", `["JSON"]`} {
			err := answered(req, c.operation, wrong)
			if isNone := errors.Is(err, ErrNotS3); isNone != (c.root != "") {
				t.Errorf("%s: %q: %v", c.operation, wrong, err)
			}
			if c.root != "" && c.root != jsonObject && !strings.Contains(err.Error(), "where <"+c.root+"> belongs") {
				t.Errorf("%s: %q: %v", c.operation, wrong, err)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(roots)) {
		if !tested[name] {
			t.Errorf("%s is not among the answers", name)
		}
	}
}

// TestAnotherAPI has an answer that is encrypted, and begins as XML by chance.
func TestAnotherAPI(t *testing.T) {
	req := httptest.NewRequest(http.MethodGet, "http://127.0.0.1/minio/admin/v3/info-service-account", nil)
	for _, encrypted := range []string{"<3\xef<h\x02>", "<a><b", "<Error>"} {
		if err := answered(req, OtherAPI, encrypted); err != nil {
			t.Errorf("%q: %v", encrypted, err)
		}
	}
	if err := answered(req, OtherAPI, "<html><body>hello</body></html>"); err == nil {
		t.Error("a web page is no answer")
	}
}

// answered is what becomes of an answer to an operation.
func answered(req *http.Request, operation, body string) error {
	transport := &Transport{Limits: LimitsFor(0), Next: answering(body), Operation: func(*http.Request) string { return operation }}
	_, err := transport.RoundTrip(req.WithContext(context.Background()))
	return err
}

type answering string

func (a answering) RoundTrip(*http.Request) (*http.Response, error) {
	header := http.Header{"Last-Modified": {"Tue, 24 Nov 2026 10:00:00 GMT"}, "Etag": {`"e"`}}
	return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(strings.NewReader(string(a)))}, nil
}
