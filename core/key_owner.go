package core

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// keyOwner is the user of a plan, as it is before.
type keyOwner struct {
	name   string
	exists bool
	// mark is what the user's policies are to say of who made the user; empty for nothing.
	mark string
	// keys are the ids of the access keys that the user has, and held the keys themselves.
	keys []string
	held []driver.AccessKey
	// items are what the user has besides keys and policies.
	items []driver.UserItem
	// hidden are what the user may have, but these credentials may not list.
	hidden []string
	// others are the names of the policies, or of the grants in buckets' policies, that the user has and that the plan leaves.
	others []string
	// kept are the documents of others.
	kept []policy.Document
}

// lookUpUser looks the user up, with its keys. Where a user has one key only, one that exists is an error, and one that is disabled is anywhere.
func (e *Engine) lookUpUser(ctx context.Context, name string) (*keyOwner, error) {
	owner := &keyOwner{name: name}
	user, err := e.GetUser(ctx, driver.GetUserRequest{Name: name})
	switch {
	case isMissing(err):
		return owner, nil
	case err != nil:
		return owner, err
	case !e.description.Has(driver.CapAccessKeys):
		return owner, fault.New(fault.AlreadyExists, "user '%s' exists, and the %s backend gives a user one key only; delete the user first",
			name, e.description.Name).WithHint(fault.HintOtherUser)
	case user.Disabled:
		return owner, fault.New(fault.FailedPrecondition, "user '%s' is disabled, so that a new key of it would not work; enable the user first", name)
	}
	owner.exists = true
	if owner.held, err = collect(e.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: name})); err != nil {
		return owner, err
	}
	owner.keys = idsOf(owner.held)
	owner.items, err = e.itemsOf(ctx, name)
	if errors.Is(err, fault.PermissionDenied) {
		owner.hidden, err = append(owner.hidden, "groups or a password"), nil
	}
	return owner, err
}

// keysOf returns the ids of a user's access keys.
func (e *Engine) keysOf(ctx context.Context, user string) ([]string, error) {
	keys, err := collect(e.ListAccessKeys(ctx, driver.ListAccessKeysRequest{UserName: user}))
	return idsOf(keys), err
}

func idsOf(keys []driver.AccessKey) []string {
	var ids []string
	for _, k := range keys {
		ids = append(ids, k.AccessKeyID)
	}
	return ids
}

// itemsOf returns what a user has besides keys and policies. A backend need not know of any such thing.
func (e *Engine) itemsOf(ctx context.Context, user string) ([]driver.UserItem, error) {
	items, err := collect(e.ListUserItems(ctx, driver.ListUserItemsRequest{UserName: user}))
	if errors.Is(err, fault.Unsupported) {
		err = nil
	}
	return items, err
}

// attachedTo returns the ARNs of the managed policies that are attached to a user.
func (e *Engine) attachedTo(ctx context.Context, user string) ([]string, error) {
	if !e.description.Has(driver.CapPolicyManaged) {
		return nil, nil
	}
	attached, err := collect(e.ListAttachedPolicies(ctx, driver.ListPoliciesRequest{Principal: driver.UserPrincipal(user)}))
	if errors.Is(err, fault.Unsupported) {
		return nil, nil // the system behind the endpoint has no managed policies, so none is attached
	}
	var arns []string
	for _, a := range attached {
		arns = append(arns, a.ARN)
	}
	return arns, err
}

// has reports whether the user has an item of a kind.
func (o *keyOwner) has(kind driver.UserItemKind) bool {
	return slices.ContainsFunc(o.items, func(i driver.UserItem) bool { return i.Kind == kind })
}

// hasPassword reports whether somebody can be the user without an access key.
func (o *keyOwner) hasPassword() bool { return o.has(driver.ItemPassword) }

// inUse reports whether somebody can be the user already.
func (o *keyOwner) inUse() bool { return len(o.keys) > 0 || o.hasPassword() }

// noteChange notes that the plan changes the access of the user's keys.
func (o *keyOwner) noteChange(plan *Plan, code NoteCode, r Resource) {
	plan.note(code, r, strings.Join(o.keys, ", "))
}

// noteFurtherAccess notes what else the user may do: its new key may do it too.
func (e *Engine) noteFurtherAccess(ctx context.Context, plan *Plan, owner *keyOwner) error {
	if !owner.exists {
		return nil
	}
	user := Resource{Kind: KindUser, Name: owner.name}
	var further []string
	for _, name := range owner.others {
		further = append(further, "policy '"+name+"'")
	}
	attached, err := e.attachedTo(ctx, owner.name)
	switch {
	case errors.Is(err, fault.PermissionDenied):
		owner.hidden = append(owner.hidden, "attached policies")
	case err != nil:
		return err
	}
	for _, arn := range attached {
		further = append(further, "attached policy "+arn)
	}
	for _, i := range owner.items {
		if i.Kind.GivesAccess() {
			further = append(further, i.String())
		}
	}
	if len(owner.hidden) > 0 {
		plan.note(NoteHiddenAccess, user, strings.Join(owner.hidden, " and "))
	}
	if changes := slices.ContainsFunc(plan.Steps, changesAccess); changes && (owner.hasPassword() || owner.has(driver.ItemSecret)) {
		plan.note(NoteOwnSecret, user, "")
	}
	if len(further) > 0 {
		plan.note(NoteFurtherAccess, user, strings.Join(further, ", "))
	}
	return nil
}

// changeWords say what becomes of what a note is about.
var changeWords = map[NoteCode]string{
	NotePolicyChanged: "would become another", NotePolicyReplaced: "would be removed", NotePolicyAdded: "would be added",
}

// refuseChanges refuses a plan that changes what an existing user may do.
func (o *keyOwner) refuseChanges(plan *Plan) error {
	var changes []string
	for _, n := range plan.Notes {
		if words, is := changeWords[n.Code]; is {
			changes = append(changes, n.Resource.short()+" "+words)
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return fault.New(fault.FailedPrecondition, "user '%s' %s access would change: %s", o.name, o.whose(), strings.Join(changes, ", ")).
		WithHint(fault.HintReplacePolicy)
}

// whose words who has the user's access.
func (o *keyOwner) whose() string {
	var holders []string
	switch len(o.keys) {
	case 0:
	case 1:
		holders = append(holders, fmt.Sprintf("1 access key (%s)", o.keys[0]))
	default:
		holders = append(holders, fmt.Sprintf("%d access keys (%s)", len(o.keys), strings.Join(o.keys, ", ")))
	}
	if o.hasPassword() {
		holders = append(holders, "a password or secret of its own")
	}
	if len(holders) == 0 {
		return "exists, and its"
	}
	return "has " + strings.Join(holders, " and ") + ", whose"
}

// checkKeyLimit refuses a user that has as many keys as the system allows. That the access would change comes first: who reads
// that there are too many keys would delete one and meet the other refusal then.
func (e *Engine) checkKeyLimit(owner *keyOwner, hint fault.Hint) error {
	if limit := e.description.Limits.AccessKeysPerUser; limit > 0 && len(owner.keys) >= limit {
		return fault.New(fault.ResourceExhausted, "user '%s' has %d access keys (%s), and %d are allowed; delete one",
			owner.name, len(owner.keys), strings.Join(owner.keys, ", "), limit).WithHint(hint)
	}
	return nil
}
