package iam

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"golang.org/x/sync/errgroup"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// ListUserItems yields what IAM wants gone, besides keys and policies, before it deletes a user: all kinds, or the groups alone. What
// the system does not have is left out. That the caller may not list one kind is an error after all that it may list.
func (a *API) ListUserItems(ctx context.Context, req driver.ListUserItemsRequest) iter.Seq2[driver.UserItem, error] {
	if err := sdk.CheckPresent("user", req.UserName); err != nil {
		return sdk.Failed[driver.UserItem](err)
	}
	return func(yield func(driver.UserItem, error) bool) {
		items, err := a.allItems(ctx, req)
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
		if err != nil {
			yield(driver.UserItem{}, err)
		}
	}
}

// ListGroupsOf is ListUserItems for a system that has none but groups, and deletes a user who is in some.
func (a *API) ListGroupsOf(ctx context.Context, user string) iter.Seq2[driver.UserItem, error] {
	return func(yield func(driver.UserItem, error) bool) {
		for item, err := range a.ListUserItems(ctx, driver.ListUserItemsRequest{UserName: user, Kind: driver.ItemGroup}) {
			item.KeepsUser = false
			if !yield(item, err) {
				return
			}
		}
	}
}

// allItems lists all kinds at once.
func (a *API) allItems(ctx context.Context, req driver.ListUserItemsRequest) ([]driver.UserItem, error) {
	kinds := a.itemsOf(ctx, req.UserName)
	if req.Kind == driver.ItemGroup {
		kinds = kinds[:1]
	}
	items, denied, unsupported := make([][]driver.UserItem, len(kinds)), make([]error, len(kinds)), make([]error, len(kinds))
	var asking errgroup.Group
	for i, kind := range kinds {
		asking.Go(func() error {
			for item, err := range kind {
				switch {
				case errors.Is(err, fault.Unsupported):
					unsupported[i] = err
				case errors.Is(err, fault.PermissionDenied):
					denied[i] = err
				case err != nil:
					return err
				default:
					items[i] = append(items[i], item)
				}
			}
			return nil
		})
	}
	if err := asking.Wait(); err != nil {
		return nil, err
	}
	if !slices.Contains(unsupported, nil) {
		return nil, unsupported[0] // nobody has looked whether there is such a user
	}
	return slices.Concat(items...), cmp.Or(denied...)
}

// itemsOf returns a listing for each kind of item, groups first, which is not read yet.
func (a *API) itemsOf(ctx context.Context, user string) []iter.Seq2[driver.UserItem, error] {
	name, client := aws.String(user), a.IAM()
	kinds := []iter.Seq2[driver.UserItem, error]{
		sdk.Listing(ctx, a.Config, iam.NewListGroupsForUserPaginator(client, &iam.ListGroupsForUserInput{UserName: name}),
			func(page *iam.ListGroupsForUserOutput) []types.Group { return page.Groups },
			func(g *types.Group) driver.UserItem { return itemOf(driver.ItemGroup, g.GroupName) },
			"list the groups of the user %q", user),
		driver.Listing(func() ([]driver.UserItem, error) { return a.passwordOf(ctx, user) }),
		sdk.Listing(ctx, a.Config, iam.NewListMFADevicesPaginator(client, &iam.ListMFADevicesInput{UserName: name}),
			func(page *iam.ListMFADevicesOutput) []types.MFADevice { return page.MFADevices },
			func(d *types.MFADevice) driver.UserItem { return itemOf("MFA device", d.SerialNumber) },
			"list the MFA devices of the user %q", user),
		sdk.Listing(ctx, a.Config, iam.NewListSSHPublicKeysPaginator(client, &iam.ListSSHPublicKeysInput{UserName: name}),
			func(page *iam.ListSSHPublicKeysOutput) []types.SSHPublicKeyMetadata { return page.SSHPublicKeys },
			func(k *types.SSHPublicKeyMetadata) driver.UserItem { return itemOf("SSH public key", k.SSHPublicKeyId) },
			"list the SSH public keys of the user %q", user),
		sdk.Listing(ctx, a.Config, iam.NewListSigningCertificatesPaginator(client, &iam.ListSigningCertificatesInput{UserName: name}),
			func(page *iam.ListSigningCertificatesOutput) []types.SigningCertificate { return page.Certificates },
			func(c *types.SigningCertificate) driver.UserItem {
				return itemOf("signing certificate", c.CertificateId)
			},
			"list the signing certificates of the user %q", user),
	}
	if a.OnAWS() { // only AWS has such services
		kinds = append(kinds, driver.Listing(func() ([]driver.UserItem, error) { return a.serviceCredentialsOf(ctx, user) }))
	}
	return kinds
}

func itemOf(kind driver.UserItemKind, name *string) driver.UserItem {
	return driver.UserItem{Kind: kind, Name: aws.ToString(name), KeepsUser: true}
}

// passwordOf returns the user's password for the console.
func (a *API) passwordOf(ctx context.Context, user string) ([]driver.UserItem, error) {
	_, err := a.IAM().GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: aws.String(user)})
	err = a.Wrap(ctx, err, "look up the password of the user %q", user)
	switch {
	case errors.Is(err, fault.NotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return []driver.UserItem{itemOf(driver.ItemPassword, nil)}, nil
}

// serviceCredentialsOf returns the user's credentials for single services, such as CodeCommit.
func (a *API) serviceCredentialsOf(ctx context.Context, user string) ([]driver.UserItem, error) {
	out, err := a.IAM().ListServiceSpecificCredentials(ctx, &iam.ListServiceSpecificCredentialsInput{UserName: aws.String(user)})
	if err != nil {
		return nil, a.Wrap(ctx, err, "list the service-specific credentials of the user %q", user)
	}
	var items []driver.UserItem
	for _, c := range out.ServiceSpecificCredentials {
		items = append(items, itemOf("service-specific credential", c.ServiceSpecificCredentialId))
	}
	return items, nil
}
