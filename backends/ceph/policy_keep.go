package ceph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// keepWithin is how long putting policies back may take, even if the run that needs them was interrupted.
const keepWithin = 30 * time.Second

// nobodys is the trust policy of a role that nobody may assume.
const nobodys = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":["*"]},"Action":["sts:AssumeRole"]}]}`

// keeperPrefix begins the names of keepers.
const keeperPrefix = "s3-credentials.kept."

// keeperOf is the role that has a copy of a user's policies while the user's keys change.
func keeperOf(user string) driver.Principal {
	sum := sha256.Sum256([]byte(user))
	return driver.RolePrincipal(keeperPrefix + hex.EncodeToString(sum[:12]))
}

// keepingPolicies makes a change of a user's keys, and puts back the policies that the gateway drops with it: 16.2.15 writes the user
// without them, at each change of a user over its admin ops API. For that moment, all keys of the user may do nothing. If this program
// is killed in it, the next one that looks for the user's policies finds their copy.
func (b *backend) keepingPolicies(ctx context.Context, user string, change func() error) error {
	before, err := b.policies(ctx, driver.UserPrincipal(user))
	if err != nil || len(before) == 0 {
		if err == nil || errors.Is(err, fault.Unsupported) { // what has no name in the IAM API has no policies from there
			return change()
		}
		return err
	}
	if err := b.keep(ctx, user, before); err != nil && !errors.Is(err, fault.PermissionDenied) { // without the cap for roles it goes without
		return err
	}
	changed := change()
	longer, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepWithin)
	defer cancel()
	if err := b.putBack(longer, user, before); err != nil && !errors.Is(err, fault.NotFound) {
		return fault.Wrap(fault.CodeOf(err), errors.Join(changed, err), "the gateway dropped policies of the user %q when its keys changed (%s), and they could not all be put back: %v", user, strings.Join(namesOf(before), ", "), err)
	}
	_ = b.forget(longer, user) // a copy that stays is replaced by the next, and never used while there are policies
	return changed
}

// keep copies the policies of a user to its keeper, which has no others then. Those that are no JSON, or could end the gateway, have no copy.
func (b *backend) keep(ctx context.Context, user string, policies []driver.PolicyDocument) error {
	keeper := keeperOf(user)
	_, err := b.API.CreateRole(ctx, driver.CreateRoleRequest{Name: keeper.Name, TrustPolicy: nobodys})
	if errors.Is(err, fault.AlreadyExists) {
		err = b.clear(ctx, keeper)
	}
	for _, p := range policies {
		if document, unsendable := sendable(p.Document); err == nil && unsendable == nil {
			err = b.API.PutPolicy(ctx, driver.PutPolicyRequest{Principal: keeper, Name: p.Name, Document: document})
		}
	}
	return err
}

// clear deletes the policies of a keeper.
func (b *backend) clear(ctx context.Context, keeper driver.Principal) error {
	for name, err := range b.API.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: keeper}) {
		if err == nil {
			err = b.API.DeletePolicy(ctx, driver.DeletePolicyRequest{Principal: keeper, Name: name})
		}
		if err != nil && !errors.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

// forget deletes the keeper of a user, if there is one.
func (b *backend) forget(ctx context.Context, user string) error {
	keeper := keeperOf(user)
	err := b.clear(ctx, keeper)
	if err == nil {
		err = b.DeleteRole(ctx, driver.DeleteRoleRequest{Name: keeper.Name})
	}
	if errors.Is(err, fault.NotFound) || errors.Is(err, fault.PermissionDenied) {
		return nil
	}
	return err
}

// recover gives a user without policies those that its keeper has, and returns their names: a program was killed before it had put them back.
func (b *backend) recover(ctx context.Context, user string) ([]string, error) {
	copies, err := b.policies(ctx, keeperOf(user))
	if len(copies) == 0 {
		if errors.Is(err, fault.NotFound) || errors.Is(err, fault.PermissionDenied) {
			err = nil
		}
		return nil, err
	}
	for _, p := range copies {
		if err == nil {
			err = b.API.PutPolicy(ctx, driver.PutPolicyRequest{Principal: driver.UserPrincipal(user), Name: p.Name, Document: resendable(p.Document)})
		}
	}
	if err != nil {
		return nil, fault.Wrap(fault.CodeOf(err), err, "the gateway dropped policies of the user %q when its keys changed (%s), and they could not all be put back: %v", user, strings.Join(namesOf(copies), ", "), err)
	}
	return namesOf(copies), b.forget(ctx, user)
}

// policies are all policies of a user or keeper.
func (b *backend) policies(ctx context.Context, of driver.Principal) (all []driver.PolicyDocument, err error) {
	for name, err := range b.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: of}) {
		if err != nil {
			return nil, err
		}
		found, err := b.GetPolicy(ctx, driver.GetPolicyRequest{Principal: of, Name: name})
		if err != nil {
			return nil, err
		}
		all = append(all, found)
	}
	return all, nil
}

// putBack puts those of the policies that the user has no longer.
func (b *backend) putBack(ctx context.Context, user string, before []driver.PolicyDocument) error {
	now, err := b.policyNames(ctx, user)
	for _, p := range before {
		if !slices.Contains(now, p.Name) {
			p.Document = resendable(p.Document)
			err = errors.Join(err, b.API.PutPolicy(ctx, driver.PutPolicyRequest(p)))
		}
	}
	return err
}

// resendable is a document as sendable makes it, or as it was read.
func resendable(document string) string {
	if sent, err := sendable(document); err == nil {
		return sent
	}
	return document
}

func namesOf(policies []driver.PolicyDocument) []string {
	var names []string
	for _, p := range policies {
		names = append(names, p.Name)
	}
	return names
}
