package conformance

import (
	"net/url"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/policy"
)

// operation is a request that few keys may make. What a key may do is told by its policy document; the table knows only which
// action each request needs.
type operation struct {
	Request
	// took reports whether the system did what it accepted: some accept what they ignore. Nil means that it did.
	took func(e *env, admin Requester) bool
}

func (o operation) String() string {
	name := o.Method + " /"
	if o.Bucket != "" {
		name += "BUCKET"
	}
	if o.Key != "" {
		name += "/" + o.Key
	}
	if len(o.Query) > 0 {
		name += "?" + strings.Join(sortedKeys(o.Query), "&")
	}
	for _, header := range sortedKeys(o.Header) {
		name += " with " + header
	}
	return name
}

// row is a line of the tables: what a request is, and the action that it needs.
type row struct{ method, query, header, action, body string }

// objectRows are requests about one object. VERSION and UPLOAD in a query are an old version and a multipart upload of it.
var objectRows = []row{
	{"GET", "versionId=VERSION", "", "s3:GetObjectVersion", ""},
	{"HEAD", "versionId=VERSION", "", "s3:GetObjectVersion", ""},
	{"GET", "acl", "", "s3:GetObjectAcl", ""},
	{"GET", "acl&versionId=VERSION", "", "s3:GetObjectVersionAcl", ""},
	{"PUT", "acl", "x-amz-acl: public-read", "s3:PutObjectAcl", ""},
	{"PUT", "acl&versionId=VERSION", "x-amz-acl: public-read", "s3:PutObjectVersionAcl", ""},
	{"GET", "tagging", "", "s3:GetObjectTagging", ""},
	{"GET", "tagging&versionId=VERSION", "", "s3:GetObjectVersionTagging", ""},
	{"PUT", "tagging", "", "s3:PutObjectTagging", tagging},
	{"PUT", "tagging&versionId=VERSION", "", "s3:PutObjectVersionTagging", tagging},
	{"DELETE", "tagging", "", "s3:DeleteObjectTagging", ""},
	{"DELETE", "tagging&versionId=VERSION", "", "s3:DeleteObjectVersionTagging", ""},
	{"GET", "attributes", "x-amz-object-attributes: ETag", "s3:GetObjectAttributes", ""},
	{"GET", "retention", "", "s3:GetObjectRetention", ""},
	{"PUT", "retention", "", "s3:PutObjectRetention", "<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2099-01-01T00:00:00Z</RetainUntilDate></Retention>"},
	{"GET", "legal-hold", "", "s3:GetObjectLegalHold", ""},
	{"PUT", "legal-hold", "", "s3:PutObjectLegalHold", "<LegalHold><Status>ON</Status></LegalHold>"},
	{"POST", "restore", "", "s3:RestoreObject", "<RestoreRequest><Days>1</Days></RestoreRequest>"},
	{"POST", "select&select-type=2", "", "s3:GetObject", selecting},
	{"POST", "uploads", "", "s3:PutObject", ""},
	{"GET", "uploadId=UPLOAD", "", "s3:ListMultipartUploadParts", ""},
	{"DELETE", "uploadId=UPLOAD", "", "s3:AbortMultipartUpload", ""},
	{"DELETE", "versionId=VERSION", "", "s3:DeleteObjectVersion", ""},
}

// bucketRows are requests about a bucket. An administrator sends each PUT first, so that there is something to read.
var bucketRows = []row{
	{"HEAD", "", "", "s3:ListBucket", ""},
	{"GET", "location", "", "s3:GetBucketLocation", ""},
	{"GET", "uploads", "", "s3:ListBucketMultipartUploads", ""},
	{"PUT", "versioning", "", "s3:PutBucketVersioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"},
	{"GET", "versioning", "", "s3:GetBucketVersioning", ""},
	{"PUT", "policy", "", "s3:PutBucketPolicy", "POLICY"},
	{"GET", "policy", "", "s3:GetBucketPolicy", ""},
	{"GET", "policyStatus", "", "s3:GetBucketPolicyStatus", ""},
	{"DELETE", "policy", "", "s3:DeleteBucketPolicy", ""},
	{"PUT", "acl", "x-amz-acl: private", "s3:PutBucketAcl", ""},
	{"GET", "acl", "", "s3:GetBucketAcl", ""},
	{"PUT", "cors", "", "s3:PutBucketCORS", "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>"},
	{"GET", "cors", "", "s3:GetBucketCORS", ""},
	{"DELETE", "cors", "", "s3:PutBucketCORS", ""},
	{"PUT", "website", "", "s3:PutBucketWebsite", "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>"},
	{"GET", "website", "", "s3:GetBucketWebsite", ""},
	{"DELETE", "website", "", "s3:DeleteBucketWebsite", ""},
	{"PUT", "lifecycle", "", "s3:PutLifecycleConfiguration", lifecycle},
	{"GET", "lifecycle", "", "s3:GetLifecycleConfiguration", ""},
	{"DELETE", "lifecycle", "", "s3:PutLifecycleConfiguration", ""},
	{"PUT", "encryption", "", "s3:PutEncryptionConfiguration", encryption},
	{"GET", "encryption", "", "s3:GetEncryptionConfiguration", ""},
	{"DELETE", "encryption", "", "s3:PutEncryptionConfiguration", ""},
	{"PUT", "notification", "", "s3:PutBucketNotification", "<NotificationConfiguration></NotificationConfiguration>"},
	{"GET", "notification", "", "s3:GetBucketNotification", ""},
	{"GET", "replication", "", "s3:GetReplicationConfiguration", ""},
	{"DELETE", "replication", "", "s3:PutReplicationConfiguration", ""},
	{"PUT", "tagging", "", "s3:PutBucketTagging", tagging},
	{"GET", "tagging", "", "s3:GetBucketTagging", ""},
	{"DELETE", "tagging", "", "s3:PutBucketTagging", ""},
	{"PUT", "object-lock", "", "s3:PutBucketObjectLockConfiguration", "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>"},
	{"GET", "object-lock", "", "s3:GetBucketObjectLockConfiguration", ""},
	{"PUT", "logging", "", "s3:PutBucketLogging", "<BucketLoggingStatus></BucketLoggingStatus>"},
	{"GET", "logging", "", "s3:GetBucketLogging", ""},
	{"PUT", "accelerate", "", "s3:PutAccelerateConfiguration", "<AccelerateConfiguration><Status>Suspended</Status></AccelerateConfiguration>"},
	{"GET", "accelerate", "", "s3:GetAccelerateConfiguration", ""},
	{"PUT", "requestPayment", "", "s3:PutBucketRequestPayment", "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>"},
	{"GET", "requestPayment", "", "s3:GetBucketRequestPayment", ""},
}

// accessBlockRows are for systems with a public access block only: another takes the DELETE for one of the bucket itself.
var accessBlockRows = []row{
	{"PUT", "publicAccessBlock", "", "s3:PutBucketPublicAccessBlock", "<PublicAccessBlockConfiguration></PublicAccessBlockConfiguration>"},
	{"GET", "publicAccessBlock", "", "s3:GetBucketPublicAccessBlock", ""},
	{"DELETE", "publicAccessBlock", "", "s3:PutBucketPublicAccessBlock", ""},
	{"GET", "ownershipControls", "", "s3:GetBucketOwnershipControls", ""},
	{"DELETE", "ownershipControls", "", "s3:PutBucketOwnershipControls", ""},
}

const (
	tagging    = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"
	lifecycle  = "<LifecycleConfiguration><Rule><ID>a</ID><Status>Enabled</Status><Filter><Prefix>none/</Prefix></Filter><Expiration><Days>365</Days></Expiration></Rule></LifecycleConfiguration>"
	encryption = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
	selecting  = "<SelectObjectContentRequest><Expression>SELECT * FROM S3Object</Expression><ExpressionType>SQL</ExpressionType>" +
		"<InputSerialization><CSV/></InputSerialization><OutputSerialization><CSV/></OutputSerialization></SelectObjectContentRequest>"
)

// subject is what a row is about. key is empty for a bucket.
type subject struct{ bucket, key, version, upload string }

// arn is the resource of the subject in a policy.
func (s subject) arn(partition string) string {
	arn := "arn:" + partition + ":s3:::" + s.bucket
	if s.key != "" {
		arn += "/" + s.key
	}
	return arn
}

// operation fills the row in.
func (r row) operation(s subject, partition string) operation {
	query, err := url.ParseQuery(strings.NewReplacer("VERSION", s.version, "UPLOAD", s.upload).Replace(r.query))
	if err != nil {
		panic(err) // the tables are constant
	}
	body := strings.Replace(r.body, "POLICY", policy.PublicGet(s.bucket+"/none", partition).JSON(), 1)
	o := operation{Request: Request{Method: r.method, Bucket: s.bucket, Key: s.key, Query: query, Header: map[string]string{}, Body: body}}
	if name, value, has := strings.Cut(r.header, ": "); has {
		o.Header[name] = value
	}
	return o.needing(policy.Request{Action: r.action, Resource: s.arn(partition)})
}

// namesVersion reports whether the request is about a version.
func (o operation) namesVersion() bool {
	return o.Query.Has("versionId") || strings.Contains(o.Header[copySource], "?versionId=") || strings.Contains(o.Body, "<VersionId>")
}

func (o operation) needing(needs ...policy.Request) operation {
	o.Needs = append(o.Needs, needs...)
	return o
}
