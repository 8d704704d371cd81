package minio

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"slices"
	"strings"

	"github.com/minio/madmin-go/v3"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// policiesOf are the canned policies attached to a user, sorted, without the guard.
func policiesOf(info madmin.UserInfo) []string {
	names := slices.DeleteFunc(attachedTo(info), func(name string) bool { return name == guardName })
	slices.Sort(names)
	return names
}

func attachedTo(info madmin.UserInfo) []string {
	return strings.FieldsFunc(info.PolicyName, func(r rune) bool { return r == ',' })
}

// checkPrincipal refuses principals other than users.
func checkPrincipal(p driver.Principal) error {
	if p.Type == driver.PrincipalGroup {
		return fault.New(fault.Unsupported, "the policies of groups are only read")
	}
	if p.Type != driver.PrincipalUser {
		return fault.New(fault.Unsupported, "MinIO has no roles; policies are for users only")
	}
	return nil
}

// principal looks up the user that a request is about.
func (b *backend) principal(ctx context.Context, p driver.Principal) (madmin.UserInfo, error) {
	if err := checkPrincipal(p); err != nil {
		return madmin.UserInfo{}, err
	}
	return b.user(ctx, p.Name)
}

// ensurePrincipal is ensureUser for the user that a request is about.
func (b *backend) ensurePrincipal(ctx context.Context, p driver.Principal) error {
	if err := checkPrincipal(p); err != nil {
		return err
	}
	return b.ensureUser(ctx, p.Name)
}

// PutPolicy creates a user's own policy: a canned policy with a name that no other user's can have. It replaces an attached
// policy in one step.
func (b *backend) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	if err := checkDocument(req.Document); err != nil {
		return err
	}
	info, err := b.principal(ctx, req.Principal)
	if err != nil {
		return err
	}
	canned, err := ownedName(req.Principal.Name, req.Name)
	if err != nil {
		return err
	}
	err = b.adminDo(ctx, func(ctx context.Context) error { return b.admin.AddCannedPolicy(ctx, canned, []byte(req.Document)) })
	if err != nil {
		return b.wrapError(ctx, err, "give the user %q the policy %q", req.Principal.Name, req.Name)
	}
	attached := attachedTo(info)
	switch {
	case slices.Contains(attached, canned):
		return nil
	case b.made(req.Principal.Name):
		// Nobody else gives this user policies meanwhile, so that all can be set at once, which costs the server a fiftieth.
		all := strings.Join(append(attached, canned), ",")
		err = b.adminDo(ctx, func(ctx context.Context) error {
			return b.admin.SetPolicy(ctx, all, req.Principal.Name, false) //nolint:staticcheck // MinIO deprecates it, and ended before it went
		})
	default:
		err = b.attach(ctx, req.Principal.Name, canned)
	}
	if err != nil {
		b.undoCanned(ctx, canned)
		return b.wrapError(ctx, err, "give the user %q the policy %q", req.Principal.Name, req.Name)
	}
	return nil
}

// attach attaches a canned policy to a user, whatever somebody else attaches meanwhile.
func (b *backend) attach(ctx context.Context, user, canned string) error {
	err := b.attachOnce(ctx, user, canned)
	if codeIs(err, codeAlreadyApplied) {
		return nil
	}
	return err
}

// attachOnce is attach, but fails for a policy that is attached.
func (b *backend) attachOnce(ctx context.Context, user, canned string) error {
	_, err := adminCall(ctx, func(ctx context.Context) (madmin.PolicyAssociationResp, error) {
		return b.admin.AttachPolicy(ctx, madmin.PolicyAssociationReq{Policies: []string{canned}, User: user})
	})
	return err
}

func (b *backend) detach(ctx context.Context, user, canned string) error {
	_, err := adminCall(ctx, func(ctx context.Context) (madmin.PolicyAssociationResp, error) {
		return b.admin.DetachPolicy(ctx, madmin.PolicyAssociationReq{Policies: []string{canned}, User: user})
	})
	return err
}

// undoCanned removes a canned policy that could not be attached. The server keeps it if it is attached anyway.
func (b *backend) undoCanned(ctx context.Context, canned string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
	defer cancel()
	_ = b.adminDo(ctx, func(ctx context.Context) error { return b.admin.RemoveCannedPolicy(ctx, canned) })
}

// owned is the attached canned policy that represents the named inline policy.
func (b *backend) owned(ctx context.Context, p driver.Principal, name string) (string, error) {
	info, err := b.principal(ctx, p)
	if err != nil {
		return "", err
	}
	canned, err := ownedName(p.Name, name)
	if err != nil {
		return "", err
	}
	if !slices.Contains(policiesOf(info), canned) {
		return canned, fault.New(fault.NotFound, "the user %q has no policy %q", p.Name, name)
	}
	return canned, nil
}

// GetPolicy returns a user's own policy.
func (b *backend) GetPolicy(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
	if req.Principal.Type == driver.PrincipalGroup {
		return driver.PolicyDocument{}, b.noGroupPolicy(ctx, req)
	}
	canned, err := b.owned(ctx, req.Principal, req.Name)
	if err != nil {
		return driver.PolicyDocument{}, err
	}
	info, err := adminCall(ctx, func(ctx context.Context) (*madmin.PolicyInfo, error) { return b.admin.InfoCannedPolicyV2(ctx, canned) })
	if err != nil {
		return driver.PolicyDocument{}, b.wrapError(ctx, err, "read the policy %q of the user %q", req.Name, req.Principal.Name)
	}
	return driver.PolicyDocument{Principal: req.Principal, Name: req.Name, Document: asPut(info.Policy)}, nil
}

// asPut reverses MinIO's changes to a document: it breaks lines, renames the member Id to "ID", and makes "**" of the resource "*".
func asPut(document []byte) string {
	document = bytes.ReplaceAll(document, []byte(`"**"`), []byte(`"*"`))
	var members map[string]json.RawMessage
	var line bytes.Buffer
	if json.Unmarshal(document, &members) != nil || json.Compact(&line, document) != nil {
		return string(document)
	}
	id, renamed := members["ID"]
	if !renamed {
		return line.String()
	}
	delete(members, "ID")
	members["Id"] = id
	restored, err := json.Marshal(members)
	if err != nil {
		return line.String()
	}
	return string(restored)
}

// ListPolicies yields the names of a user's own policies.
func (b *backend) ListPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[string, error] {
	return driver.Listing(func() ([]string, error) {
		if req.Principal.Type == driver.PrincipalGroup {
			_, err := b.group(ctx, req.Principal.Name)
			return nil, err
		}
		info, err := b.principal(ctx, req.Principal)
		var names []string
		for _, canned := range policiesOf(info) {
			if name, ok := inlineName(req.Principal.Name, canned); ok {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return names, err
	})
}

// DeletePolicy deletes a user's own policy. It detaches the policy first, which ends the access at once.
func (b *backend) DeletePolicy(ctx context.Context, req driver.DeletePolicyRequest) error {
	canned, err := b.owned(ctx, req.Principal, req.Name)
	if err != nil {
		return err
	}
	if err := b.detach(ctx, req.Principal.Name, canned); err != nil && !codeIs(err, codeAlreadyApplied) {
		return b.wrapError(ctx, err, "delete the policy %q of the user %q", req.Name, req.Principal.Name)
	}
	err = b.adminDo(ctx, func(ctx context.Context) error { return b.admin.RemoveCannedPolicy(ctx, canned) })
	return b.wrapError(ctx, err, "delete the policy %q of the user %q", req.Name, req.Principal.Name)
}

// removeOrphans removes the canned policies of a deleted user, which a run left when it ended between two steps, and the guard, which the
// server keeps while a user has it. They are attached to nobody, so one that cannot be removed does no harm, and the user is deleted all the same.
func (b *backend) removeOrphans(ctx context.Context, user string) {
	all, err := adminCall(ctx, b.admin.ListCannedPolicies)
	if err != nil {
		return
	}
	for canned := range all {
		if _, owned := inlineName(user, canned); owned || canned == guardName {
			_ = b.adminDo(ctx, func(ctx context.Context) error { return b.admin.RemoveCannedPolicy(ctx, canned) })
		}
	}
}
