package driver

// ListUserItemsRequest is the request of Identity.ListUserItems.
type ListUserItemsRequest struct {
	UserName string
	// Kind is the only kind of items that the caller needs; empty for all. ItemGroup is for all whose GivesAccess holds. A backend may yield
	// others all the same.
	Kind UserItemKind
}

// UserItem is something that a user has besides access keys and policies.
type UserItem struct {
	Kind UserItemKind
	// Name is empty for a password.
	Name string
	// KeepsUser says that the system does not delete a user that has the item.
	KeepsUser bool
}

// String names the item: "group admins", "a password".
func (i UserItem) String() string {
	if i.Name == "" {
		return "a " + string(i.Kind)
	}
	return string(i.Kind) + " " + i.Name
}

// UserItemKind is the kind of an item: one of the constants, or what the system calls another kind, such as "MFA device".
type UserItemKind string

// The kinds of items that give access.
const (
	// ItemGroup is a group that the user is in; the user may do what the group's policies allow.
	ItemGroup UserItemKind = "group"
	// ItemPolicy is a managed policy that is attached to the user, of a backend that lacks CapPolicyManaged and cannot say what it allows.
	ItemPolicy UserItemKind = "attached policy"
	// ItemBucket is a bucket that the user owns, on a system where an owner may do all in its bucket that no policy denies; its name is the
	// bucket's.
	ItemBucket UserItemKind = "bucket of its own"
	// ItemHiddenBuckets says that the user may own buckets, which the caller may not list; its name is what that needs.
	ItemHiddenBuckets UserItemKind = "buckets of its own, perhaps"
	// ItemRight is a right that no policy says and that is in no bucket; its name completes "right": "to create buckets".
	ItemRight UserItemKind = "right"
	// ItemPassword is a password, or a secret of the user's own: with it, somebody may do what the user may.
	ItemPassword UserItemKind = "password"
	// ItemSecret is a secret of the user's own of which the system does not tell whether somebody knows it.
	ItemSecret UserItemKind = "secret"
)

// GivesAccess reports whether a user with the item may do what the user's own policies do not say.
func (k UserItemKind) GivesAccess() bool {
	return k == ItemGroup || k == ItemPolicy || k == ItemBucket || k == ItemHiddenBuckets || k == ItemRight
}
