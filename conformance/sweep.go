package conformance

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// mark begins every name that this run of the suite makes.
func (s *Suite) mark() string { return s.harness.Prefix + "-" + s.run + "-" }

// Sweep removes the users, roles and buckets of this run that still exist when all checks have ended. It returns what it
// could not remove or could not list, each as a phrase for people.
func (s *Suite) Sweep(ctx context.Context) []string {
	e := &env{Driver: s.driver, Description: s.description, Harness: s.harness, ctx: ctx, run: s.run}
	left := sweep(ctx, s, driver.CapUsers, "user", s.driver.ListUsers, func(u driver.User) string { return u.Name },
		func(name string) error {
			if err := e.stripUser(ctx, name); err != nil {
				return err
			}
			return s.driver.DeleteUser(ctx, driver.DeleteUserRequest{Name: name})
		})
	left = append(left, sweep(ctx, s, driver.CapRoles, "role", s.driver.ListRoles, func(r driver.Role) string { return r.Name },
		func(name string) error {
			if err := e.stripPolicies(ctx, driver.RolePrincipal(name)); err != nil {
				return err
			}
			return s.driver.DeleteRole(ctx, driver.DeleteRoleRequest{Name: name})
		})...)
	return append(left, sweep(ctx, s, "", "bucket", s.driver.ListBuckets, func(b driver.BucketInfo) string { return b.Name },
		func(name string) error {
			if err := emptyBucket(ctx, s.driver, s.description, name); err != nil {
				return err
			}
			return s.driver.DeleteBucket(ctx, driver.DeleteBucketRequest{Bucket: name})
		})...)
}

// sweep removes one kind of thing.
func sweep[T any](
	ctx context.Context, s *Suite, needs driver.Capability, kind string,
	list func(context.Context) iter.Seq2[T, error], nameOf func(T) string, remove func(name string) error,
) []string {
	if _, lacks := s.harness.Lacks[needs]; lacks || needs != "" && !s.description.Has(needs) {
		return nil
	}
	found := func() ([]string, error) {
		things, err := collect(list(ctx))
		var names []string
		for _, thing := range things {
			if name := nameOf(thing); strings.HasPrefix(name, s.mark()) {
				names = append(names, name)
			}
		}
		return names, err
	}
	names, err := found()
	why := map[string]error{}
	for _, name := range names {
		why[name] = remove(name)
	}
	if err == nil && len(names) > 0 {
		names, err = found()
	}
	if err != nil {
		return []string{fmt.Sprintf("perhaps a %s whose name begins with %s: they could not be listed: %v", kind, s.mark(), err)}
	}
	var left []string
	for _, name := range names {
		if why[name] == nil {
			left = append(left, fmt.Sprintf("%s %s: it is there although it was deleted", kind, name))
			continue
		}
		left = append(left, fmt.Sprintf("%s %s could not be removed: %v", kind, name, why[name]))
	}
	return left
}
