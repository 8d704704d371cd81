package sdk

import (
	"context"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// logging logs the requests of the SDK's providers of credentials, which are not sent through s3fault.Transport: to STS, to a single
// sign-on, to the metadata service of an instance or a container.
func logging(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("log", logRequest), middleware.After)
}

func logRequest(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	began := time.Now()
	out, metadata, err := next.HandleDeserialize(ctx, in)
	request, ok := in.Request.(*smithyhttp.Request)
	if !ok {
		return out, metadata, err
	}
	r := driver.Request{Method: request.Method, URL: request.URL, Operation: awsmiddleware.GetOperationName(ctx), Time: time.Since(began), Err: err}
	if answer, ok := out.RawResponse.(*smithyhttp.Response); ok && answer != nil {
		r.Status, r.ID = answer.StatusCode, answer.Header.Get("X-Amzn-Requestid")
	}
	driver.LogRequest(ctx, r)
	return out, metadata, err
}
