package ceph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// maxText is the longest text that may stand in a document. The longest ARN of an object has 1,103 bytes; from about 1,590 on in a policy of a
// session, and about 2,000 in one of a user, the gateway crashes (16.2.15).
const maxText = 1200

// sendable writes a document so that the gateway reads what is meant. It decodes the documents of users twice, and would take "+" for a
// space and "%41" for "A"; in those of roles and sessions it takes a space for "+", and refuses them for white space between what they have.
func sendable(document string) (string, error) {
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(document)); err != nil {
		return "", fault.Wrap(fault.InvalidArgument, err, "the policy document is no JSON: %v", err)
	}
	if err := checkTexts(compact.Bytes()); err != nil {
		return "", err
	}
	return strings.NewReplacer(" ", `\u0020`, "+", `\u002b`, "%", `\u0025`).Replace(compact.String()), nil
}

// checkTexts refuses what would end the gateway.
func checkTexts(document []byte) error {
	for decoder := json.NewDecoder(bytes.NewReader(document)); ; {
		token, err := decoder.Token()
		if err != nil {
			return nil //nolint:nilerr // it is the end
		}
		if text, ok := token.(string); ok && len(text) > maxText {
			return fault.New(fault.InvalidArgument, "the policy document has a text of %d bytes, and more than %d can crash the gateway; name it shorter, with a wildcard", len(text), maxText)
		}
	}
}

// checkNamed refuses a name that the gateway would take for another one: it decodes names in its IAM API twice.
func checkNamed(p driver.Principal) error {
	if strings.ContainsAny(p.Name, " +%&") {
		return fault.New(fault.Unsupported, "the gateway's IAM API cannot name the %s %q, because of its spaces, \"+\", \"%%\" or \"&\"", p.Type, p.Name)
	}
	return nil
}

// PutPolicy creates or replaces an inline policy of a user or role.
func (b *backend) PutPolicy(ctx context.Context, req driver.PutPolicyRequest) error {
	return b.put(ctx, req, b.settled)
}

// put is PutPolicy, which does something before it changes what there is.
func (b *backend) put(ctx context.Context, req driver.PutPolicyRequest, before func(context.Context, driver.Principal) error) error {
	if err := checkNamed(req.Principal); err != nil {
		return err
	}
	if err := checkDocument(req.Document); err != nil {
		return err
	}
	document, err := sendable(req.Document)
	if err != nil {
		return err
	}
	if err := before(ctx, req.Principal); err != nil {
		return err
	}
	req.Document = document
	return b.API.PutPolicy(ctx, req)
}

// readings is how often a policy of a user is read that is gone again: the gateway drops it for a moment when the user's keys change.
const readings = 3

// GetPolicy returns an inline policy.
func (b *backend) GetPolicy(ctx context.Context, req driver.GetPolicyRequest) (driver.PolicyDocument, error) {
	if err := checkNamed(req.Principal); err != nil {
		return driver.PolicyDocument{}, err
	}
	if req.Principal.Type != driver.PrincipalUser {
		return b.API.GetPolicy(ctx, req)
	}
	// What the gateway says of a user's policy that does not exist is no XML, and of a user that does not exist neither.
	for n := 1; ; n++ {
		names, err := b.policyNames(ctx, req.Principal.Name)
		if err == nil && !slices.Contains(names, req.Name) {
			err = fault.New(fault.NotFound, "the user %q has no policy %q", req.Principal.Name, req.Name)
		}
		if err != nil {
			return driver.PolicyDocument{}, err
		}
		found, err := b.API.GetPolicy(ctx, req)
		if err == nil || n == readings || errors.Is(err, fault.PermissionDenied) {
			return found, err
		}
	}
}

// policyNames are the names of a user's policies. A user without any is said not to exist: one who never had some, and one whose keys
// were changed by a program that was killed.
func (b *backend) policyNames(ctx context.Context, user string) ([]string, error) {
	now, err := b.stored(ctx, user)
	var back []string
	switch {
	case errors.Is(err, fault.NotFound):
		if _, err = b.userInfo(ctx, user, "list the policies of the user %q"); err == nil {
			back, err = b.settle(ctx, user, nil)
		}
	case slices.Contains(now, restoring):
		back, err = b.settle(ctx, user, now)
	}
	if err != nil {
		return nil, err
	}
	return slices.Sorted(slices.Values(slices.DeleteFunc(append(now, back...), isMark))), nil
}

// stored are the names of a user's policies as the gateway has them.
func (b *backend) stored(ctx context.Context, user string) ([]string, error) {
	return collected(b.API.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: driver.UserPrincipal(user)}))
}

func collected(listing iter.Seq2[string, error]) (all []string, err error) {
	for item, err := range listing {
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return all, nil
}

// ListPolicies yields the names of the inline policies.
func (b *backend) ListPolicies(ctx context.Context, req driver.ListPoliciesRequest) iter.Seq2[string, error] {
	if err := checkNamed(req.Principal); err != nil {
		return sdk.Failed[string](err)
	}
	if req.Principal.Type != driver.PrincipalUser {
		return b.API.ListPolicies(ctx, req)
	}
	return driver.Listing(func() ([]string, error) { return b.policyNames(ctx, req.Principal.Name) })
}

// DeletePolicy deletes an inline policy.
func (b *backend) DeletePolicy(ctx context.Context, req driver.DeletePolicyRequest) error {
	if err := checkNamed(req.Principal); err != nil {
		return err
	}
	if err := b.settled(ctx, req.Principal); err != nil {
		return err
	}
	return b.API.DeletePolicy(ctx, req)
}
