package awsmodel_test

import (
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/s3-credentials/s3-credentials/internal/awsmodel"
)

// Small models in the form of botocore's.
var documents = map[string]string{
	"sts": `{"metadata": {"apiVersion": "2011"}, "operations": {}, "shapes": {}}`,
	"iam": `{"metadata": {"apiVersion": "2010"},
		"operations": {"CreateUser": {"name": "CreateUser", "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "In"}}},
		"shapes": {
			"In": {"type": "structure", "required": ["UserName"], "members": {
				"UserName": {"shape": "Name"}, "Tags": {"shape": "Tags"}, "Seconds": {"shape": "Seconds"}}},
			"Name": {"type": "string", "min": 2, "max": 4, "pattern": "[\\u0061-\\u007A]+"},
			"Tags": {"type": "list", "member": {"shape": "Tag"}, "max": 2},
			"Tag": {"type": "structure", "required": ["Key"], "members": {"Key": {"shape": "Name"}}},
			"Seconds": {"type": "integer", "min": 900}}}`,
	"s3": `{"metadata": {"apiVersion": "2006"},
		"operations": {
			"ListBuckets": {"name": "ListBuckets", "http": {"method": "GET", "requestUri": "/"}, "input": {"shape": "ListIn"}},
			"PutObject": {"name": "PutObject", "http": {"method": "PUT", "requestUri": "/{Bucket}/{Key+}"}, "input": {"shape": "PutIn"}},
			"UploadPart": {"name": "UploadPart", "http": {"method": "PUT", "requestUri": "/{Bucket}/{Key+}"}, "input": {"shape": "PartIn"}},
			"PutBucketCors": {"name": "PutBucketCors", "http": {"method": "PUT", "requestUri": "/{Bucket}?cors"},
				"input": {"shape": "CorsIn"}, "httpChecksum": {"requestChecksumRequired": true}}},
		"shapes": {
			"ListIn": {"type": "structure", "members": {"Max": {"shape": "Number", "location": "querystring", "locationName": "max-buckets"}}},
			"PutIn": {"type": "structure", "members": {"Body": {"shape": "Blob"},
				"ACL": {"shape": "ACL", "location": "header", "locationName": "x-amz-acl"}}, "payload": "Body"},
			"PartIn": {"type": "structure", "required": ["PartNumber"], "members": {"Body": {"shape": "Blob"},
				"PartNumber": {"shape": "Number", "location": "querystring", "locationName": "partNumber"}}, "payload": "Body"},
			"CorsIn": {"type": "structure", "required": ["Cors"], "members": {
				"Cors": {"shape": "Cors", "locationName": "CORSConfiguration", "xmlNamespace": {"uri": "urn:s3"}}}, "payload": "Cors"},
			"Cors": {"type": "structure", "required": ["Rules"], "members": {"Rules": {"shape": "Rules", "locationName": "CORSRule"}}},
			"Rules": {"type": "list", "flattened": true, "member": {"shape": "Rule"}},
			"Rule": {"type": "structure", "members": {"Fast": {"shape": "Flag"}}},
			"Flag": {"type": "boolean"}, "Blob": {"type": "blob"}, "Number": {"type": "integer"},
			"ACL": {"type": "string", "enum": ["private"]}}}`,
}

func load(t *testing.T) awsmodel.Models {
	t.Helper()
	dir := t.TempDir()
	for service, document := range documents {
		folder := filepath.Join(dir, service, "2010-05-08")
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		file, err := os.Create(filepath.Join(folder, "service-2.json.gz"))
		if err != nil {
			t.Fatal(err)
		}
		zipped := gzip.NewWriter(file)
		_, err = zipped.Write([]byte(document))
		if err != nil || zipped.Close() != nil || file.Close() != nil {
			t.Fatal(err)
		}
	}
	models, err := awsmodel.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return models
}

func TestCheck(t *testing.T) {
	models := load(t)
	const cors = `<CORSConfiguration xmlns="urn:s3"><CORSRule><Fast>true</Fast></CORSRule><CORSRule/></CORSConfiguration>`
	for _, c := range []struct {
		service, method, target, header, body string
		operation                             string
		wrong                                 []string
	}{
		{"iam", "POST", "/", "", "Action=CreateUser&Version=2010&UserName=abc&Tags.member.1.Key=ab&Tags.member.2.Key=cd&Seconds=900", "iam:CreateUser", nil},
		{"iam", "POST", "/", "", "Action=CreateUsers&Version=2010", "iam:CreateUsers", []string{`there is no operation "CreateUsers"`}},
		{"iam", "GET", "/", "", "Action=CreateUser&Version=2009&UserName=abc&UserName=abd", "iam:CreateUser", []string{
			`CreateUser: UserName stands there 2 times`, `CreateUser: method GET`, `CreateUser: version "2009" is not "2010"`}},
		{"iam", "POST", "/", "", "Action=CreateUser&Version=2010&Name=abc", "iam:CreateUser", []string{
			`CreateUser has no member "Name"`, `CreateUser: the member UserName is missing`}},
		{"iam", "POST", "/", "", "Action=CreateUser&Version=2010&UserName=a", "iam:CreateUser", []string{`CreateUser.UserName: 1 is less than 2`}},
		{"iam", "POST", "/", "", "Action=CreateUser&Version=2010&UserName=ABCDE", "iam:CreateUser", []string{
			`CreateUser.UserName: "ABCDE" does not match [\u0061-\u007A]+`, `CreateUser.UserName: 5 is more than 4`}},
		{"iam", "POST", "/", "", "Action=CreateUser&Version=2010&UserName=abc&Tags.member.1.Value=x&Seconds=ten", "iam:CreateUser", []string{
			`CreateUser.Seconds: "ten" is no number`, `CreateUser.Seconds: 0 is less than 900`,
			`CreateUser.Tags[] has no member "Value"`, `CreateUser.Tags[]: the member Key is missing`}},
		{"s3", "GET", "/?max-buckets=10&x-id=ListBuckets", "", "", "s3:ListBuckets", nil},
		{"s3", "GET", "/?most=10&x-id=ListAll", "", "x", "s3:ListBuckets", []string{
			`ListBuckets has a body of 1 bytes`, `ListBuckets has no parameter "most"`, `ListBuckets: the client calls it ListAll`}},
		{"s3", "PUT", "/bucket/a/b", "X-Amz-Acl: private", "bytes", "s3:PutObject", nil},
		{"s3", "PUT", "/bucket/a/b", "X-Amz-Acl: public", "bytes", "s3:PutObject", []string{`PutObject X-Amz-Acl: "public" is none of [private]`}},
		{"s3", "PUT", "/bucket/a/b", "X-Amz-Odd: 1", "bytes", "s3:PutObject", []string{`PutObject has no header "X-Amz-Odd"`}},
		{"s3", "PUT", "/bucket/a?partNumber=1", "", "bytes", "s3:UploadPart", nil},
		{"s3", "PUT", "/bucket?cors", "Content-Md5: x", cors, "s3:PutBucketCors", nil},
		{"s3", "PUT", "/bucket?cors", "", cors, "s3:PutBucketCors", []string{`PutBucketCors: there is neither Content-MD5 nor a checksum`}},
		{"s3", "PUT", "/bucket?cors", "Content-Md5: x", `<Cors/>`, "s3:PutBucketCors", []string{
			`PutBucketCors: the document is Cors in "", not CORSConfiguration in "urn:s3"`, `PutBucketCors: the member Rules is missing`}},
		{"s3", "PUT", "/bucket?cors", "Content-Md5: x", strings.Replace(cors, "true", "yes", 1), "s3:PutBucketCors", []string{
			`PutBucketCors.CORSRule.Fast: "yes" is no truth value`}},
		{"s3", "PUT", "/bucket?cors", "Content-Md5: x", "", "s3:PutBucketCors", []string{`PutBucketCors: the body is no XML document: unexpected EOF`}},
		{"s3", "PUT", "/bucket", "", "", "s3:", []string{`PUT /bucket is no operation`}},
		{"ec2", "GET", "/", "", "", "", []string{`GET / is signed for no service that has a model`}},
	} {
		r := httptest.NewRequest(c.method, c.target, nil)
		r.Header = http.Header{"Authorization": {"AWS4-HMAC-SHA256 Credential=KEY/20260101/us-east-1/" + c.service + "/aws4_request, SignedHeaders=host"}}
		if name, value, ok := strings.Cut(c.header, ": "); ok {
			r.Header.Set(name, value)
		}
		operation, wrong := models.Check(r, []byte(c.body))
		if diff := cmp.Diff(c.wrong, wrong); operation != c.operation || diff != "" {
			t.Errorf("%s %s %q: %s, want %s; -want +got:\n%s", c.method, c.target, c.body, operation, c.operation, diff)
		}
	}
}
