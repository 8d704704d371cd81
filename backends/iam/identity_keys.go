package iam

import (
	"context"
	"errors"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// CreateAccessKey makes a permanent key for a user.
func (a *API) CreateAccessKey(ctx context.Context, req driver.CreateAccessKeyRequest) (driver.AccessKey, error) {
	if err := sdk.CheckPresent("user", req.UserName); err != nil {
		return driver.AccessKey{}, err
	}
	if len(req.Needs()) > 0 {
		return driver.AccessKey{}, fault.New(fault.Unsupported, "an access key of IAM has no end and no tags; leave them out")
	}
	out, err := a.IAM().CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String(req.UserName)}, creating)
	if err != nil {
		return driver.AccessKey{}, tooManyKeys(a.Wrap(ctx, err, "create an access key for the user %q", req.UserName), req.UserName)
	}
	return driver.AccessKey{
		UserName:        aws.ToString(out.AccessKey.UserName),
		AccessKeyID:     aws.ToString(out.AccessKey.AccessKeyId),
		SecretAccessKey: aws.ToString(out.AccessKey.SecretAccessKey),
		Status:          string(out.AccessKey.Status),
		Created:         aws.ToTime(out.AccessKey.CreateDate),
	}, nil
}

// tooManyKeys explains the limit on a user's keys.
func tooManyKeys(err error, user string) error {
	var f *fault.Error
	if errors.As(err, &f) && f.Service != nil && f.Service.Code == "LimitExceeded" {
		f.Message = "cannot create an access key for the user \"" + user + "\": it has as many as the system allows, " +
			"which is 2 on AWS; delete one first"
	}
	return err
}

// ListAccessKeys yields the keys of a user.
func (a *API) ListAccessKeys(ctx context.Context, req driver.ListAccessKeysRequest) iter.Seq2[driver.AccessKey, error] {
	if err := sdk.CheckPresent("user", req.UserName); err != nil {
		return sdk.Failed[driver.AccessKey](err)
	}
	pages := iam.NewListAccessKeysPaginator(a.IAM(), &iam.ListAccessKeysInput{UserName: &req.UserName})
	return sdk.Listing(ctx, a.Config, pages, func(page *iam.ListAccessKeysOutput) []types.AccessKeyMetadata { return page.AccessKeyMetadata },
		func(key *types.AccessKeyMetadata) driver.AccessKey {
			return driver.AccessKey{
				UserName: req.UserName, AccessKeyID: aws.ToString(key.AccessKeyId),
				Status: string(key.Status), Created: aws.ToTime(key.CreateDate),
			}
		},
		"list the access keys of the user %q", req.UserName)
}

// DeleteAccessKey deletes a key of a user.
func (a *API) DeleteAccessKey(ctx context.Context, req driver.DeleteAccessKeyRequest) error {
	if err := checkKey(req.UserName, req.AccessKeyID); err != nil {
		return err
	}
	_, err := a.IAM().DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{
		UserName: aws.String(req.UserName), AccessKeyId: aws.String(req.AccessKeyID),
	})
	return a.Wrap(ctx, err, "delete the access key %q of the user %q", req.AccessKeyID, req.UserName)
}

// SetAccessKeyStatus switches a key off or on.
func (a *API) SetAccessKeyStatus(ctx context.Context, req driver.SetAccessKeyStatusRequest) error {
	if err := checkKey(req.UserName, req.AccessKeyID); err != nil {
		return err
	}
	if req.Status != driver.KeyActive && req.Status != driver.KeyInactive {
		return fault.New(fault.InvalidArgument, "%q is no status of an access key; it is %s or %s", req.Status, driver.KeyActive, driver.KeyInactive)
	}
	_, err := a.IAM().UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{
		UserName: aws.String(req.UserName), AccessKeyId: aws.String(req.AccessKeyID), Status: types.StatusType(req.Status),
	})
	return a.Wrap(ctx, err, "set the status of the access key %q of the user %q", req.AccessKeyID, req.UserName)
}

// neverUsed is what IAM says of the service and the region of a key that was never used.
const neverUsed = "N/A"

// GetAccessKeyUse asks when a key was last used. IAM answers for the keys of all users, and says whose the key is.
func (a *API) GetAccessKeyUse(ctx context.Context, req driver.GetAccessKeyUseRequest) (driver.AccessKeyUse, error) {
	if err := checkKey(req.UserName, req.AccessKeyID); err != nil {
		return driver.AccessKeyUse{}, err
	}
	out, err := a.IAM().GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: aws.String(req.AccessKeyID)})
	if err != nil {
		return driver.AccessKeyUse{}, a.Wrap(ctx, err, "find out when the access key %q of the user %q was used", req.AccessKeyID, req.UserName)
	}
	if aws.ToString(out.UserName) != req.UserName {
		return driver.AccessKeyUse{}, fault.New(fault.NotFound, "the user %q has no access key %s", req.UserName, req.AccessKeyID)
	}
	used := out.AccessKeyLastUsed
	if used == nil || used.LastUsedDate == nil {
		return driver.AccessKeyUse{}, nil
	}
	use := driver.AccessKeyUse{Date: aws.ToTime(used.LastUsedDate)}
	if service := aws.ToString(used.ServiceName); service != neverUsed {
		use.Service = service
	}
	if region := aws.ToString(used.Region); region != neverUsed {
		use.Region = region
	}
	return use, nil
}

func checkKey(user, key string) error {
	if err := sdk.CheckPresent("user", user); err != nil {
		return err
	}
	return sdk.CheckPresent("access key", key)
}
