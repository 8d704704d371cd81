package aws

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// The error answers below have the shapes that AWS documents: "Error responses" of the S3 API reference, "Common errors"
// of IAM and of STS, and "Redirecting requests" of the S3 user guide.

// s3Error, queryError and ec2Error are the three forms in which services answer errors: that of S3, that of IAM and STS, and
// that of EC2, which some systems send for all.
func s3Error(code, message, more string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n<Error><Code>" + code + "</Code><Message>" + message + "</Message>" + more +
		"<RequestId>REQUEST1</RequestId><HostId>HOST1</HostId></Error>"
}

func queryError(code, message, _ string) string {
	return `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>` + code +
		"</Code><Message>" + message + "</Message></Error><RequestId>REQUEST1</RequestId></ErrorResponse>"
}

func ec2Error(code, message, _ string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>` + code + "</Code><Message>" + message +
		"</Message></Error></Errors><RequestID>REQUEST1</RequestID></Response>"
}

// answering is this backend on a system that gives one answer to every request, and the number of requests.
func answering(t *testing.T, status int, header http.Header, body string) (driver.Driver, *atomic.Int32) {
	t.Helper()
	clearEnvironment(t)
	t.Setenv("AWS_MAX_ATTEMPTS", "1") // what is tried again is another test's
	requests := &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		for key, values := range header {
			w.Header()[key] = values
		}
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			_, _ = io.WriteString(w, body)
		}
	}))
	t.Cleanup(server.Close)
	d, err := Open(t.Context(), driver.Config{
		EndpointURL: server.URL, Region: "eu-west-1", Credentials: &driver.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d, requests
}

// calls are one call to each service, and one to S3 whose answer has no body.
var calls = map[string]func(context.Context, driver.Driver) error{
	"s3": func(ctx context.Context, d driver.Driver) error {
		_, err := d.GetBucketSetting(ctx, driver.GetBucketSettingRequest{Bucket: "bucket", Setting: driver.SettingPolicy})
		return err
	},
	"head": func(ctx context.Context, d driver.Driver) error {
		_, err := d.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: "bucket"})
		return err
	},
	"make": func(ctx context.Context, d driver.Driver) error {
		return d.CreateBucket(ctx, driver.CreateBucketRequest{Bucket: "bucket"})
	},
	"iam": func(ctx context.Context, d driver.Driver) error {
		_, err := d.CreateUser(ctx, driver.CreateUserRequest{Name: "user"})
		return err
	},
	"sts": func(ctx context.Context, d driver.Driver) error {
		_, err := d.CreateSession(ctx, driver.CreateSessionRequest{
			RoleARN: "arn:aws:iam::123456789012:role/r", Name: "session", Policy: `{"Version":"2012-10-17","Statement":[]}`, DurationSeconds: 900,
		})
		return err
	},
	"who": func(ctx context.Context, d driver.Driver) error {
		_, err := d.WhoAmI(ctx)
		return err
	},
}

const scpDenial = "User: arn:aws:iam::123456789012:user/admin is not authorized to perform: iam:CreateUser on resource: " +
	"arn:aws:iam::123456789012:user/user with an explicit deny in a service control policy"

func TestDocumentedErrorAnswers(t *testing.T) {
	for _, c := range []struct {
		call          string
		status        int
		code, message string
		more          string
		want          fault.Code
		says          string
	}{
		{"s3", 400, "ExpiredToken", "The provided token has expired.", "<Token-0>x</Token-0>", fault.Unauthenticated, "expired"},
		{"iam", 403, "ExpiredToken", "The security token included in the request is expired", "", fault.Unauthenticated, "expired"},
		{"sts", 400, "ExpiredTokenException", "The web identity token is expired", "", fault.Unauthenticated, "expired"},
		{"s3", 403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.",
			"<RequestTime>20260101T000000Z</RequestTime><ServerTime>2026-01-01T01:00:00Z</ServerTime><MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>",
			fault.Unauthenticated, "clock"},
		{"iam", 403, "SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z (20260101T011500Z - 15 min.)", "",
			fault.Unauthenticated, "clock"},
		{"who", 403, "SignatureDoesNotMatch", "Signature not yet current: 20260101T020000Z is still later than 20260101T011500Z (20260101T010000Z + 15 min.)", "",
			fault.Unauthenticated, "clock"},
		{"iam", 403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.", "",
			fault.Unauthenticated, "secret key"},
		{"s3", 400, "AuthorizationHeaderMalformed", "The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'eu-central-1'",
			"<Region>eu-central-1</Region>", fault.InvalidArgument, "region"},
		{"make", 400, "IllegalLocationConstraintException", "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.", "",
			fault.InvalidArgument, "region"},
		{"make", 400, "InvalidLocationConstraint", "The specified location-constraint is not valid", "<LocationConstraint>x</LocationConstraint>", fault.InvalidArgument, "region"},
		{"s3", 400, "InvalidToken", "The provided token is malformed or otherwise invalid.", "", fault.Unauthenticated, "token"},
		{"sts", 403, "RegionDisabledException", "STS is not activated in this region for account:123456789012.", "", fault.Unsupported, "region"},
		{"who", 403, "InvalidClientTokenId", "The security token included in the request is invalid.", "", fault.Unauthenticated, "access key"},
		{"iam", 403, "OptInRequired", "The AWS Access Key Id needs a subscription for the service", "", fault.PermissionDenied, "subscription"},
		{"s3", 403, "NotSignedUp", "Your account is not signed up for the Amazon S3 service.", "", fault.Unauthenticated, "not signed up"},
		{"iam", 403, "AccessDenied", scpDenial, "", fault.PermissionDenied, "service control policy"},
		{"s3", 403, "AccessDenied", strings.ReplaceAll(scpDenial, "iam:CreateUser", "s3:GetBucketPolicy"), "", fault.PermissionDenied, "service control policy"},
		{"sts", 403, "AccessDenied", strings.ReplaceAll(scpDenial, "iam:CreateUser", "sts:AssumeRole"), "", fault.PermissionDenied, "service control policy"},
		{"iam", 409, "EntityAlreadyExists", "User with name user already exists.", "", fault.AlreadyExists, "exists"},
		{"iam", 409, "LimitExceeded", "Cannot exceed quota for UsersPerAccount: 5000", "", fault.ResourceExhausted, "UsersPerAccount"},
		{"iam", 409, "ConcurrentModification", "The request was rejected because multiple requests to change this object were submitted simultaneously.", "", fault.Aborted, "try again"},
		{"iam", 400, "Throttling", "Rate exceeded", "", fault.ResourceExhausted, "slow down"},
		{"s3", 503, "SlowDown", "Please reduce your request rate.", "", fault.ResourceExhausted, "slow down"},
		{"s3", 503, "ServiceUnavailable", "Service is unable to handle request.", "", fault.Unavailable, "later"},
		{"iam", 503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server.", "", fault.Unavailable, "later"},
		{"sts", 500, "InternalFailure", "The request processing has failed because of an unknown error.", "", fault.Unavailable, "later"},
		{"sts", 400, "PackedPolicyTooLarge", "Packed size of session tags and policy consumes 130% of allotted space.", "", fault.ResourceExhausted, "130%"},
		{"sts", 400, "MalformedPolicyDocument", "This policy contains invalid Json", "", fault.InvalidArgument, "invalid Json"},
		{"sts", 400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.", "", fault.InvalidArgument, "MaxSessionDuration"},
		{"make", 409, "BucketAlreadyExists", "The requested bucket name is not available.", "<BucketName>bucket</BucketName>", fault.AlreadyExists, "not available"},
		{"make", 409, "OperationAborted", "A conflicting conditional operation is currently in progress against this resource.", "", fault.Aborted, "try again"},
		{"make", 400, "TooManyBuckets", "You have attempted to create more buckets than allowed", "", fault.ResourceExhausted, "more buckets"},
	} {
		for form, write := range map[string]func(code, message, more string) string{"S3": s3Error, "query": queryError, "EC2": ec2Error} {
			t.Run(fmt.Sprintf("%s %s as %s", c.call, c.code, form), func(t *testing.T) {
				d, _ := answering(t, c.status, http.Header{"Content-Type": {"application/xml"}}, write(c.code, c.message, c.more))
				err := calls[c.call](t.Context(), d)
				if code := fault.CodeOf(err); code != c.want {
					t.Errorf("code %s, want %s: %v", code, c.want, err)
				}
				answer := fault.ServiceOf(err)
				if answer == nil || answer.Code != c.code || answer.Message != c.message || answer.RequestID != "REQUEST1" || answer.HTTPStatus != c.status {
					t.Errorf("the service's answer is %+v", answer)
				}
				if err != nil && !strings.Contains(err.Error(), c.says) {
					t.Errorf("%q does not say %q", err, c.says)
				}
			})
		}
	}
}

// Answers without a body that can be read: the status is all that there is.
func TestErrorAnswersWithoutADocument(t *testing.T) {
	const motoPage = "<!doctype html>\n<html lang=en>\n<title>500 Internal Server Error</title>\n<h1>Internal Server Error</h1>"
	const balancer = "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>"
	for _, c := range []struct {
		call        string
		status      int
		contentType string
		body        string
		want        fault.Code
	}{
		{"s3", 503, "text/html", balancer, fault.Unavailable},
		{"iam", 503, "text/html", balancer, fault.Unavailable},
		{"sts", 503, "", "", fault.Unavailable},
		{"s3", 503, "application/json", `{"message":"upstream"}`, fault.Unavailable},
		{"iam", 502, "text/plain", "Bad Gateway", fault.Unavailable},
		{"head", 403, "", "", fault.PermissionDenied},
		{"head", 404, "", "", fault.NotFound},
		{"head", 503, "", "", fault.Unavailable},
		{"iam", 403, "text/html", "<html><body>403 Forbidden</body></html>", fault.Unavailable},
		{"s3", 404, "text/plain", "404 page not found", fault.Unavailable},
		{"head", 404, "text/plain", "", fault.Unavailable},
		{"iam", 404, "text/plain", "404 page not found", fault.Unavailable},
		{"s3", 500, "text/html", motoPage, fault.Unavailable},
		{"iam", 500, "text/html", motoPage, fault.Unavailable},
		{"sts", 429, "text/html", motoPage, fault.ResourceExhausted},
		{"s3", 408, "text/html", motoPage, fault.Unavailable},
		{"iam", 200, "application/xml", "<CreateUserResponse><CreateUserResult></User>", fault.Unavailable},
		{"iam", 304, "", "", fault.Unavailable},
	} {
		t.Run(fmt.Sprintf("%s %d %s", c.call, c.status, c.contentType), func(t *testing.T) {
			d, _ := answering(t, c.status, http.Header{"Content-Type": {c.contentType}}, c.body)
			err := calls[c.call](t.Context(), d)
			if code := fault.CodeOf(err); code != c.want {
				t.Errorf("code %s, want %s: %v", code, c.want, err)
			}
			if err != nil {
				if answer := fault.ServiceOf(err); answer == nil && !strings.Contains(err.Error(), "http://127.0.0.1") {
					t.Errorf("%q does not name the endpoint", err)
				}
				for _, word := range []string{"deserial", "XML", "operation error", "UnknownError", "EOF", "\n"} {
					if strings.Contains(err.Error(), word) {
						t.Errorf("%q says %q", err, word)
					}
				}
			}
		})
	}
}

// Redirects between regions, in the three ways that S3 documents. One that names the bucket's region is followed by a
// request to that region, once; one that names none is an error.
func TestRegionRedirects(t *testing.T) {
	for _, c := range []struct {
		name     string
		status   int
		header   http.Header
		code     string
		more     string
		requests int32
	}{
		{"wrong region", 301, http.Header{"X-Amz-Bucket-Region": {"eu-central-1"}}, "PermanentRedirect",
			"<Endpoint>bucket.s3.eu-central-1.amazonaws.com</Endpoint><Bucket>bucket</Bucket>", 2},
		{"new bucket", 307, http.Header{"X-Amz-Bucket-Region": {"eu-central-1"}, "Location": {"https://bucket.s3.eu-central-1.amazonaws.com/"}},
			"TemporaryRedirect", "<Endpoint>bucket.s3.eu-central-1.amazonaws.com</Endpoint><Bucket>bucket</Bucket>", 2},
		{"signed for another region", 400, http.Header{"X-Amz-Bucket-Region": {"eu-central-1"}}, "AuthorizationHeaderMalformed",
			"<Region>eu-central-1</Region>", 2},
		{"elsewhere", 307, http.Header{"Location": {"https://elsewhere.example.com/"}}, "TemporaryRedirect", "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, requests := answering(t, c.status, c.header, s3Error(c.code, "Please re-send this request.", c.more))
			err := calls["s3"](t.Context(), d)
			if err == nil || requests.Load() != c.requests {
				t.Errorf("%d requests, want %d: %v", requests.Load(), c.requests, err)
			}
		})
	}
}

// TestAnUploadWithoutAName has parts that the SDK would send to nowhere, and panic.
func TestAnUploadWithoutAName(t *testing.T) {
	d, _ := answering(t, 200, nil, "<InitiateMultipartUploadResult/>")
	_, err := d.PutObject(t.Context(), driver.PutObjectRequest{Bucket: "bucket", Key: "key", Body: bytes.NewReader(make([]byte, 17<<20))})
	if fault.CodeOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "but not its UploadId") {
		t.Errorf("got %v", err)
	}
}

// TestRedirectsOfIAM are not of S3, whatever header they have: no bucket is elsewhere.
func TestRedirectsOfIAM(t *testing.T) {
	for _, call := range []string{"iam", "sts", "who"} {
		d, _ := answering(t, 301, http.Header{"X-Amz-Bucket-Region": {"eu-central-1"}, "Location": {"https://elsewhere.example.com/"}}, "")
		err := calls[call](t.Context(), d)
		if fault.CodeOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "redirects to https://elsewhere.example.com, and no redirect is followed") {
			t.Errorf("%s: %v", call, err)
		}
	}
}
