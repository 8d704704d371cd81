package s3fault

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// level is what a request to S3 is about.
type level int

const (
	service level = iota
	bucket
	object
)

// OtherAPI is in place of an operation for a request to an API that is not S3's, IAM's or STS's. Its answers may be in any format, such
// as an encrypted one, which begins with "<" now and then; only a web page is refused.
const OtherAPI = "OtherAPI"

// jsonObject is the root of an answer that is an object of JSON.
const jsonObject = "{"

// operations are those whose answer is checked, by how S3 knows them, and the root element of their answer. A row without a
// parameter is for a request that has none of the others. Those without a root element are told of in their headers, or by a
// status that S3 has to have said.
var operations = []struct {
	name      string
	method    string
	level     level
	parameter string
	root      string
}{
	{"ListBuckets", http.MethodGet, service, "", "ListAllMyBucketsResult"},

	{"DeleteObjects", http.MethodPost, bucket, "delete", "DeleteResult"},
	{"GetBucketAcl", http.MethodGet, bucket, "acl", "AccessControlPolicy"},
	{"GetBucketCors", http.MethodGet, bucket, "cors", "CORSConfiguration"},
	{"GetBucketEncryption", http.MethodGet, bucket, "encryption", "ServerSideEncryptionConfiguration"},
	{"GetBucketLifecycleConfiguration", http.MethodGet, bucket, "lifecycle", "LifecycleConfiguration"},
	{"GetBucketLocation", http.MethodGet, bucket, "location", "LocationConstraint"},
	{"GetBucketOwnershipControls", http.MethodGet, bucket, "ownershipControls", "OwnershipControls"},
	{"GetBucketPolicy", http.MethodGet, bucket, "policy", jsonObject},
	{"GetBucketPolicyStatus", http.MethodGet, bucket, "policyStatus", "PolicyStatus"},
	{"GetBucketTagging", http.MethodGet, bucket, "tagging", "Tagging"},
	{"GetBucketVersioning", http.MethodGet, bucket, "versioning", "VersioningConfiguration"},
	{"GetBucketWebsite", http.MethodGet, bucket, "website", "WebsiteConfiguration"},
	{"GetObjectLockConfiguration", http.MethodGet, bucket, "object-lock", "ObjectLockConfiguration"},
	{"GetPublicAccessBlock", http.MethodGet, bucket, "publicAccessBlock", "PublicAccessBlockConfiguration"},
	{"ListMultipartUploads", http.MethodGet, bucket, "uploads", "ListMultipartUploadsResult"},
	{"ListObjectVersions", http.MethodGet, bucket, "versions", "ListVersionsResult"},
	{"ListObjectsV2", http.MethodGet, bucket, "list-type", "ListBucketResult"},

	{"CreateBucket", http.MethodPut, bucket, "", ""},
	{"DeleteBucket", http.MethodDelete, bucket, "", ""},
	{"HeadBucket", http.MethodHead, bucket, "", ""},

	{"CompleteMultipartUpload", http.MethodPost, object, "uploadId", "CompleteMultipartUploadResult"},
	{"CreateMultipartUpload", http.MethodPost, object, "uploads", "InitiateMultipartUploadResult"},
	{"GetObjectAcl", http.MethodGet, object, "acl", "AccessControlPolicy"},
	{"GetObjectTagging", http.MethodGet, object, "tagging", "Tagging"},
	{"ListParts", http.MethodGet, object, "uploadId", "ListPartsResult"},
	{"GetObject", http.MethodGet, object, "", ""},
	{"DeleteObject", http.MethodDelete, object, "", ""},
	{"HeadObject", http.MethodHead, object, "", ""},
	{"PutObjectAcl", http.MethodPut, object, "acl", ""},
	{"PutObjectLegalHold", http.MethodPut, object, "legal-hold", ""},
	{"PutObjectRetention", http.MethodPut, object, "retention", ""},
	{"PutObjectTagging", http.MethodPut, object, "tagging", ""},
	{"UploadPart", http.MethodPut, object, "uploadId", ""},
	{"PutObject", http.MethodPut, object, "", ""},
}

// roots are the root elements of the operations' answers.
var roots = func() map[string]string {
	roots := map[string]string{"CopyObject": "CopyObjectResult", "UploadPartCopy": "CopyPartResult"}
	for _, row := range operations {
		roots[row.name] = row.root
	}
	return roots
}()

// OperationOf returns the operation of a request to S3 with a path-style URL, by its name in the API reference; empty for one
// whose answer is not checked.
func OperationOf(req *http.Request) string {
	in := service
	name, key, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, "/"), "/")
	switch {
	case key != "":
		in = object
	case name != "":
		in = bucket
	}
	if req.Method == http.MethodPut && in == object && req.Header.Get("X-Amz-Copy-Source") != "" {
		return "CopyObject"
	}
	query := req.URL.Query()
	for _, row := range operations {
		if row.method == req.Method && row.level == in && (row.parameter == "" || query.Has(row.parameter)) {
			return row.name
		}
	}
	return ""
}

// maxForm is the largest request to IAM and STS that is looked into; they have none larger.
const maxForm = 1 << 20

// readForm returns the parameters of a request to IAM or STS; nil for any other request.
func readForm(req *http.Request) (url.Values, error) {
	form := strings.HasPrefix(req.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	if !form || req.Method != http.MethodPost || req.Body == nil || req.ContentLength > maxForm {
		return nil, nil
	}
	body, err := io.ReadAll(req.Body)
	_ = req.Body.Close()
	if err != nil {
		return nil, err
	}
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, _ = req.GetBody()
	values, err := url.ParseQuery(string(body))
	if err != nil || !values.Has("Action") {
		return nil, nil
	}
	return values, nil
}
