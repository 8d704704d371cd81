package seaweedfs

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	shared "github.com/s3-credentials/s3-credentials/backends/iam"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// GetUser returns one user with its tags, which the server answers apart.
func (b *backend) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	user, err := b.API.GetUser(ctx, req)
	if err != nil {
		return user, err
	}
	out, err := b.IAM().ListUserTags(ctx, &iam.ListUserTagsInput{UserName: aws.String(user.Name)})
	if err != nil {
		return user, b.Wrap(ctx, err, "read the tags of the user %q", user.Name)
	}
	user.Tags = shared.TagsOf(out.Tags)
	return user, nil
}

// CreateUser creates a user, and then its tags: the server ignores those of the request. A user who could not be tagged is removed.
func (b *backend) CreateUser(ctx context.Context, req driver.CreateUserRequest) (driver.CreateUserResponse, error) {
	tags := req.Tags
	req.Tags = nil
	made, err := b.API.CreateUser(ctx, req)
	if err != nil || len(tags) == 0 {
		return made, err
	}
	_, err = b.IAM().TagUser(ctx, &iam.TagUserInput{UserName: &req.Name, Tags: shared.TagsFor(tags)})
	if err == nil {
		made.User.Tags = tags
		return made, nil
	}
	err = b.Wrap(ctx, err, "tag the user %q", req.Name)
	if failed := b.API.DeleteUser(context.WithoutCancel(ctx), driver.DeleteUserRequest{Name: req.Name}); failed != nil {
		err = fault.Wrap(fault.CodeOf(err), err, "%v; the user %q may be left", err, req.Name)
	}
	return driver.CreateUserResponse{}, err
}

// DeleteUser deletes a user without keys and policies. The server deletes one with policies, too.
func (b *backend) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	owner := driver.ListPoliciesRequest{Principal: driver.UserPrincipal(req.Name)}
	for name, err := range b.ListPolicies(ctx, owner) {
		if err != nil {
			return err
		}
		return fault.New(fault.FailedPrecondition, "cannot delete the user %q: it still has the policy %q", req.Name, name)
	}
	for attached, err := range b.ListAttachedPolicies(ctx, owner) {
		if err != nil {
			return err
		}
		return fault.New(fault.FailedPrecondition, "cannot delete the user %q: the policy %q is still attached to it", req.Name, attached.ARN)
	}
	return b.API.DeleteUser(ctx, req)
}

// CreateSession opens a session, unless the server would take its policy for more than it says.
func (b *backend) CreateSession(ctx context.Context, req driver.CreateSessionRequest) (driver.Session, error) {
	if req.Policy != "" { // it is refused
		if err := checkDocument(req.Policy, true); err != nil {
			return driver.Session{}, err
		}
	}
	return b.API.CreateSession(ctx, req)
}

// ListUserItems yields the groups of a user. The server has nothing else of the kind.
func (b *backend) ListUserItems(ctx context.Context, req driver.ListUserItemsRequest) iter.Seq2[driver.UserItem, error] {
	return b.ListGroupsOf(ctx, req.UserName)
}
