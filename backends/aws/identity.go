package aws

import (
	"context"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// creating keeps the SDK from retrying a request that may have taken effect.
func creating(o *iam.Options) { o.Retryer = newCreationRetryer() }

// WhoAmI asks STS, which needs no permission for that.
func (b *backend) WhoAmI(ctx context.Context) (driver.Caller, error) {
	out, err := b.sts().GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return driver.Caller{}, wrapError(ctx, err, "find out whose credentials these are")
	}
	return driver.Caller{
		UserID: aws.ToString(out.UserId), Account: aws.ToString(out.Account), ARN: aws.ToString(out.Arn),
	}, nil
}

// ListUsers yields every user.
func (b *backend) ListUsers(ctx context.Context) iter.Seq2[driver.User, error] {
	pages := iam.NewListUsersPaginator(b.iam(), &iam.ListUsersInput{})
	return listing(ctx, pages, func(page *iam.ListUsersOutput) []types.User { return page.Users }, userOf, "list the users")
}

// GetUser returns one user; the caller's own with an empty name.
func (b *backend) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	in := &iam.GetUserInput{}
	if req.Name != "" {
		in.UserName = aws.String(req.Name)
	}
	out, err := b.iam().GetUser(ctx, in)
	if err != nil {
		return driver.User{}, wrapError(ctx, err, "look up the user %q", req.Name)
	}
	return userOf(out.User), nil
}

// CreateUser creates a user without keys and policies. A system without permissions boundaries ignores the boundary; the
// returned user then has none.
func (b *backend) CreateUser(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	if err := names().User.Check("user", req.Name); err != nil {
		return driver.CreateUserResponse{}, err
	}
	in := &iam.CreateUserInput{UserName: aws.String(req.Name)}
	if req.PermissionsBoundary != "" {
		in.PermissionsBoundary = aws.String(req.PermissionsBoundary)
	}
	in.Tags = tagsFor(req.Tags)
	out, err := b.iam().CreateUser(ctx, in, creating)
	if err != nil {
		return driver.CreateUserResponse{}, wrapError(ctx, err, "create the user %q", req.Name)
	}
	user := userOf(out.User)
	if req.PermissionsBoundary != "" && user.PermissionsBoundary == "" {
		// Some systems omit the boundary from this answer, others have no boundaries. GetUser tells.
		if stored, err := b.GetUser(ctx, driver.GetUserRequest{Name: req.Name}); err == nil {
			user = stored
		}
	}
	return driver.CreateUserResponse{User: user}, nil
}

// DeleteUser deletes a user without keys and policies.
func (b *backend) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	if err := checkPresent("user", req.Name); err != nil {
		return err
	}
	if b.iam().Options().BaseEndpoint != nil {
		// IAM refuses to delete a user with keys. Some systems do not, and the keys would outlive the user.
		for key, err := range b.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: req.Name}) {
			if err != nil {
				return err
			}
			return fault.New(fault.FailedPrecondition, "cannot delete the user %q: it still has the access key %s", req.Name, key.AccessKeyID)
		}
	}
	_, err := b.iam().DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String(req.Name)})
	return wrapError(ctx, err, "delete the user %q", req.Name)
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
		Tags:                tagsOf(u.Tags),
	}
}

func boundaryOf(b *types.AttachedPermissionsBoundary) string {
	if b == nil {
		return ""
	}
	return aws.ToString(b.PermissionsBoundaryArn)
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
