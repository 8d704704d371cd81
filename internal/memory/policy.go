package memory

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

type managedPolicy struct {
	driver.ManagedPolicy
	document policy.Document
}

func managedARN(name string) string { return "arn:aws:iam::aws:policy/" + name }

func (s *System) addManaged(name string, actions ...string) {
	doc := policy.Document{Version: policy.Version, Statement: []policy.Statement{
		{Effect: policy.Allow, Action: actions, Resource: []string{"*"}},
	}}
	created := time.Date(2015, 2, 6, 18, 40, 0, 0, time.UTC)
	s.managed[managedARN(name)] = &managedPolicy{document: doc, ManagedPolicy: driver.ManagedPolicy{
		Name: name, ID: "ANPA" + strings.ToUpper(name), ARN: managedARN(name), Path: "/", DefaultVersionID: "v1",
		IsAttachable: true, Created: created, Updated: created,
		Version: driver.PolicyVersion{Document: doc.JSON(), VersionID: "v1", IsDefaultVersion: true, Created: created},
	}}
}

// withGrants starts a request about the policies of a user, role or group. Before and after are the action's name around "User",
// "Role" or "Group".
func (b *backend) withGrants(ctx context.Context, method, before, after string, p driver.Principal, need driver.Capability) (*grants, func(), error) {
	if p.Type == driver.PrincipalGroup {
		g, unlock, err := lookUp(ctx, b, method, "iam:"+before+"Group"+after, "group", p.Name, b.system.groups, driver.CapPolicyGroup)
		if err != nil {
			return nil, nil, err
		}
		return &g.grants, unlock, nil
	}
	if p.Type == driver.PrincipalRole {
		r, unlock, err := b.withRole(ctx, method, "iam:"+before+"Role"+after, p.Name, need, driver.CapRoles)
		if err != nil {
			return nil, nil, err
		}
		return &r.grants, unlock, nil
	}
	u, unlock, err := b.withUser(ctx, method, "iam:"+before+"User"+after, p.Name, need)
	if err != nil {
		return nil, nil, err
	}
	return &u.grants, unlock, nil
}

// writable refuses groups, whose policies are only read.
func writable(p driver.Principal) error {
	if p.Type == driver.PrincipalGroup {
		return fault.New(fault.Unsupported, "the policies of groups are only read")
	}
	return nil
}

// PutPolicy replaces an inline policy.
func (b *backend) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	if err := writable(req.Principal); err != nil {
		return err
	}
	g, unlock, err := b.withGrants(ctx, "PutPolicy", "Put", "Policy", req.Principal, driver.CapPolicyInline)
	if err != nil {
		return err
	}
	defer unlock()
	if err := nameRules().Policy.Check("policy", req.Name); err != nil {
		return err
	}
	doc, err := b.system.checked(req.Document, req.Principal.Type == driver.PrincipalUser)
	if err != nil {
		return err
	}
	d, _ := b.Describe(ctx)
	total := policy.Size(doc, true)
	for name, other := range g.inline {
		if name != req.Name {
			total += policy.Size(other, true)
		}
	}
	if total > d.Limits.InlinePolicyTotalBytes {
		return fault.New(fault.ResourceExhausted, "the policies would have %d bytes together, but at most %d are allowed", total, d.Limits.InlinePolicyTotalBytes)
	}
	g.inline[req.Name] = doc
	return nil
}

// CheckPolicy looks at the document as PutPolicy does.
func (b *backend) CheckPolicy(ctx context.Context, req driver.CheckPolicyRequest) error {
	_, unlock, err := b.begin(ctx, "CheckPolicy", driver.CapPolicyInline)
	if err != nil {
		return err
	}
	defer unlock()
	_, err = b.system.checked(req.Document, !req.Session)
	return err
}

// checked parses a document, and refuses what no policy can have, or not that of a user.
func (s *System) checked(document string, ofUser bool) (policy.Document, error) {
	doc, err := s.parseFor(document)
	if err != nil {
		return doc, err
	}
	if err := s.options.Dialect.CheckUserPolicy(doc); err != nil && ofUser {
		return doc, fault.New(fault.InvalidArgument, "%v", err)
	}
	for _, s := range doc.Statement {
		if s.Principal != nil || s.NotPrincipal != nil || len(s.Resource)+len(s.NotResource) == 0 {
			return doc, fault.New(fault.InvalidArgument, "a policy of a user, role or session names resources and no principal")
		}
	}
	return doc, nil
}

// GetPolicy returns an inline policy.
func (b *backend) GetPolicy(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
	g, unlock, err := b.withGrants(ctx, "GetPolicy", "Get", "Policy", req.Principal, driver.CapPolicyInline)
	if err != nil {
		return driver.PolicyDocument{}, err
	}
	defer unlock()
	doc, ok := g.inline[req.Name]
	if !ok {
		return driver.PolicyDocument{}, missing("policy", req.Name)
	}
	return driver.PolicyDocument{Principal: req.Principal, Name: req.Name, Document: doc.JSON()}, nil
}

// ListPolicies yields the names of the inline policies.
func (b *backend) ListPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[string, error] {
	return driver.Listing(func() ([]string, error) {
		g, unlock, err := b.withGrants(ctx, "ListPolicies", "List", "Policies", req.Principal, driver.CapPolicyInline)
		if err != nil {
			return nil, err
		}
		defer unlock()
		return slices.Sorted(maps.Keys(g.inline)), nil
	})
}

// DeletePolicy deletes an inline policy.
func (b *backend) DeletePolicy(ctx context.Context, req driver.DeletePolicyRequest) error {
	if err := writable(req.Principal); err != nil {
		return err
	}
	g, unlock, err := b.withGrants(ctx, "DeletePolicy", "Delete", "Policy", req.Principal, driver.CapPolicyInline)
	if err != nil {
		return err
	}
	defer unlock()
	if _, ok := g.inline[req.Name]; !ok {
		return missing("policy", req.Name)
	}
	delete(g.inline, req.Name)
	return nil
}

// ListAttachedPolicies yields the managed policies of a user or role.
func (b *backend) ListAttachedPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[driver.AttachedPolicy, error] {
	return driver.Listing(func() ([]driver.AttachedPolicy, error) {
		g, unlock, err := b.withGrants(ctx, "ListAttachedPolicies", "ListAttached", "Policies", req.Principal, driver.CapPolicyManaged)
		if err != nil {
			return nil, err
		}
		defer unlock()
		var attached []driver.AttachedPolicy
		for _, arn := range slices.Sorted(maps.Keys(g.attached)) {
			attached = append(attached, driver.AttachedPolicy{Name: b.system.managed[arn].Name, ARN: arn})
		}
		return attached, nil
	})
}

// AttachPolicy attaches a managed policy.
func (b *backend) AttachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	if err := writable(req.Principal); err != nil {
		return err
	}
	g, unlock, err := b.withGrants(ctx, "AttachPolicy", "Attach", "Policy", req.Principal, driver.CapPolicyManaged)
	if err != nil {
		return err
	}
	defer unlock()
	if _, ok := b.system.managed[req.PolicyARN]; !ok {
		return missing("managed policy", req.PolicyARN)
	}
	g.attached[req.PolicyARN] = true
	return nil
}

// DetachPolicy detaches a managed policy.
func (b *backend) DetachPolicy(ctx context.Context, req driver.AttachPolicyRequest) error {
	if err := writable(req.Principal); err != nil {
		return err
	}
	g, unlock, err := b.withGrants(ctx, "DetachPolicy", "Detach", "Policy", req.Principal, driver.CapPolicyManaged)
	if err != nil {
		return err
	}
	defer unlock()
	if !g.attached[req.PolicyARN] {
		return missing("attached policy", req.PolicyARN)
	}
	delete(g.attached, req.PolicyARN)
	return nil
}

// GetManagedPolicy returns a managed policy.
func (b *backend) GetManagedPolicy(ctx context.Context, req driver.GetManagedPolicyRequest) (driver.ManagedPolicy, error) {
	who, unlock, err := b.begin(ctx, "GetManagedPolicy", driver.CapPolicyManaged)
	if err != nil {
		return driver.ManagedPolicy{}, err
	}
	defer unlock()
	if err := who.may("iam:GetPolicy", req.ARN, nil, nil); err != nil {
		return driver.ManagedPolicy{}, err
	}
	p, ok := b.system.managed[req.ARN]
	if !ok {
		return driver.ManagedPolicy{}, missing("managed policy", req.ARN)
	}
	return p.ManagedPolicy, nil
}
