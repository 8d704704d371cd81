package iam

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

const (
	// roleSpread is how long STS may need to learn of a new role.
	roleSpread = time.Minute
	// rolePause is the wait between two attempts to assume a new role.
	rolePause = 2 * time.Second
)

// ListRoles yields every role.
func (a *API) ListRoles(ctx context.Context) iter.Seq2[driver.Role, error] {
	pages := iam.NewListRolesPaginator(a.IAM(), &iam.ListRolesInput{})
	return sdk.Listing(ctx, a.Config, pages, func(page *iam.ListRolesOutput) []types.Role { return page.Roles }, roleOf, "list the roles")
}

// GetRole returns one role.
func (a *API) GetRole(ctx context.Context, req driver.GetRoleRequest) (driver.Role, error) {
	if err := sdk.CheckPresent("role", req.Name); err != nil {
		return driver.Role{}, err
	}
	out, err := a.IAM().GetRole(ctx, &iam.GetRoleInput{RoleName: &req.Name})
	if err != nil {
		return driver.Role{}, a.Wrap(ctx, err, "look up the role %q", req.Name)
	}
	return roleOf(out.Role), nil
}

// CreateRole creates a role without policies.
func (a *API) CreateRole(ctx context.Context, req driver.CreateRoleRequest) (driver.Role, error) {
	if err := a.Description.Names.Role.Check("role", req.Name); err != nil {
		return driver.Role{}, err
	}
	in := &iam.CreateRoleInput{RoleName: &req.Name, AssumeRolePolicyDocument: &req.TrustPolicy}
	if req.Description != "" {
		in.Description = &req.Description
	}
	if req.MaxSessionSeconds != 0 {
		in.MaxSessionDuration = aws.Int32(int32(req.MaxSessionSeconds))
	}
	out, err := a.IAM().CreateRole(ctx, in, creating)
	if err != nil {
		return driver.Role{}, a.Wrap(ctx, err, "create the role %q", req.Name)
	}
	return roleOf(out.Role), nil
}

// DeleteRole deletes a role without policies.
func (a *API) DeleteRole(ctx context.Context, req driver.DeleteRoleRequest) error {
	if err := sdk.CheckPresent("role", req.Name); err != nil {
		return err
	}
	_, err := a.IAM().DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &req.Name})
	return a.Wrap(ctx, err, "delete the role %q", req.Name)
}

// CreateSession assumes the role with the policy as session policy; where a session needs no role, the caller's own identity.
func (a *API) CreateSession(ctx context.Context, req driver.CreateSessionRequest) (driver.Session, error) {
	if err := a.checkSession(req); err != nil {
		return driver.Session{}, err
	}
	in := &sts.AssumeRoleInput{
		RoleArn:         &req.RoleARN,
		RoleSessionName: &req.Name,
		Policy:          &req.Policy,
		DurationSeconds: aws.Int32(int32(req.DurationSeconds)),
	}
	began := time.Now()
	for {
		out, err := a.STS().AssumeRole(ctx, in, func(o *sts.Options) { o.Retryer = sdk.NewCreationRetryer() })
		if err == nil {
			return sessionOf(out)
		}
		err = a.Wrap(ctx, err, "open a session%s", withRole(req))
		if req.RoleARN == "" || !errors.Is(err, fault.PermissionDenied) && !errors.Is(err, fault.NotFound) {
			return driver.Session{}, err
		}
		// The age of the role is what two clocks say, so the wait has a bound of its own.
		if again, denied := a.roleIsNew(ctx, req.RoleARN, err); !again || a.Description.Limits.LagSeconds == 0 || time.Since(began) > roleSpread {
			return driver.Session{}, denied
		}
		select {
		case <-ctx.Done():
			return driver.Session{}, a.Wrap(ctx, ctx.Err(), "open a session%s", withRole(req))
		case <-time.After(rolePause):
		}
	}
}

func withRole(req driver.CreateSessionRequest) string {
	if req.RoleARN == "" {
		return ""
	}
	return fmt.Sprintf(" with the role %q", req.RoleARN)
}

// checkSession refuses requests that some systems would accept.
func (a *API) checkSession(req driver.CreateSessionRequest) error {
	if req.Policy == "" {
		return fault.New(fault.InvalidArgument, "a session needs a policy: without one it could do all that its role can")
	}
	if limits := a.Description.Limits; req.DurationSeconds < limits.MinSessionSeconds || req.DurationSeconds > limits.MaxSessionSeconds {
		return fault.New(fault.InvalidArgument, "a session lasts from %s to %s, not %s",
			seconds(limits.MinSessionSeconds), seconds(limits.MaxSessionSeconds), seconds(req.DurationSeconds))
	}
	if a.Description.SessionRole != nil {
		if err := sdk.CheckPresent("role", req.RoleARN); err != nil {
			return err
		}
	}
	return a.Description.Names.Session.Check("session", req.Name)
}

// roleIsNew reports whether STS refused a role only because it is new. STS gives the same answer for a role that does not
// exist, one that the caller may not assume, and one that STS does not know yet. If false, it returns the error to report.
func (a *API) roleIsNew(ctx context.Context, arn string, denied error) (bool, error) {
	role, err := a.GetRole(ctx, driver.GetRoleRequest{Name: path.Base(arn)})
	switch {
	case errors.Is(err, fault.NotFound):
		return false, err
	case err != nil:
		return false, denied
	}
	return time.Since(role.Created) < roleSpread, denied
}

func sessionOf(out *sts.AssumeRoleOutput) (driver.Session, error) {
	if out.Credentials == nil {
		return driver.Session{}, fault.New(fault.Internal, "the system opened a session, but sent no credentials")
	}
	return driver.Session{
		AccessKeyID:     aws.ToString(out.Credentials.AccessKeyId),
		SecretAccessKey: aws.ToString(out.Credentials.SecretAccessKey),
		SessionToken:    aws.ToString(out.Credentials.SessionToken),
		Expiration:      aws.ToTime(out.Credentials.Expiration),
	}, nil
}

func roleOf(r *types.Role) driver.Role {
	if r == nil {
		return driver.Role{}
	}
	role := driver.Role{
		Path:                aws.ToString(r.Path),
		Name:                aws.ToString(r.RoleName),
		ID:                  aws.ToString(r.RoleId),
		ARN:                 aws.ToString(r.Arn),
		Created:             aws.ToTime(r.CreateDate),
		TrustPolicy:         decodeDocument(r.AssumeRolePolicyDocument),
		Description:         aws.ToString(r.Description),
		MaxSessionSeconds:   int(aws.ToInt32(r.MaxSessionDuration)),
		PermissionsBoundary: boundaryOf(r.PermissionsBoundary),
		Tags:                TagsOf(r.Tags),
	}
	if used := r.RoleLastUsed; used != nil {
		role.LastUsed = &driver.RoleLastUsed{Date: aws.ToTime(used.LastUsedDate), Region: aws.ToString(used.Region)}
	}
	return role
}
