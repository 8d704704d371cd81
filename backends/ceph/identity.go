package ceph

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

const (
	// usersPerPage is the page size of the listing of users.
	usersPerPage = 1000
	// mostPages is the largest number of pages that are believed.
	mostPages = 1000
	// noBuckets is the number of buckets for a user who may make none. With any other, a key with whatever policy may make buckets.
	noBuckets = "-1"
)

// userInfo is a user as the admin ops API describes it. The secrets of its keys are in the answer, and are read where a key is made alone.
type userInfo struct {
	UserID    string       `json:"user_id"`
	Tenant    string       `json:"tenant"`
	Suspended int          `json:"suspended"`
	Buckets   int          `json:"max_buckets"`
	Keys      []accountKey `json:"keys"`
	SwiftKeys []struct {
		User string `json:"user"`
	} `json:"swift_keys"`
	Caps []struct {
		Type string `json:"type"`
		Perm string `json:"perm"`
	} `json:"caps"`
}

// WhoAmI reads the owner from the listing of buckets: there is no call for it. Whoever may not list buckets, as a session that is not for
// that, is nobody known: the answer is then empty, if the credentials are right.
func (b *backend) WhoAmI(ctx context.Context) (driver.Caller, error) {
	out, err := b.Client().ListBuckets(ctx, &s3.ListBucketsInput{MaxBuckets: aws.Int32(1)})
	err = b.Wrap(ctx, err, "find out whose credentials these are")
	switch {
	case errors.Is(err, fault.PermissionDenied):
		return driver.Caller{}, nil
	case err != nil:
		return driver.Caller{}, err
	case out.Owner == nil:
		return driver.Caller{}, fault.New(fault.Internal, "cannot find out whose credentials these are: the listing of the buckets names no owner")
	}
	id := aws.ToString(out.Owner.ID)
	if isAccount.MatchString(id) { // whose the buckets of all are who are in it
		return driver.Caller{Account: id}, nil
	}
	tenant, _ := tenantOf(id)
	return driver.Caller{UserID: id, Account: tenant, ARN: userARN(id)}, nil
}

// isAccount is what the ids of accounts look like, and nobody else's do.
var isAccount = regexp.MustCompile(`^RGW[0-9]{17}$`)

// tenantOf splits a user's id, which begins with the tenant if there is one.
func tenantOf(id string) (tenant, user string) {
	if tenant, user, found := strings.Cut(id, "$"); found {
		return tenant, user
	}
	return "", id
}

func userARN(id string) string {
	tenant, user := tenantOf(id)
	return "arn:aws:iam::" + tenant + ":user/" + user
}

func userOf(id string) driver.User { return driver.User{Name: id, ID: id, ARN: userARN(id)} }

// ListUsers yields every user of every tenant.
func (b *backend) ListUsers(ctx context.Context) iter.Seq2[driver.User, error] {
	ctx = s3fault.Listing(ctx)
	return func(yield func(driver.User, error) bool) {
		marker := ""
		for range mostPages {
			var page struct {
				Keys      []string `json:"keys"`
				Truncated bool     `json:"truncated"`
				Marker    string   `json:"marker"`
			}
			err := b.admin(ctx, http.MethodGet, url.Values{"list": {""}, "max-entries": {strconv.Itoa(usersPerPage)}, "marker": {marker}}, &page)
			if err == nil && page.Truncated && page.Marker == "" {
				err = fault.New(fault.Internal, "cannot list the users: the gateway says that there are more, and not where they begin")
			}
			if err != nil {
				yield(driver.User{}, b.Wrap(ctx, err, "list the users"))
				return
			}
			for _, id := range page.Keys {
				if !yield(userOf(id), nil) {
					return
				}
			}
			if !page.Truncated {
				return
			}
			marker = page.Marker
		}
		yield(driver.User{}, fault.New(fault.Unavailable, "cannot list the users: the gateway sent %d pages of them, so that the listing may never end", mostPages))
	}
}

// userInfo looks a user up. The action completes "cannot ..."; its last argument is the user's name.
func (b *backend) userInfo(ctx context.Context, user, action string) (userInfo, error) {
	var found userInfo
	if err := sdk.CheckPresent("user", user); err != nil {
		return found, err
	}
	err := b.admin(ctx, http.MethodGet, url.Values{"uid": {user}}, &found)
	return found, b.Wrap(ctx, err, action, user)
}

// GetUser returns one user; the caller's own with an empty name.
func (b *backend) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	if req.Name == "" {
		caller, err := b.WhoAmI(ctx)
		if err != nil || caller.UserID == "" {
			return driver.User{}, err
		}
		return userOf(caller.UserID), nil
	}
	found, err := b.userInfo(ctx, req.Name, "look up the user %q")
	if err != nil {
		return driver.User{}, err
	}
	user := userOf(req.Name)
	user.Disabled = found.Suspended != 0
	return user, nil
}

// CreateUser creates a user who may make no buckets.
func (b *backend) CreateUser(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	if err := b.Description.Names.User.Check("user", req.Name); err != nil {
		return driver.CreateUserResponse{}, err
	}
	if err := b.forget(ctx, req.Name); err != nil { // what another user of that name had
		return driver.CreateUserResponse{}, err
	}
	err := b.adminOnce(ctx, http.MethodPut, url.Values{
		"uid": {req.Name}, "display-name": {req.Name}, "max-buckets": {noBuckets}, "generate-key": {"false"},
	}, nil)
	if err != nil {
		return driver.CreateUserResponse{}, b.Wrap(ctx, err, "create the user %q", req.Name)
	}
	return driver.CreateUserResponse{User: userOf(req.Name)}, nil
}

// DeleteUser deletes a user without keys and policies. The gateway would delete a user with them, too.
func (b *backend) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	found, err := b.userInfo(ctx, req.Name, "delete the user %q")
	if err != nil {
		return err
	}
	if len(found.Keys) > 0 {
		return fault.New(fault.FailedPrecondition, "cannot delete the user %q: it still has the access key %s", req.Name, found.Keys[0].AccessKey)
	}
	for name, err := range b.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: driver.UserPrincipal(req.Name)}) {
		if err != nil {
			return err
		}
		return fault.New(fault.FailedPrecondition, "cannot delete the user %q: it still has the policy %q", req.Name, name)
	}
	err = b.Wrap(ctx, b.admin(ctx, http.MethodDelete, url.Values{"uid": {req.Name}}, nil), "delete the user %q", req.Name)
	if errors.Is(err, fault.AlreadyExists) { // the code is BucketAlreadyExists
		return fault.Wrap(fault.FailedPrecondition, err, "cannot delete the user %q: it owns buckets; delete them, or link them to another user, first", req.Name)
	}
	if err == nil {
		_ = b.forget(ctx, req.Name) // CreateUser does so, too
	}
	return err
}

// ListUserItems yields what gives a user access besides keys and policies: caps, which are for the admin ops API, keys for Swift, and buckets,
// which keep the user, too.
func (b *backend) ListUserItems(ctx context.Context, req driver.ListUserItemsRequest) iter.Seq2[driver.UserItem, error] {
	return driver.Listing(func() ([]driver.UserItem, error) {
		found, err := b.userInfo(ctx, req.UserName, "look up what the user %q has")
		var items []driver.UserItem
		for _, c := range found.Caps {
			items = append(items, driver.UserItem{Kind: "cap", Name: c.Type + "=" + c.Perm})
		}
		for _, k := range found.SwiftKeys {
			items = append(items, driver.UserItem{Kind: driver.ItemPassword, Name: k.User})
		}
		if err == nil {
			buckets, err := b.bucketsOf(ctx, req.UserName, found.Buckets >= 0)
			return append(items, buckets...), err
		}
		return items, err
	})
}

// bucketsOf are the buckets that a user owns. Whose they are can be asked with a cap of its own, without which a user who may make none is
// taken for one who has none.
func (b *backend) bucketsOf(ctx context.Context, user string, makes bool) (items []driver.UserItem, err error) {
	var names []string
	err = b.send(ctx, b.Retryer(), http.MethodGet, bucketPath, url.Values{"uid": {user}}, &names)
	err = b.Wrap(ctx, err, "list the buckets of the user %q", user)
	switch {
	case errors.Is(err, fault.PermissionDenied) && makes:
		return []driver.UserItem{{Kind: driver.ItemHiddenBuckets, Name: "(to see that, these credentials need the cap buckets=read)", KeepsUser: true}}, nil
	case errors.Is(err, fault.PermissionDenied):
		return nil, nil
	}
	for _, name := range names {
		items = append(items, driver.UserItem{Kind: driver.ItemBucket, Name: name, KeepsUser: true})
	}
	return items, err
}
