package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/signer"

	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// ready returns the credentials. It fails without an endpoint or credentials. The action completes "cannot ...".
func (b *backend) ready(ctx context.Context, action string) (credentials.Value, error) {
	if b.endpoint == nil {
		return credentials.Value{}, fault.New(fault.InvalidArgument, "cannot %s: VersityGW has no endpoint of its own", action).WithHint(fault.HintSetEndpoint)
	}
	if ctx.Err() != nil {
		return credentials.Value{}, b.failed(ctx, ctx.Err(), action)
	}
	value, err := b.credentials.GetWithContext(nil)
	if err != nil || value.AccessKeyID == "" {
		return value, s3fault.NoCredentials(err)
	}
	return value, nil
}

// do makes a call with minio-go, which sends a request again on its own.
func (b *backend) do(ctx context.Context, action string, call func(context.Context) error) error {
	if _, err := b.ready(ctx, action); err != nil {
		return err
	}
	_, err := s3fault.Call(ctx, 0, func(ctx context.Context) (struct{}, error) { return struct{}{}, call(ctx) })
	return b.failed(ctx, err, action)
}

// request is a request that minio-go lacks. Its answer is XML; it is ignored if into is nil.
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
		refusal := answerError{}
		_ = body.Decode(&refusal.Service) // an answer without a body, or another server's page, has only its status
		refusal.HTTPStatus, refusal.RequestID = answer.StatusCode, answer.Header.Get("X-Amz-Request-Id")
		return b.failed(ctx, &refusal, r.action)
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
	system := s3fault.System{
		Codes:   codes,
		Answer:  answerOf,
		Special: localFault,
	}
	return system.Wrap(ctx, err, "%s", action)
}

// codes are the admin API's own.
var codes = map[string]fault.Code{"XAdminUserExists": fault.AlreadyExists, "XAdminMethodNotSupported": fault.Unsupported}

// answerError is an answer to one of this backend's own requests that reports a failure.
type answerError struct{ fault.Service }

func (e *answerError) Error() string { return e.Code }

// answerOf returns the server's error answer; nil if there is none.
func answerOf(err error) *fault.Service {
	var own *answerError
	if errors.As(err, &own) {
		return &own.Service
	}
	if of := minio.ToErrorResponse(err); of.Code != "" || of.StatusCode != 0 {
		return &fault.Service{Code: of.Code, Message: of.Message, RequestID: of.RequestID, HTTPStatus: of.StatusCode}
	}
	return nil
}

// localFault is the fault for requests that minio-go refuses, such as for a bad name, and for unreadable files.
func localFault(err error, sentence string) *fault.Error {
	var sent *s3fault.EndpointError
	if answerOf(err) != nil || errors.As(err, &sent) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return fault.Wrap(fault.InvalidArgument, err, "%s: %v", sentence, err)
}
