package ceph

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// keepWithin is how long putting policies back may take, even if the run that needs them was interrupted.
const keepWithin = 30 * time.Second

// keepingPolicies makes a change of a user's keys, and puts back the policies that the gateway drops with it: 16.2.15 writes the user
// without them, at each change of a user over its admin ops API. For that moment, all keys of the user may do nothing.
func (b *backend) keepingPolicies(ctx context.Context, user string, change func() error) error {
	before, err := b.policies(ctx, user)
	if err != nil || len(before) == 0 {
		if err == nil || errors.Is(err, fault.Unsupported) { // what has no name in the IAM API has no policies from there
			return change()
		}
		return err
	}
	changed := change()
	longer, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepWithin)
	defer cancel()
	if err := b.putBack(longer, user, before); err != nil && !errors.Is(err, fault.NotFound) {
		return fault.Wrap(fault.CodeOf(err), errors.Join(changed, err), "the gateway dropped policies of the user %q when its keys changed (%s), and they could not all be put back: %v", user, strings.Join(namesOf(before), ", "), err)
	}
	return changed
}

// policies are all policies of a user.
func (b *backend) policies(ctx context.Context, user string) ([]driver.PolicyDocument, error) {
	names, err := b.policyNames(ctx, user)
	var all []driver.PolicyDocument
	for _, name := range names {
		found, err := b.API.GetPolicy(ctx, driver.GetPolicyRequest{Principal: driver.UserPrincipal(user), Name: name})
		if err != nil {
			return nil, err
		}
		all = append(all, found)
	}
	return all, err
}

// putBack puts those of the policies that the user has no longer.
func (b *backend) putBack(ctx context.Context, user string, before []driver.PolicyDocument) error {
	now, err := b.policyNames(ctx, user)
	for _, p := range before {
		if !slices.Contains(now, p.Name) {
			err = errors.Join(err, b.API.PutPolicy(ctx, driver.PutPolicyRequest(p)))
		}
	}
	return err
}

func namesOf(policies []driver.PolicyDocument) []string {
	var names []string
	for _, p := range policies {
		names = append(names, p.Name)
	}
	return names
}
