package conformance

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/minio/minio-go/v7/pkg/signer"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// Requester is an ObjectClient that sends any request of S3. Without one, a key is tried with the methods of ObjectClient only.
type Requester interface {
	ObjectClient
	// Do sends the request with the client's credentials. An error means that no answer came.
	Do(ctx context.Context, r Request) (Answer, error)
}

// Request is a request of S3, in path style.
type Request struct {
	Method, Bucket, Key string
	Query               url.Values
	Header              map[string]string
	Body                string
	// Needs are what a policy must allow for the request.
	Needs []policy.Request
}

// Answer is how a system answers a Request.
type Answer struct {
	Status int
	// Code is the error code of S3, also of an answer that reports an error with status 200; empty where there is none.
	Code string
	// Header and Body are as they came; Body has at most 1 MiB.
	Header http.Header
	Body   []byte
}

// maxAnswer is how much of an answer is read.
const maxAnswer = 1 << 20

// Do sends the request, signed unless the client is anonymous.
func (c minioClient) Do(ctx context.Context, r Request) (Answer, error) {
	target := *c.EndpointURL()
	target.Path, target.RawQuery = "/"+r.Bucket, r.Query.Encode()
	if r.Key != "" {
		target.Path += "/" + r.Key
	}
	request, err := http.NewRequestWithContext(ctx, r.Method, target.String(), bytes.NewReader([]byte(r.Body)))
	if err != nil {
		return Answer{}, err
	}
	for name, value := range r.Header {
		request.Header.Set(name, value)
	}
	sum, digest := sha256.Sum256([]byte(r.Body)), md5.Sum([]byte(r.Body))
	request.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	if r.Body != "" {
		request.Header.Set("Content-Md5", base64.StdEncoding.EncodeToString(digest[:]))
	}
	if c.credentials != (driver.Credentials{}) {
		request = signer.SignV4(*request, c.credentials.AccessKeyID, c.credentials.SecretAccessKey, c.credentials.SessionToken, c.region)
	}
	response, err := c.plain.Do(request)
	if err != nil {
		return Answer{}, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	return Answer{Status: response.StatusCode, Code: errorCode(body), Header: response.Header, Body: body}, errors.Join(err, response.Body.Close())
}

// errorCode returns the code of the first error in an answer: <Error> is its root, or one of its elements.
func errorCode(body []byte) string {
	var answer struct {
		XMLName xml.Name
		Code    string `xml:"Code"`
		Errors  []struct {
			Code string `xml:"Code"`
		} `xml:"Error"`
	}
	switch err := xml.Unmarshal(body, &answer); {
	case err != nil:
		return ""
	case answer.XMLName.Local == "Error":
		return answer.Code
	case len(answer.Errors) > 0:
		return answer.Errors[0].Code
	}
	return ""
}
