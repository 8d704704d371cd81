package fault

import "errors"

// Hint is something that the user can do about a failure. The set is closed. A hint is no sentence: only the program in front
// of the user knows what its options and commands are called, and puts the hint into words.
type Hint string

// The hints.
const (
	// HintCreateBucket: let the same run create the bucket.
	HintCreateBucket Hint = "create-bucket"
	// HintObjectsToo: let the same run delete the objects too.
	HintObjectsToo Hint = "objects-too"
	// HintOtherUser: choose another user name.
	HintOtherUser Hint = "other-user"
	// HintHeldKey: use a key that the user has, in place of a further one.
	HintHeldKey Hint = "held-key"
	// HintReplacePolicy: choose another user name, or ask for the access of the keys there are to be changed.
	HintReplacePolicy Hint = "replace-policy"
	// HintReplaceOldest: let the key that is in the way be deleted.
	HintReplaceOldest Hint = "replace-oldest"
	// HintExpires: choose an end for the new key.
	HintExpires Hint = "expires"
	// HintReplaceEnd: give the user's policies another end, and all its keys with them.
	HintReplaceEnd Hint = "replace-end"
	// HintFinish: give the older keys no end, and finish the rotation later, or delete them by name where nothing tells which is the newest.
	HintFinish Hint = "finish"
	// HintDeleteKey: delete keys by name.
	HintDeleteKey Hint = "delete-key"
	// HintForce: do it all the same.
	HintForce Hint = "force"
	// HintTemporary: ask for temporary credentials in place of a user.
	HintTemporary Hint = "temporary"
	// HintPermanent: ask for a permanent key, and delete its user when it is no longer needed.
	HintPermanent Hint = "permanent"
	// HintNoBoundary: make the user without a permissions boundary.
	HintNoBoundary Hint = "no-boundary"
	// HintNoRegion: do not choose the bucket's region.
	HintNoRegion Hint = "no-region"
	// HintNoWebsite: do not make the bucket a website; put a web server in front of it.
	HintNoWebsite Hint = "no-website"
	// HintBucketPolicy: read the bucket's policy, which says who may do what.
	HintBucketPolicy Hint = "bucket-policy"
	// HintWholeBucket: ask for reading, or reading and writing, in a whole bucket that is for nobody else.
	HintWholeBucket Hint = "whole-bucket"
	// HintUserPolicies: give users policies of their own in place of a bucket policy.
	HintUserPolicies Hint = "user-policies"
	// HintOtherPrefix: transfer the files in several runs, with different prefixes.
	HintOtherPrefix Hint = "other-prefix"
	// HintPrefix: name the prefix that the key is for.
	HintPrefix Hint = "prefix"
	// HintSingleObject: fetch the object by itself, into a file of another name.
	HintSingleObject Hint = "single-object"
	// HintCredentials: name the credentials to work with.
	HintCredentials Hint = "credentials"
	// HintCredentialsApart: name the credentials apart from the endpoint's URL.
	HintCredentialsApart Hint = "credentials-apart"
	// HintSetEndpoint: name the endpoint.
	HintSetEndpoint Hint = "set-endpoint"
	// HintEndpoint: check the endpoint.
	HintEndpoint Hint = "endpoint"
	// HintEndpointOrBackend: check the endpoint, or name the backend.
	HintEndpointOrBackend Hint = "endpoint-or-backend"
	// HintTimeout: wait longer.
	HintTimeout Hint = "timeout"
	// HintAuthority: name the file of the certificate authority.
	HintAuthority Hint = "authority"
	// HintRegion: check the region.
	HintRegion Hint = "region"
	// HintBackend: name another backend.
	HintBackend Hint = "backend"
	// HintPluginFolder: install the plugin, or name the folder that it is in.
	HintPluginFolder Hint = "plugin-folder"
	// HintByName: let names say who made a user.
	HintByName Hint = "by-name"
	// HintPin: pin the plugin anew, if its file was changed on purpose.
	HintPin Hint = "pin"
)

// Hints returns every hint, in a fixed order.
func Hints() []Hint {
	return []Hint{
		HintCreateBucket, HintObjectsToo, HintOtherUser, HintHeldKey, HintReplacePolicy, HintReplaceOldest, HintExpires, HintReplaceEnd, HintFinish, HintDeleteKey, HintForce, HintTemporary, HintPermanent, HintWholeBucket, HintNoBoundary,
		HintNoRegion, HintNoWebsite, HintBucketPolicy, HintUserPolicies, HintOtherPrefix, HintPrefix, HintSingleObject, HintCredentials,
		HintCredentialsApart, HintSetEndpoint, HintEndpoint, HintEndpointOrBackend, HintTimeout, HintAuthority, HintRegion, HintBackend, HintPluginFolder, HintByName, HintPin,
	}
}

// WithHint sets the hint and returns the fault.
func (e *Error) WithHint(h Hint) *Error {
	e.Hint = h
	return e
}

// HintOf returns the outermost hint in err's chain, "" if there is none.
func HintOf(err error) Hint {
	var f *Error
	for errors.As(err, &f) {
		if f.Hint != "" {
			return f.Hint
		}
		err = f.Err
	}
	return ""
}
