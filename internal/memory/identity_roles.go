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

type role struct {
	driver.Role
	grants
	trust policy.Document
}

type session struct {
	driver.Session
	arn, id    string
	parent     caller
	parentUser *user
	role       *role
	policy     policy.Document
}

// ListRoles yields the roles, sorted.
func (b *backend) ListRoles(ctx context.Context) iter.Seq2[driver.Role, error] {
	return driver.Listing(func() ([]driver.Role, error) {
		who, unlock, err := b.begin(ctx, "ListRoles", driver.CapRoles)
		if err != nil {
			return nil, err
		}
		defer unlock()
		var roles []driver.Role
		for _, name := range slices.Sorted(maps.Keys(b.system.roles)) {
			roles = append(roles, b.system.roles[name].Role)
		}
		return roles, who.may("iam:ListRoles", iamARN("role", "*"), nil, nil)
	})
}

// GetRole returns one role.
func (b *backend) GetRole(ctx context.Context, req driver.GetRoleRequest) (driver.Role, error) {
	r, unlock, err := b.withRole(ctx, "GetRole", "iam:GetRole", req.Name, driver.CapRoles)
	if err != nil {
		return driver.Role{}, err
	}
	defer unlock()
	return r.Role, nil
}

// CreateRole creates a role without policies.
func (b *backend) CreateRole(ctx context.Context, req driver.CreateRoleRequest) (driver.Role, error) {
	who, unlock, err := b.begin(ctx, "CreateRole", driver.CapRoles)
	if err != nil {
		return driver.Role{}, err
	}
	defer unlock()
	if err := who.may("iam:CreateRole", iamARN("role", req.Name), nil, nil); err != nil {
		return driver.Role{}, err
	}
	if err := nameRules().Role.Check("role", req.Name); err != nil {
		return driver.Role{}, err
	}
	if _, ok := b.system.roles[req.Name]; ok {
		return driver.Role{}, exists("role", req.Name)
	}
	trust, err := b.system.parseFor(req.TrustPolicy)
	if err != nil {
		return driver.Role{}, err
	}
	r := &role{Role: driver.Role{
		Path: "/", Name: req.Name, ID: newID("AROA"), ARN: iamARN("role", req.Name), Created: now(), TrustPolicy: req.TrustPolicy,
		Description: req.Description, MaxSessionSeconds: max(req.MaxSessionSeconds, 3600),
	}, grants: newGrants(), trust: trust}
	b.system.roles[req.Name] = r
	return r.Role, nil
}

// DeleteRole deletes a role without policies.
func (b *backend) DeleteRole(ctx context.Context, req driver.DeleteRoleRequest) error {
	r, unlock, err := b.withRole(ctx, "DeleteRole", "iam:DeleteRole", req.Name, driver.CapRoles)
	if err != nil {
		return err
	}
	defer unlock()
	if len(r.inline) > 0 || len(r.attached) > 0 {
		return fault.New(fault.FailedPrecondition, "the role %q still has policies; delete or detach them first", req.Name)
	}
	delete(b.system.roles, req.Name)
	return nil
}

// CreateSession assumes a role. Without the capability for roles it opens a session of the caller itself.
func (b *backend) CreateSession(ctx context.Context, req driver.CreateSessionRequest) (driver.Session, error) {
	who, unlock, err := b.begin(ctx, "CreateSession", driver.CapSessions)
	if err != nil {
		return driver.Session{}, err
	}
	defer unlock()
	d, _ := b.Describe(ctx)
	if req.DurationSeconds < d.Limits.MinSessionSeconds || req.DurationSeconds > d.Limits.MaxSessionSeconds {
		return driver.Session{}, fault.New(fault.InvalidArgument, "a session lasts from %d to %d seconds", d.Limits.MinSessionSeconds, d.Limits.MaxSessionSeconds)
	}
	if err := d.Names.Session.Check("session", req.Name); err != nil {
		return driver.Session{}, err
	}
	doc, err := b.system.parseFor(req.Policy)
	if err != nil {
		return driver.Session{}, err
	}
	if size := policy.Size(doc, false); size > d.Limits.SessionPolicyBytes {
		return driver.Session{}, fault.New(fault.ResourceExhausted, "the session's policy has %d bytes, but at most %d are allowed", size, d.Limits.SessionPolicyBytes)
	}
	s := &session{policy: doc, parent: who, parentUser: b.system.users[who.name]}
	if d.SessionRole != nil {
		if s.role, err = b.system.assume(who, req.RoleARN, req.DurationSeconds); err != nil {
			return driver.Session{}, err
		}
	}
	return b.system.open(s, req), nil
}

// assume returns the role if its trust policy and the caller's own policies let the caller assume it.
func (s *System) assume(who caller, arn string, seconds int) (*role, error) {
	r, ok := s.roles[strings.TrimPrefix(arn, iamARN("role", ""))]
	if !ok || r.ARN != arn {
		return nil, missing("role", arn)
	}
	if seconds > r.MaxSessionSeconds {
		return nil, fault.New(fault.InvalidArgument, "the role's sessions last %d seconds at most", r.MaxSessionSeconds)
	}
	request := policy.Request{Principal: who.arn, Action: "sts:AssumeRole"}
	if policy.Evaluate([]policy.Document{r.trust}, request) != policy.Allowed {
		return nil, fault.New(fault.PermissionDenied, "the role %s does not trust these credentials", r.Name)
	}
	return r, who.may("sts:AssumeRole", arn, nil, nil)
}

func (s *System) open(made *session, req driver.CreateSessionRequest) driver.Session {
	key := newKey("")
	made.Session = driver.Session{
		AccessKeyID: newID("ASIA"), SecretAccessKey: key.SecretAccessKey, SessionToken: newID("token") + newID(""),
		Expiration: now().Add(time.Duration(req.DurationSeconds) * time.Second),
	}
	made.arn = "arn:aws:sts::" + account + ":assumed-role/none/" + req.Name
	made.id = made.AccessKeyID + ":" + req.Name
	if made.role != nil {
		made.arn = "arn:aws:sts::" + account + ":assumed-role/" + made.role.Name + "/" + req.Name
		made.id = made.role.ID + ":" + req.Name
	}
	s.sessions[made.AccessKeyID] = made
	return made.Session
}
