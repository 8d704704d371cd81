package core

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/parallel"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// readsAtOnce is how many users or buckets are read at the same time.
const readsAtOnce = 16

// accessReader reads what gives access. What several users share it reads once.
type accessReader struct {
	*Engine
	managed once[string, policyReading]
	groups  once[string, policyReading]
}

func (e *Engine) newAccessReader() *accessReader { return &accessReader{Engine: e} }

// policyReading are policies, and what could not be read, with the reason.
type policyReading struct {
	policies []UserPolicy
	unknown  []string
	// further is UserAccess.Further.
	further []string
}

// ownership is the name of what stands for the policy that an owner of a bucket has of itself.
const ownership = "owner of the bucket"

func (r *policyReading) add(other policyReading) {
	r.policies, r.unknown, r.further = append(r.policies, other.policies...), append(r.unknown, other.unknown...), append(r.further, other.further...)
}

// addDocument adds a policy that was read, or that could not be.
func (r *policyReading) addDocument(name, document string, err error) error {
	switch {
	case errors.Is(err, fault.PermissionDenied):
		r.unknown = append(r.unknown, fmt.Sprintf("policy %s, which may not be read", name))
	case errors.Is(err, fault.NotFound), errors.Is(err, fault.Unsupported):
		r.unknown = append(r.unknown, fmt.Sprintf("policy %s, which is not found", name))
	case unanswered(err):
		r.unknown = append(r.unknown, fmt.Sprintf("policy %s, which the system does not return: %s", name, err))
	case err != nil:
		return err
	default:
		parsed, err := policy.Parse([]byte(document))
		if err != nil {
			r.unknown = append(r.unknown, fmt.Sprintf("policy %s, which is not understood: %s", name, err))
			return nil
		}
		r.policies = append(r.policies, newUserPolicy(name, parsed))
	}
	return nil
}

// unlisted notes that a listing was denied. One that the system does not have is empty.
func (r *policyReading) unlisted(what string, err error) error {
	switch {
	case errors.Is(err, fault.PermissionDenied):
		r.unknown = append(r.unknown, what+", which may not be listed")
		return nil
	case unanswered(err):
		r.unknown = append(r.unknown, fmt.Sprintf("%s, which the system does not list: %s", what, err))
		return nil
	case errors.Is(err, fault.Unsupported):
		return nil
	}
	return err
}

// unanswered reports whether the system failed to answer: MinIO does that for some policies that it took, and answers for all others. A
// system that answers nothing has failed before.
func unanswered(err error) bool {
	return errors.Is(err, fault.Unavailable) || errors.Is(err, fault.Internal) || errors.Is(err, fault.Unknown)
}

// userAccess reads a user's own access: not what the policies of buckets say.
func (r *accessReader) userAccess(ctx context.Context, user driver.User) (*UserAccess, error) {
	access, found := r.newUserAccess(user), policyReading{}
	own, err := r.policiesOf(ctx, driver.UserPrincipal(user.Name))
	if err != nil {
		return nil, err
	}
	found.add(own)
	groups, err := r.groupsOf(ctx, user.Name)
	if err != nil {
		return nil, err
	}
	found.add(groups)
	access.Policies, access.Unknown, access.Further = found.policies, found.unknown, found.further
	for _, p := range found.policies {
		for _, pattern := range p.Document.BucketVariables(access.context) {
			access.unknown(fmt.Sprintf("policy %s, where the bucket depends on a variable: %s", p.Name, pattern))
		}
		for _, why := range r.description.Dialect.MayAllowMore(p.Document) {
			access.unknown(fmt.Sprintf("policy %s, of which the %s backend's system may allow more than it says: %s", p.Name, r.description.Name, why))
		}
	}
	return access, r.addBoundary(ctx, access, user.PermissionsBoundary)
}

// policiesOf reads the inline policies of a user or a group, and those attached to it.
func (r *accessReader) policiesOf(ctx context.Context, p driver.Principal) (found policyReading, err error) {
	if r.description.Has(readingPolicies(p, driver.CapPolicyInline)) {
		for name, listed := range r.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: p}) {
			if listed != nil {
				if err := found.unlisted(fmt.Sprintf("the inline policies of the %s %s", p.Type, p.Name), listed); err != nil {
					return found, err
				}
				break
			}
			document, err := r.GetPolicy(ctx, driver.GetPolicyRequest{Principal: p, Name: name})
			if err := found.addDocument(name, document.Document, err); err != nil {
				return found, err
			}
		}
	}
	if err := r.addGrants(ctx, &found, p); err != nil {
		return found, err
	}
	if !r.description.Has(readingPolicies(p, driver.CapPolicyManaged)) {
		return found, nil
	}
	attached, err := collect(r.ListAttachedPolicies(ctx, driver.ListPoliciesRequest{Principal: p}))
	if err := found.unlisted(fmt.Sprintf("the policies attached to the %s %s", p.Type, p.Name), err); err != nil {
		return found, err
	}
	for _, a := range attached {
		managed, err := r.managedPolicy(ctx, a.ARN)
		if err != nil {
			return found, err
		}
		found.add(managed)
	}
	return found, nil
}

// addGrants adds what a user may in whole buckets.
func (r *accessReader) addGrants(ctx context.Context, found *policyReading, p driver.Principal) error {
	if p.Type != driver.PrincipalUser || !r.description.Has(driver.CapPolicyGrant) {
		return nil
	}
	for document, err := range (wholeGranter{r.Engine}).list(ctx, p.Name) {
		if err != nil {
			return found.unlisted(fmt.Sprintf("what the user %s may in buckets", p.Name), err)
		}
		if err := found.addDocument(document.Name, document.Document, nil); err != nil {
			return err
		}
	}
	return nil
}

// managedPolicy reads a managed policy, once.
func (r *accessReader) managedPolicy(ctx context.Context, arn string) (policyReading, error) {
	return r.managed.get(arn, func() (found policyReading, err error) {
		managed, err := r.GetManagedPolicy(ctx, driver.GetManagedPolicyRequest{ARN: arn})
		return found, found.addDocument(arn, managed.Version.Document, err)
	})
}

// groupsOf reads the policies of a user's groups, those of each group once, and what else gives the user access.
func (r *accessReader) groupsOf(ctx context.Context, user string) (found policyReading, err error) {
	items, err := collect(r.ListUserItems(ctx, driver.ListUserItemsRequest{UserName: user, Kind: driver.ItemGroup}))
	if err := found.unlisted("groups", err); err != nil {
		return found, err
	}
	for _, i := range items {
		switch {
		case i.Kind == driver.ItemPolicy:
			found.unknown = append(found.unknown, fmt.Sprintf("%s, which the %s backend cannot read", i, r.description.Name))
		case i.Kind == driver.ItemHiddenBuckets:
			found.unknown = append(found.unknown, i.String())
		case i.Kind == driver.ItemBucket:
			found.further = append(found.further, i.String())
			found.policies = append(found.policies, newUserPolicy(ownership, policy.Owner(i.Name, r.description.Partition)))
		case i.Kind == driver.ItemRight:
			found.further = append(found.further, i.String())
		case i.Kind != driver.ItemGroup:
		case !r.description.Has(driver.CapPolicyGroup):
			found.unknown = append(found.unknown, fmt.Sprintf("the policies of %s, which the %s backend cannot read", i, r.description.Name))
		default:
			group, err := r.groups.get(i.Name, func() (policyReading, error) { return r.group(ctx, i.Name) })
			if err != nil {
				return found, err
			}
			found.add(group)
		}
	}
	return found, nil
}

func (r *accessReader) group(ctx context.Context, name string) (policyReading, error) {
	found, err := r.policiesOf(ctx, driver.GroupPrincipal(name))
	for i, p := range found.policies {
		found.policies[i].Name = "group " + name + ": " + p.Name
	}
	return found, err
}

func (r *accessReader) addBoundary(ctx context.Context, a *UserAccess, arn string) error {
	if arn == "" {
		return nil
	}
	found, err := r.managedPolicy(ctx, arn)
	for _, p := range found.policies {
		a.Boundary = &p
	}
	for _, why := range found.unknown {
		a.unknown("the permissions boundary: " + why)
	}
	return err
}

// buckets reads what the settings of buckets say of access: of those that are named, else of all that are listed.
func (r *accessReader) buckets(ctx context.Context, names []string, settings ...driver.Setting) ([]*BucketAccess, error) {
	source := func(ctx context.Context) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for _, name := range names {
				if !yield(name, nil) {
					return
				}
			}
			if len(names) > 0 {
				return
			}
			for b, err := range r.ListBuckets(ctx) {
				if !yield(b.Name, err) {
					return
				}
			}
		}
	}
	return collect(parallel.Map(ctx, readsAtOnce, source, func(ctx context.Context, name string) (*BucketAccess, error) {
		b := &BucketAccess{Bucket: name}
		return b, r.readBucket(ctx, b, settings)
	}))
}

func (r *accessReader) readBucket(ctx context.Context, b *BucketAccess, settings []driver.Setting) error {
	for _, setting := range settings {
		switch {
		case setting != driver.SettingPolicy || r.description.Has(driver.CapBucketPolicy):
		case r.description.Has(driver.CapBucketPolicyStatus):
			setting = driver.SettingPolicyStatus
		case !r.description.Has(driver.CapPolicyGrant):
			b.Unknown = append(b.Unknown, fmt.Sprintf("the policy of bucket %s, which the %s backend cannot read", b.Bucket, r.description.Name))
		}
		if !r.description.Has(setting.Capability()) || setting == driver.SettingPublicAccessBlock && !b.everybody() {
			continue
		}
		value, err := r.GetBucketSetting(ctx, driver.GetBucketSettingRequest{Bucket: b.Bucket, Setting: setting})
		if err := b.Add(setting, value, err); err != nil {
			return err
		}
	}
	return nil
}

// once remembers answers. Each question is asked once, also if several want to know at the same time.
type once[K comparable, V any] struct {
	mu      sync.Mutex
	answers map[K]func() (V, error)
}

func (o *once[K, V]) get(key K, ask func() (V, error)) (V, error) {
	o.mu.Lock()
	if o.answers == nil {
		o.answers = map[K]func() (V, error){}
	}
	answer, asked := o.answers[key]
	if !asked {
		answer = sync.OnceValues(ask)
		o.answers[key] = answer
	}
	o.mu.Unlock()
	return answer()
}
