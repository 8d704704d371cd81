package ceph

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
)

// Where the admin ops API has its users, and whose the buckets are.
const (
	userPath   = "/admin/user"
	bucketPath = "/admin/bucket"
)

// admin sends a request of the admin ops API about users and decodes the answer, which may be nil for one that is not needed. The request
// has what the SDK's have: signature, retries, limits, and errors that Wrap understands.
func (b *backend) admin(ctx context.Context, method string, query url.Values, answer any) error {
	return b.send(ctx, b.Retryer(), method, userPath, query, answer)
}

// adminOnce is admin for what must not be done twice.
func (b *backend) adminOnce(ctx context.Context, method string, query url.Values, answer any) error {
	return b.send(ctx, sdk.NewCreationRetryer(), method, userPath, query, answer)
}

func (b *backend) send(ctx context.Context, retryer aws.Retryer, method, path string, query url.Values, answer any) error {
	target, err := url.Parse(b.EndpointURL() + path)
	if err != nil {
		return err
	}
	query.Set("format", "json")
	target.RawQuery = query.Encode()
	stack := middleware.NewStack("admin", func() any {
		request := smithyhttp.NewStackRequest().(*smithyhttp.Request)
		request.Method, request.URL = method, target
		return request
	})
	if err := stack.Finalize.Add(retry.NewAttemptMiddleware(retryer, smithyhttp.RequestCloner), middleware.After); err != nil {
		return err
	}
	if err := stack.Finalize.Add(middleware.FinalizeMiddlewareFunc("sign", b.sign), middleware.After); err != nil {
		return err
	}
	if err := stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("read", reading(answer)), middleware.After); err != nil {
		return err
	}
	_, _, err = middleware.DecorateHandler(smithyhttp.NewClientHandlerWithOptions(b.HTTPClient), stack).Handle(ctx, nil)
	return err
}

// noBody is the hash of no body.
var noBody = func() string { sum := sha256.Sum256(nil); return hex.EncodeToString(sum[:]) }()

// sign signs as for S3, which the gateway expects of its admin ops API, too.
func (b *backend) sign(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (out middleware.FinalizeOutput, m middleware.Metadata, err error) {
	credentials, err := b.Credentials.Retrieve(ctx)
	if err != nil {
		return out, m, err
	}
	request := in.Request.(*smithyhttp.Request)
	request.Header.Set("X-Amz-Content-Sha256", noBody)
	if err := v4.NewSigner().SignHTTP(ctx, credentials, request.Request, noBody, "s3", b.Region, time.Now()); err != nil {
		return out, m, err
	}
	return next.HandleFinalize(ctx, in)
}

// errorDocument is an error of the admin ops API.
type errorDocument struct {
	Code, Message, RequestID string
}

// reading decodes an answer, or makes its error one of the SDK's.
func reading(answer any) func(context.Context, middleware.DeserializeInput, middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	return func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
		out, m, err := next.HandleDeserialize(ctx, in)
		if err != nil {
			return out, m, err
		}
		response := out.RawResponse.(*smithyhttp.Response)
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err == nil {
			err = meaning(response.StatusCode, body, answer)
		}
		if err != nil {
			err = &awshttp.ResponseError{
				RequestID: response.Header.Get("X-Amz-Request-Id"), ResponseError: &smithyhttp.ResponseError{Response: response, Err: err},
			}
		}
		return out, m, err
	}
}

// meaning decodes a body. Its errors hold nothing of it: there may be secrets in it.
func meaning(status int, body []byte, answer any) error {
	if status >= http.StatusMultipleChoices {
		var failed errorDocument
		_ = json.Unmarshal(body, &failed) // what stands before a gateway may send anything
		return &smithy.GenericAPIError{Code: cmp.Or(failed.Code, "UnknownError"), Message: failed.Message}
	}
	if answer == nil {
		return nil
	}
	if json.NewDecoder(bytes.NewReader(body)).Decode(answer) != nil {
		return &smithy.DeserializationError{}
	}
	return nil
}
