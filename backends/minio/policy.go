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

// policiesOf are the canned policies attached to a user, sorted.
func policiesOf(info madmin.UserInfo) []string {
	names := strings.FieldsFunc(info.PolicyName, func(r rune) bool { return r == ',' })
	slices.Sort(names)
	return names
}

// checkPrincipal refuses what is no user.
func checkPrincipal(p driver.Principal) error {
	if p.Type != driver.PrincipalUser {
		return fault.New(fault.Unsupported, "MinIO has no roles; policies are for users only")
	}
	return nil
}

// principal looks the user up whom a request is about.
func (b *backend) principal(ctx context.Context, p driver.Principal) (madmin.UserInfo, error) {
	if err := checkPrincipal(p); err != nil {
		return madmin.UserInfo{}, err
	}
	return b.user(ctx, p.Name)
}

// ensurePrincipal is ensureUser for the user whom a request is about.
func (b *backend) ensurePrincipal(ctx context.Context, p driver.Principal) error {
	if err := checkPrincipal(p); err != nil {
		return err
	}
	return b.ensureUser(ctx, p.Name)
}

// attachedBefore returns the canned policies of a user. One whom this driver created is not looked up: attaching tells
// whether the user is gone, and is harmless where the policy is attached already.
func (b *backend) attachedBefore(ctx context.Context, p driver.Principal) ([]string, error) {
	if created, _ := b.users.Load(p.Name); p.Type == driver.PrincipalUser && created == true {
		return nil, b.ready(ctx)
	}
	info, err := b.principal(ctx, p)
	return policiesOf(info), err
}

// PutPolicy gives a user a policy of its own, which is a canned policy with a name that no other user's can have. One
// that is attached is replaced in place, in one step.
func (b *backend) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	if err := checkDocument(req.Document); err != nil {
		return err
	}
	attached, err := b.attachedBefore(ctx, req.Principal)
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
	if slices.Contains(attached, canned) {
		return nil
	}
	if err := b.attach(ctx, req.Principal.Name, canned); err != nil {
		b.undoCanned(ctx, canned)
		return b.wrapError(ctx, err, "give the user %q the policy %q", req.Principal.Name, req.Name)
	}
	return nil
}

func checkDocument(document string) error {
	if len(document) > maxPolicyBytes {
		return fault.New(fault.ResourceExhausted, "a policy has at most %d bytes, this one has %d", maxPolicyBytes, len(document))
	}
	if !json.Valid([]byte(document)) {
		return fault.New(fault.InvalidArgument, "the policy is not JSON")
	}
	return nil
}

// attach attaches a canned policy to a user. It adds in one step, unlike setting all of a user's policies, which is
// cheaper but would drop what somebody else attached meanwhile.
func (b *backend) attach(ctx context.Context, user, canned string) error {
	_, err := adminCall(ctx, func(ctx context.Context) (madmin.PolicyAssociationResp, error) {
		return b.admin.AttachPolicy(ctx, madmin.PolicyAssociationReq{Policies: []string{canned}, User: user})
	})
	if codeIs(err, codeAlreadyApplied) {
		return nil
	}
	return err
}

func (b *backend) detach(ctx context.Context, user, canned string) error {
	_, err := adminCall(ctx, func(ctx context.Context) (madmin.PolicyAssociationResp, error) {
		return b.admin.DetachPolicy(ctx, madmin.PolicyAssociationReq{Policies: []string{canned}, User: user})
	})
	return err
}

// undoCanned removes a canned policy that could not be attached. The server keeps it if it is attached after all.
func (b *backend) undoCanned(ctx context.Context, canned string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
	defer cancel()
	_ = b.adminDo(ctx, func(ctx context.Context) error { return b.admin.RemoveCannedPolicy(ctx, canned) })
}

// owned is the canned policy of a user that the request names, which is attached.
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

// asPut undoes what MinIO does to a document: it spreads it over lines, and calls the member Id "ID".
func asPut(document []byte) string {
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

// DeletePolicy takes a policy of its own from a user. It is detached first, for then it allows nothing any more.
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

// removeOrphans removes the canned policies of a user who is gone: those of a run that ended between two steps.
func (b *backend) removeOrphans(ctx context.Context, user string) error {
	all, err := b.admin.ListCannedPolicies(ctx)
	if err != nil {
		return err
	}
	for canned := range all {
		if _, owned := inlineName(user, canned); !owned {
			continue
		}
		if err := b.admin.RemoveCannedPolicy(ctx, canned); err != nil {
			return err
		}
	}
	return nil
}
