package ceph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// keepWithin is how long putting policies back may take, even if the run that needs them was interrupted.
const keepWithin = 30 * time.Second

// keeperPrefix begins the names of keepers.
const keeperPrefix = "s3-credentials.kept."

// The policies that say how far a change of keys is. A copy is of use only when the change has dropped the user's policies, and that drops
// the first with them: whoever finds it knows that the copy must not come back, whatever of the user's policies was changed meanwhile.
const (
	// keeping is a policy of a user who has a keeper, and whose policies were not dropped. It denies nothing that there is.
	keeping = "s3-credentials.keeping"
	// restoring is a policy of a user whose policies are being put back. It denies everything: one that allows something would be
	// without one that denies some of it.
	restoring = "s3-credentials.restoring"
	// complete is the last policy that a keeper gets, and the first that it loses: without it, what the keeper has is no copy.
	complete = "s3-credentials.complete"
)

// The documents of those.
const (
	deniesNothing = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::s3-credentials.keeping/nothing"]}]}`
	deniesAll     = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"]}]}`
	// nobodys is the trust policy of a role that nobody may assume.
	nobodys = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":{"AWS":["*"]},"Action":["sts:AssumeRole"]}]}`
)

func isMark(name string) bool { return name == keeping || name == restoring }

// keeperOf is the role that has a copy of a user's policies while the user's keys change. While there is one, the user has one of the
// marks, or its policies were dropped.
func keeperOf(user string) driver.Principal {
	sum := sha256.Sum256([]byte(user))
	return driver.RolePrincipal(keeperPrefix + hex.EncodeToString(sum[:12]))
}

// keepingPolicies makes a change of a user's keys, and puts back the policies that the gateway drops with it: 16.2.15 writes the user
// without them, at each change of a user over its admin ops API. For that moment, all keys of the user may do nothing. If this program
// is killed in it, the next one that looks for the user's policies finds their copy.
func (b *backend) keepingPolicies(ctx context.Context, user string, change func() error) error {
	before, err := b.policies(ctx, driver.UserPrincipal(user))
	if err != nil || len(before) == 0 {
		if err == nil || errors.Is(err, fault.Unsupported) { // what has no name in the IAM API has no policies from there
			return change()
		}
		return err
	}
	kept, err := b.keep(ctx, user, before)
	var changed error
	if err == nil {
		changed = change()
	}
	longer, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepWithin)
	defer cancel()
	if err != nil {
		_ = b.dismiss(longer, user, []string{keeping}, nil)
		return err
	}
	return b.restore(longer, user, before, kept, changed)
}

// restore puts back what a change of the user's keys has dropped, and returns the error of the change, or why it could not.
func (b *backend) restore(ctx context.Context, user string, before []driver.PolicyDocument, kept bool, changed error) error {
	now, err := b.stored(ctx, user)
	if slices.Contains(now, keeping) && changed != nil && sdk.Ambiguous(changed) {
		return changed // it may yet be made: whoever finds the policies dropped then needs the copy
	}
	var back []string
	if err == nil || errors.Is(err, fault.NotFound) || !kept {
		back, err = b.putBack(ctx, user, now, before, kept)
	}
	if err != nil && !errors.Is(err, fault.NotFound) {
		return notPutBack(user, before, errors.Join(changed, err), err)
	}
	if kept {
		_ = b.dismiss(ctx, user, now, back) // what stays is as harmless as when this program is killed here
	}
	return changed
}

// keep copies the policies of a user to its keeper, which has no others then, and reports whether it could: without the cap for roles there is
// no keeper. Policies that are no JSON, or could end the gateway, have no copy.
func (b *backend) keep(ctx context.Context, user string, policies []driver.PolicyDocument) (kept bool, err error) {
	keeper := keeperOf(user)
	_, err = b.API.CreateRole(ctx, driver.CreateRoleRequest{Name: keeper.Name, TrustPolicy: nobodys})
	exists := errors.Is(err, fault.AlreadyExists)
	switch {
	case errors.Is(err, fault.PermissionDenied):
		return false, nil
	case err != nil && !exists:
		return false, err
	}
	err = b.mark(ctx, user, keeping, deniesNothing)
	if err == nil && exists {
		err = b.clear(ctx, keeper)
	}
	for _, p := range append(slices.Clip(policies), driver.PolicyDocument{Name: complete, Document: deniesNothing}) {
		if document, unsendable := sendable(p.Document); err == nil && unsendable == nil {
			err = b.API.PutPolicy(ctx, driver.PutPolicyRequest{Principal: keeper, Name: p.Name, Document: document})
		}
	}
	return true, err
}

func (b *backend) mark(ctx context.Context, user, name, document string) error {
	return b.API.PutPolicy(ctx, driver.PutPolicyRequest{Principal: driver.UserPrincipal(user), Name: name, Document: document})
}

// clear deletes the policies of a keeper.
func (b *backend) clear(ctx context.Context, keeper driver.Principal) error {
	names, err := collected(b.API.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: keeper}))
	if at := slices.Index(names, complete); at > 0 {
		names[0], names[at] = names[at], names[0]
	}
	for _, name := range names {
		err = b.API.DeletePolicy(ctx, driver.DeletePolicyRequest{Principal: keeper, Name: name})
		if err != nil && !errors.Is(err, fault.NotFound) {
			return err
		}
		err = nil
	}
	return err
}

// forget deletes the keeper of a user, if there is one.
func (b *backend) forget(ctx context.Context, user string) error {
	keeper := keeperOf(user)
	err := b.clear(ctx, keeper)
	if err == nil {
		err = b.DeleteRole(ctx, driver.DeleteRoleRequest{Name: keeper.Name})
	}
	if errors.Is(err, fault.NotFound) || errors.Is(err, fault.PermissionDenied) {
		return nil
	}
	return err
}

// dismiss deletes the keeper of a user, and then the marks that are among the names of the user's policies, or were made to put some back.
func (b *backend) dismiss(ctx context.Context, user string, now, back []string) error {
	err := b.forget(ctx, user)
	for _, mark := range []string{keeping, restoring} {
		if err == nil && (slices.Contains(now, mark) || mark == restoring && len(back) > 0) {
			err = b.API.DeletePolicy(ctx, driver.DeletePolicyRequest{Principal: driver.UserPrincipal(user), Name: mark})
		}
		if errors.Is(err, fault.NotFound) {
			err = nil
		}
	}
	return err
}

// settle ends what a program that was killed has left of a change of a user's keys: it puts back the policies that were dropped, and returns
// their names. Now are the names of the policies that the user has.
func (b *backend) settle(ctx context.Context, user string, now []string) ([]string, error) {
	copies, err := b.policies(ctx, keeperOf(user))
	switch {
	case errors.Is(err, fault.PermissionDenied), errors.Is(err, fault.NotFound) && len(now) == 0:
		return nil, nil
	case err != nil && !errors.Is(err, fault.NotFound):
		return nil, err
	}
	var back []string
	isComplete := func(p driver.PolicyDocument) bool { return p.Name == complete }
	if slices.ContainsFunc(copies, isComplete) && !slices.Contains(now, keeping) {
		copies = slices.DeleteFunc(copies, isComplete)
		if back, err = b.putBack(ctx, user, now, copies, true); err != nil {
			return nil, notPutBack(user, copies, err, err)
		}
	}
	return back, b.dismiss(ctx, user, now, back)
}

// settled is settle before a policy of a user is changed: an older copy of it must not come back.
func (b *backend) settled(ctx context.Context, p driver.Principal) error {
	if p.Type != driver.PrincipalUser {
		return nil
	}
	_, err := collected(b.API.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: keeperOf(p.Name)}))
	if errors.Is(err, fault.NotFound) || errors.Is(err, fault.PermissionDenied) {
		return nil
	}
	var now []string
	if err == nil {
		now, err = b.stored(ctx, p.Name)
	}
	if err == nil || errors.Is(err, fault.NotFound) {
		_, err = b.settle(ctx, p.Name, now)
	}
	return err
}

// notPutBack is the error for policies that are lost to the user until their copy is found.
func notPutBack(user string, policies []driver.PolicyDocument, cause, why error) error {
	return fault.Wrap(fault.CodeOf(why), cause, "the gateway dropped policies of the user %q when its keys changed (%s), and they could not all be put back: %v",
		user, strings.Join(namesOf(policies), ", "), why)
}

// policies are all policies of a user or keeper.
func (b *backend) policies(ctx context.Context, of driver.Principal) (all []driver.PolicyDocument, err error) {
	for name, err := range b.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: of}) {
		if err != nil {
			return nil, err
		}
		found, err := b.GetPolicy(ctx, driver.GetPolicyRequest{Principal: of, Name: name})
		if err != nil {
			return nil, err
		}
		all = append(all, found)
	}
	return all, nil
}

// putBack puts those of the policies that the user has no longer, and returns their names. A program that is killed has the mark there if there
// is a keeper.
func (b *backend) putBack(ctx context.Context, user string, now []string, before []driver.PolicyDocument, kept bool) (back []string, err error) {
	missing := slices.DeleteFunc(slices.Clone(before), func(p driver.PolicyDocument) bool { return slices.Contains(now, p.Name) })
	if kept && len(missing) > 0 {
		err = b.mark(ctx, user, restoring, deniesAll)
	}
	for _, p := range missing {
		put := driver.PutPolicyRequest{Principal: driver.UserPrincipal(user), Name: p.Name, Document: resendable(p.Document)}
		if err == nil || !kept {
			err = errors.Join(err, b.API.PutPolicy(ctx, put))
		}
		back = append(back, p.Name)
	}
	return back, err
}

// resendable is a document as sendable makes it, or as it was read.
func resendable(document string) string {
	if sent, err := sendable(document); err == nil {
		return sent
	}
	return document
}

func namesOf(policies []driver.PolicyDocument) []string {
	var names []string
	for _, p := range policies {
		names = append(names, p.Name)
	}
	return names
}
