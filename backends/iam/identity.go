package iam

import (
	"context"
	"iter"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// creating keeps the SDK from retrying a request that may have taken effect.
func creating(o *iam.Options) { o.Retryer = sdk.NewCreationRetryer() }

// WhoAmI asks STS, which needs no permission for that.
func (a *API) WhoAmI(ctx context.Context) (driver.Caller, error) {
	out, err := a.STS().GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return driver.Caller{}, a.Wrap(ctx, err, "find out whose credentials these are")
	}
	return driver.Caller{
		UserID: aws.ToString(out.UserId), Account: aws.ToString(out.Account), ARN: aws.ToString(out.Arn),
	}, nil
}

// ListUsers yields every user.
func (a *API) ListUsers(ctx context.Context) iter.Seq2[driver.User, error] {
	pages := iam.NewListUsersPaginator(a.IAM(), &iam.ListUsersInput{})
	return sdk.Listing(ctx, a.Config, pages, func(page *iam.ListUsersOutput) []types.User { return page.Users }, userOf, "list the users")
}

// GetUser returns one user; the caller's own with an empty name.
func (a *API) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	in, who := &iam.GetUserInput{}, "of these credentials"
	if req.Name != "" {
		in.UserName, who = aws.String(req.Name), strconv.Quote(req.Name)
	}
	out, err := a.IAM().GetUser(ctx, in)
	if err != nil {
		return driver.User{}, a.Wrap(ctx, err, "look up the user %s", who)
	}
	return userOf(out.User), nil
}

// CreateUser creates a user without keys and policies. A system without permissions boundaries ignores the boundary; the
// returned user then has none.
func (a *API) CreateUser(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	if err := a.Description.Names.User.Check("user", req.Name); err != nil {
		return driver.CreateUserResponse{}, err
	}
	in := &iam.CreateUserInput{UserName: aws.String(req.Name)}
	if req.PermissionsBoundary != "" {
		in.PermissionsBoundary = aws.String(req.PermissionsBoundary)
	}
	in.Tags = TagsFor(req.Tags)
	out, err := a.IAM().CreateUser(ctx, in, creating)
	if err != nil {
		return driver.CreateUserResponse{}, a.Wrap(ctx, err, "create the user %q", req.Name)
	}
	user := userOf(out.User)
	if req.PermissionsBoundary != "" && user.PermissionsBoundary == "" {
		// Some systems omit the boundary from this answer, others have no boundaries. GetUser tells.
		if stored, err := a.GetUser(ctx, driver.GetUserRequest{Name: req.Name}); err == nil {
			user = stored
		}
	}
	return driver.CreateUserResponse{User: user}, nil
}

// DeleteUser deletes a user without keys and policies.
func (a *API) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	if err := sdk.CheckPresent("user", req.Name); err != nil {
		return err
	}
	if !a.OnAWS() {
		// IAM refuses to delete a user with keys. Some systems do not, and the keys would outlive the user.
		for key, err := range a.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: req.Name}) {
			if err != nil {
				return err
			}
			return fault.New(fault.FailedPrecondition, "cannot delete the user %q: it still has the access key %s", req.Name, key.AccessKeyID)
		}
	}
	_, err := a.IAM().DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String(req.Name)})
	return a.Wrap(ctx, err, "delete the user %q", req.Name)
}

func userOf(u *types.User) driver.User {
	if u == nil {
		return driver.User{}
	}
	return driver.User{
		Path:                aws.ToString(u.Path),
		Name:                aws.ToString(u.UserName),
		ID:                  aws.ToString(u.UserId),
		ARN:                 aws.ToString(u.Arn),
		Created:             aws.ToTime(u.CreateDate),
		PasswordLastUsed:    aws.ToTime(u.PasswordLastUsed),
		PermissionsBoundary: boundaryOf(u.PermissionsBoundary),
		Tags:                TagsOf(u.Tags),
	}
}

func boundaryOf(b *types.AttachedPermissionsBoundary) string {
	if b == nil {
		return ""
	}
	return aws.ToString(b.PermissionsBoundaryArn)
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
