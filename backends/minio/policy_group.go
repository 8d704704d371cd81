package minio

import (
	"context"
	"slices"
	"strings"

	"github.com/minio/madmin-go/v3"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// The policies of groups are only read. A group has canned policies, and none of its own.

// group looks a group up.
func (b *backend) group(ctx context.Context, name string) (*madmin.GroupDesc, error) {
	if name == "" {
		return nil, fault.New(fault.InvalidArgument, "the name of the group is empty")
	}
	if err := b.ready(ctx); err != nil {
		return nil, err
	}
	group, err := adminCall(ctx, func(ctx context.Context) (*madmin.GroupDesc, error) { return b.admin.GetGroupDescription(ctx, name) })
	return group, b.wrapError(ctx, err, "look up the group %q", name)
}

// attachedToGroup returns the canned policies of a group. One that is switched off gives its users nothing.
func (b *backend) attachedToGroup(ctx context.Context, name string) ([]driver.AttachedPolicy, error) {
	group, err := b.group(ctx, name)
	if err != nil || group.Status == string(madmin.GroupDisabled) {
		return nil, err
	}
	names := strings.FieldsFunc(group.Policy, func(r rune) bool { return r == ',' })
	slices.Sort(names)
	var attached []driver.AttachedPolicy
	for _, canned := range names {
		attached = append(attached, driver.AttachedPolicy{Name: canned, ARN: canned})
	}
	return attached, nil
}

// noGroupPolicy is the error of reading a policy of a group's own.
func (b *backend) noGroupPolicy(ctx context.Context, req driver.GetPolicyRequest) error {
	if _, err := b.group(ctx, req.Principal.Name); err != nil {
		return err
	}
	return fault.New(fault.NotFound, "the group %q has no policy %q", req.Principal.Name, req.Name)
}
