package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/signer"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// ready returns the credentials; it fails where there is no server or nobody to be. The action completes "cannot ...".
func (b *backend) ready(ctx context.Context, action string) (credentials.Value, error) {
	if b.endpoint == nil {
		return credentials.Value{}, fault.New(fault.InvalidArgument, "cannot %s: no server is named; use --endpoint-url", action)
	}
	if ctx.Err() != nil {
		return credentials.Value{}, b.failed(ctx, ctx.Err(), action)
	}
	value, err := b.credentials.GetWithContext(nil)
	if err != nil || value.AccessKeyID == "" {
		return value, fault.Wrap(fault.Unauthenticated, err, "cannot %s: there are no credentials; use --access-key and --secret-key, or --auth", action)
	}
	return value, nil
}

// do makes a call of minio-go.
func (b *backend) do(ctx context.Context, action string, call func() error) error {
	if _, err := b.ready(ctx, action); err != nil {
		return err
	}
	return b.failed(ctx, call(), action)
}

// request is a request that minio-go does not know. Its answer is XML, or nothing where into is nil.
type request struct {
	action, method, path string
	query                url.Values
	body                 []byte
	into                 any
}

func (b *backend) send(ctx context.Context, r request) error {
	value, err := b.ready(ctx, r.action)
	if err != nil {
		return err
	}
	u := *b.endpoint
	u.Path, u.RawQuery = r.path, r.query.Encode()
	sent, err := http.NewRequestWithContext(ctx, r.method, u.String(), bytes.NewReader(r.body))
	if err != nil {
		return fault.Wrap(fault.Internal, err, "cannot %s", r.action)
	}
	sum := sha256.Sum256(r.body)
	sent.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	answer, err := b.http.Do(signer.SignV4(*sent, value.AccessKeyID, value.SecretAccessKey, value.SessionToken, b.region))
	if err != nil {
		return b.failed(ctx, err, r.action)
	}
	defer answer.Body.Close()
	body := xml.NewDecoder(answer.Body)
	if answer.StatusCode >= http.StatusMultipleChoices {
		said := fault.Service{}
		_ = body.Decode(&said) // an answer without a body, or another server's page, has only its status
		said.HTTPStatus, said.RequestID = answer.StatusCode, answer.Header.Get("X-Amz-Request-Id")
		return refused(&said, nil, r.action)
	}
	if r.into == nil {
		return nil
	}
	if err := body.Decode(r.into); err != nil && ctx.Err() == nil {
		return fault.Wrap(fault.Unavailable, err, "cannot %s: the answer makes no sense; is there a VersityGW at %s?", r.action, b.endpoint.Host)
	}
	return b.failed(ctx, ctx.Err(), r.action)
}

// failed turns the error of a request into a fault; nil stays nil.
func (b *backend) failed(ctx context.Context, err error, action string) error {
	if err == nil {
		return nil
	}
	if gaveUp := ctx.Err(); gaveUp != nil {
		return fault.Wrap(fault.CodeOf(gaveUp), err, "cannot %s: %s", action, gaveUp)
	}
	if fault.CodeOf(err) != fault.Unknown {
		return err
	}
	if said := minio.ToErrorResponse(err); said.StatusCode != 0 || codes[said.Code] != "" {
		return refused(&fault.Service{Code: said.Code, Message: said.Message, RequestID: said.RequestID, HTTPStatus: said.StatusCode}, err, action)
	}
	var network net.Error
	if !errors.As(err, &network) && !errors.Is(err, io.ErrUnexpectedEOF) { // minio-go refused a name, or a file failed
		return fault.Wrap(fault.InvalidArgument, err, "cannot %s: %v", action, err)
	}
	return fault.Wrap(fault.Unavailable, err, "cannot %s: %s cannot be reached; check the endpoint and whether the server runs", action, b.endpoint.Host)
}

// codes are the service's own codes whose meaning the status does not tell.
var codes = map[string]fault.Code{
	"InvalidAccessKeyId": fault.Unauthenticated, "SignatureDoesNotMatch": fault.Unauthenticated, "InvalidToken": fault.Unauthenticated,
	"BucketAlreadyExists": fault.AlreadyExists, "BucketAlreadyOwnedByYou": fault.AlreadyExists, "XAdminUserExists": fault.AlreadyExists,
	"EntityTooLarge": fault.ResourceExhausted, "SlowDown": fault.ResourceExhausted,
	"InvalidBucketName": fault.InvalidArgument, "NoSuchBucket": fault.NotFound, "NoSuchKey": fault.NotFound,
	"XAdminMethodNotSupported": fault.Unsupported,
}

var statuses = map[int]fault.Code{
	http.StatusBadRequest: fault.InvalidArgument, http.StatusUnauthorized: fault.Unauthenticated, http.StatusForbidden: fault.PermissionDenied,
	http.StatusNotFound: fault.NotFound, http.StatusConflict: fault.FailedPrecondition, http.StatusPreconditionFailed: fault.FailedPrecondition,
	http.StatusMethodNotAllowed: fault.Unsupported, http.StatusNotImplemented: fault.Unsupported, http.StatusTooManyRequests: fault.ResourceExhausted,
	http.StatusInternalServerError: fault.Unavailable, http.StatusBadGateway: fault.Unavailable, http.StatusServiceUnavailable: fault.Unavailable,
}

// refused is the fault for what the server said.
func refused(said *fault.Service, err error, action string) error {
	code, known := codes[said.Code]
	if !known {
		code, known = statuses[said.HTTPStatus]
	}
	if !known {
		code = fault.Unknown
	}
	message := "cannot " + action
	if said.Code == "" {
		message = fmt.Sprintf("cannot %s: the server answered %d %s", action, said.HTTPStatus, http.StatusText(said.HTTPStatus))
	}
	return &fault.Error{Code: code, Message: message, Service: said, Err: err}
}
