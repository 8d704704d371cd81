package garage

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// The variables that say where the admin API is, and with which token.
const (
	adminURL   = "S3_CREDENTIALS_GARAGE_ADMIN_URL"
	adminToken = "S3_CREDENTIALS_GARAGE_ADMIN_TOKEN" //nolint:gosec // the name of a variable
)

// undoTime bounds the removal of what a failed call has made.
const undoTime = 10 * time.Second

// admin is Garage's admin API v2.
type admin struct {
	url, token string
	http       aws.HTTPClient
}

// newAdmin reads the variables. Requests go by the client that those to S3 go by, with its limits, its proxy and its certificate authorities:
// it follows no redirect, which the token would go with. InvalidArgument for a URL that is none.
func newAdmin(client aws.HTTPClient) (*admin, error) {
	a := &admin{url: strings.TrimRight(os.Getenv(adminURL), "/"), token: os.Getenv(adminToken), http: client}
	if u, err := url.Parse(a.url); a.url != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil) {
		return nil, fault.New(fault.InvalidArgument, "%s must be the http or https URL of Garage's admin API, without a token or password in it", adminURL)
	}
	return a, nil
}

// refusal is an error answer of the admin API.
type refusal struct{ answer fault.Service }

func (r *refusal) Error() string { return r.answer.Code + ": " + r.answer.Message }

// adminFaults turns errors of the admin API into faults.
var adminFaults = s3fault.System{
	Codes: adminCodes,
	Answer: func(err error) *fault.Service {
		var refused *refusal
		if errors.As(err, &refused) {
			return &refused.answer
		}
		return nil
	},
}

// missing says in one sentence what to set; nil if all is.
func (a *admin) missing() error {
	var unset []string
	for name, value := range map[string]string{adminURL: a.url, adminToken: a.token} {
		if value == "" {
			unset = append(unset, name)
		}
	}
	switch len(unset) {
	case 0:
		return nil
	case 1:
		return fault.New(fault.Unauthenticated, "keys and buckets of Garage are managed by its admin API; set %s, too", unset[0])
	}
	return fault.New(fault.Unauthenticated, "keys and buckets of Garage are managed by its admin API; set %s to its URL, such as http://127.0.0.1:3903, "+
		"and %s to its token", adminURL, adminToken)
}

// get calls a method that reads, and reads its answer into the value.
func (a *admin) get(ctx context.Context, method string, query url.Values, into any) error {
	return a.send(ctx, http.MethodGet, method, query, nil, into)
}

// post calls a method that changes something. It is never sent again: nothing is made twice.
func (a *admin) post(ctx context.Context, method string, query url.Values, body, into any) error {
	return a.send(ctx, http.MethodPost, method, query, body, into)
}

func (a *admin) send(ctx context.Context, verb, method string, query url.Values, body, into any) error {
	if err := a.missing(); err != nil {
		return err
	}
	var content io.Reader
	if body != nil {
		written, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(written)
	}
	request, err := http.NewRequestWithContext(ctx, verb, a.url+"/v2/"+method+"?"+query.Encode(), content)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+a.token)
	answer, err := a.http.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	read, err := io.ReadAll(answer.Body) // the transport bounds it
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		// A server that says again what it was sent must not bring the token into an error.
		return refusalOf(answer.StatusCode, bytes.ReplaceAll(read, []byte(a.token), []byte("(token)")))
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(read, into); err != nil {
		return s3fault.Unreadable(request.URL)
	}
	return nil
}

func refusalOf(status int, body []byte) error {
	var said struct{ Code, Message string }
	_ = json.Unmarshal(body, &said) // what stands before the server may answer otherwise; the status tells
	if said.Code == "AccessDenied" {
		return fault.New(fault.Unauthenticated, "Garage's admin API does not accept the token in %s, or not for this; set it to one that may manage keys and buckets", adminToken)
	}
	return &refusal{fault.Service{Code: said.Code, Message: said.Message, HTTPStatus: status}}
}
