package conformance

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

const (
	// iamPage is the most users or roles that IAM lists in one answer, unless it is asked for more.
	iamPage = 100
	// pageKeys is more than S3 lists in two answers.
	pageKeys = 2*driver.MaxDeleteObjects + 5
	// pageWorkers is the number of concurrent calls that make what is listed.
	pageWorkers = 16
)

func pageChecks() []Check {
	return []Check{
		{Name: "a listing of users goes on over pages", Requires: []driver.Capability{driver.CapUsers}, Rules: []Rule{RulePages}, Slow: true, run: userPages},
		{Name: "a listing of roles goes on over pages", Requires: []driver.Capability{driver.CapRoles}, Rules: []Rule{RulePages}, Slow: true, run: rolePages},
		{Name: "a listing of objects goes on over pages and stops when told", Requires: []driver.Capability{driver.CapObjects}, Slow: true, run: objectPages},
	}
}

// pooled calls a function for each number, several at a time.
func (e *env) pooled(count int, what string, call func(i int) error) {
	e.Helper()
	var workers errgroup.Group
	workers.SetLimit(pageWorkers)
	for i := range count {
		workers.Go(func() error { return call(i) })
	}
	e.ok(workers.Wait(), "%s", what)
}

// pages makes more things than one page holds, and fails the check unless each is listed.
func pages[T any](e *env, kind string, list func(context.Context) iter.Seq2[T, error], nameOf func(T) string, add, remove func(ctx context.Context, name string) error) {
	e.Helper()
	base := e.name(kind[:1])
	names := make([]string, iamPage+1)
	for i := range names {
		names[i] = fmt.Sprintf("%s-%03d", base, i)
	}
	// One after the other: systems that imitate IAM keep users and roles in memory, and not all of them guard it well.
	e.Cleanup(func() {
		for _, name := range names {
			e.remove(kind+" "+name, func(ctx context.Context) error { return remove(ctx, name) })
		}
	})
	for _, name := range names {
		e.ok(add(e.ctx, name), "making %s", name)
	}
	var found []string
	for _, item := range all(e, list(e.ctx), "listing") {
		if name := nameOf(item); strings.HasPrefix(name, base) {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	if !slices.Equal(found, names) {
		e.Errorf("listed are %d of %d that were made: %q", len(found), len(names), found)
	}
}

func userPages(e *env) {
	pages(e, "user", e.Driver.ListUsers, func(u driver.User) string { return u.Name },
		func(ctx context.Context, name string) error {
			_, err := e.Driver.CreateUser(ctx, driver.CreateUserRequest{Name: name})
			return err
		},
		func(ctx context.Context, name string) error {
			return e.Driver.DeleteUser(ctx, driver.DeleteUserRequest{Name: name})
		})
}

func rolePages(e *env) {
	trust := e.trustPolicy()
	pages(e, "role", e.Driver.ListRoles, func(r driver.Role) string { return r.Name },
		func(ctx context.Context, name string) error {
			_, err := e.Driver.CreateRole(ctx, driver.CreateRoleRequest{Name: name, TrustPolicy: trust, MaxSessionSeconds: 3600})
			return err
		},
		func(ctx context.Context, name string) error {
			return e.Driver.DeleteRole(ctx, driver.DeleteRoleRequest{Name: name})
		})
}

// putMany stores small objects, and returns their keys, sorted.
func (e *env) putMany(bucket string, count int) []string {
	e.Helper()
	keys := make([]string, count)
	for i := range keys {
		keys[i] = fmt.Sprintf("%05d", i)
	}
	e.pooled(count, "PutObject", func(i int) error {
		_, err := e.Driver.PutObject(e.ctx, driver.PutObjectRequest{Bucket: bucket, Key: keys[i], Body: strings.NewReader("x")})
		return err
	})
	return keys
}

func objectPages(e *env) {
	bucket := e.newBucket()
	want := e.putMany(bucket, pageKeys)
	if got := e.keys(bucket, ""); !slices.Equal(got, want) {
		e.Errorf("listed are %d keys, want %d, each once", len(got), len(want))
	}
	seen := 0
	for _, err := range e.Driver.ListObjects(e.ctx, driver.ListObjectsRequest{Bucket: bucket}) {
		e.ok(err, "ListObjects")
		if seen++; seen == 3 {
			break
		}
	}
	seen = 0
	var batch []string
	for o, err := range e.Driver.ListObjects(e.ctx, driver.ListObjectsRequest{Bucket: bucket}) {
		e.ok(err, "ListObjects")
		seen++
		if batch = append(batch, o.Key); len(batch) == driver.MaxDeleteObjects {
			e.deleteKeys(bucket, batch)
			batch = nil
		}
	}
	e.deleteKeys(bucket, batch)
	if seen != len(want) {
		e.Errorf("listed are %d keys while others are deleted, want %d", seen, len(want))
	}
	if left := e.keys(bucket, ""); len(left) > 0 {
		e.Errorf("%d objects are listed although they were deleted", len(left))
	}
}

// deleteKeys fails the check unless all objects are reported as deleted.
func (e *env) deleteKeys(bucket string, keys []string) {
	e.Helper()
	response, err := e.Driver.DeleteObjects(e.ctx, driver.DeleteObjectsRequest{Bucket: bucket, Keys: keys})
	e.ok(err, "DeleteObjects of %d keys", len(keys))
	if len(response.Deleted) != len(keys) || len(response.Failed) > 0 {
		e.Errorf("deleted are %d keys, want %d; failed: %v", len(response.Deleted), len(keys), response.Failed)
	}
}
