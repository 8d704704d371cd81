package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// namePattern is the pattern of user names. A name is an access key, which "/" and "," delimit in headers.
const namePattern = `[A-Za-z0-9._@+-]+`

var nameRule = regexp.MustCompile(`^` + namePattern + `$`)

// account is a user as the admin API takes it.
type account struct {
	XMLName              xml.Name `xml:"Account"`
	Access, Secret, Role string
}

// roleUser is the role of users who own nothing and may do only what policies allow.
const roleUser = "user"

// admin sends a request to the admin API. If that has a separate port, the S3 port takes its paths for buckets.
func (b *backend) admin(ctx context.Context, r request) error {
	r.method = http.MethodPatch
	err := b.send(ctx, r)
	if said := fault.ServiceOf(err); said != nil && !strings.HasPrefix(said.Code, "XAdmin") && (errors.Is(err, fault.NotFound) || errors.Is(err, fault.Unsupported)) {
		return &fault.Error{Code: fault.Unsupported, Service: said, Err: err,
			Message: "cannot " + r.action + ": " + b.endpoint.Host + " offers no admin API; start the server without --admin-port"}
	}
	return err
}

// WhoAmI lists buckets, which every user may do; the answer names the caller.
func (b *backend) WhoAmI(ctx context.Context) (driver.Caller, error) {
	page, err := b.bucketPage(ctx, "ask who the credentials belong to", url.Values{"max-buckets": {"1"}})
	return driver.Caller{UserID: page.Owner.ID}, err
}

// userOf converts a user. The server stores only the name, not even the creation date.
func userOf(name string) driver.User { return driver.User{Path: "/", Name: name, ID: name} }

// ListUsers yields every user. It does not decode the secrets, which the answer also contains.
func (b *backend) ListUsers(ctx context.Context) iter.Seq2[driver.User, error] {
	return driver.Listing(func() ([]driver.User, error) {
		var listed struct{ Accounts []struct{ Access string } }
		err := b.admin(ctx, request{action: "list users", path: "/list-users", into: &listed})
		users := make([]driver.User, len(listed.Accounts))
		for i, account := range listed.Accounts {
			users[i] = userOf(account.Access)
		}
		return users, err
	})
}

// GetUser looks a user up: the admin API can only list them all.
func (b *backend) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	for user, err := range b.ListUsers(ctx) {
		if err != nil || user.Name == req.Name {
			return user, err
		}
	}
	return driver.User{}, fault.New(fault.NotFound, "there is no user %q", req.Name)
}

// CreateUser creates a user. The user's name is its access key.
func (b *backend) CreateUser(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	var none driver.CreateUserResponse
	if len(req.Needs()) > 0 {
		return none, fault.New(fault.Unsupported, "a user of VersityGW has no permissions boundary and no tags")
	}
	if !nameRule.MatchString(req.Name) {
		return none, fault.New(fault.InvalidArgument, "a user cannot be named %q: choose a name that matches %s", req.Name, namePattern)
	}
	secret := make([]byte, 30)
	_, _ = rand.Read(secret) // never fails
	made := account{Access: req.Name, Secret: base64.RawURLEncoding.EncodeToString(secret), Role: roleUser}
	body, err := xml.Marshal(made)
	if err != nil {
		return none, fault.Wrap(fault.Internal, err, "cannot create user %q", req.Name)
	}
	if err := b.admin(ctx, request{action: "create user " + req.Name, path: "/create-user", body: body}); err != nil {
		return none, err
	}
	key := &driver.AccessKey{UserName: req.Name, AccessKeyID: made.Access, SecretAccessKey: made.Secret, Status: "Active"}
	return driver.CreateUserResponse{User: userOf(req.Name), AccessKey: key}, nil
}

// DeleteUser deletes a user, but refuses one who owns buckets: a later user of that name would own them.
func (b *backend) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	if _, err := b.GetUser(ctx, driver.GetUserRequest(req)); err != nil {
		return err
	}
	action := "delete user " + req.Name
	var listed struct {
		Buckets []struct{ Name, Owner string }
	}
	if err := b.admin(ctx, request{action: action, path: "/list-buckets", into: &listed}); err != nil {
		return err
	}
	if i := slices.IndexFunc(listed.Buckets, func(o struct{ Name, Owner string }) bool { return o.Owner == req.Name }); i >= 0 {
		return fault.New(fault.FailedPrecondition, "user %q owns the bucket %s: give it another owner first", req.Name, listed.Buckets[i].Name)
	}
	return b.admin(ctx, request{action: action, path: "/delete-user", query: url.Values{"access": {req.Name}}})
}
