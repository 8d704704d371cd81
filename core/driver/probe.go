package driver

import (
	"errors"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// ProbeRequest is the request of Policy.Probe.
type ProbeRequest struct {
	// Action is one of [ProbeActions].
	Action string
	// Bucket exists. It is empty for actions of "iam:".
	Bucket string
	// Key is the object that the action is for: one that does not exist, but for "s3:GetObject". For listings it is the prefix. It is
	// empty for what is about the bucket, and the name of a user that does not exist for actions of "iam:".
	Key string
}

// ProbeAnswer is what a probe found out.
type ProbeAnswer struct {
	// Allowed says that the credentials may do it; otherwise the system refused it.
	Allowed bool
	// Left names what the probe left behind, as in "a delete marker of object k in bucket b"; empty for nothing.
	Left string
	// Caveat is [AccessKey.Caveat] for the key whose credentials these are, in the answer to "iam:CreateAccessKey", which tries another user.
	Caveat string
}

// probeActions are the actions that can be tried without a change.
var probeActions = []string{
	"s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectVersion", "s3:DeleteObjectVersion",
	"s3:ListBucketVersions", "s3:PutObjectTagging", "s3:GetBucketPolicy", "s3:GetBucketTagging", "iam:CreateAccessKey", "iam:PutUserPolicy",
}

// ProbeActions returns the actions that Policy.Probe has to know, or to answer with Unsupported.
func ProbeActions() []string { return slices.Clone(probeActions) }

// Probed makes the answer of a probe from the error of the request that tried it: a system that refuses it for any other reason than
// that the credentials may not has checked that first. The error comes back where there was no answer, or one that says nothing of
// permissions: wrong credentials, a bucket that does not exist, an action that the system does not have.
func Probed(err error) (ProbeAnswer, error) {
	service := fault.ServiceOf(err)
	switch fault.CodeOf(err) {
	case fault.PermissionDenied:
		return ProbeAnswer{}, nil
	case fault.InvalidArgument, fault.NotFound, fault.AlreadyExists, fault.FailedPrecondition, fault.DataLoss:
		if service == nil || service.Code == "NoSuchBucket" {
			return ProbeAnswer{}, err
		}
		return ProbeAnswer{Allowed: true}, nil
	}
	return ProbeAnswer{Allowed: err == nil}, err
}

// UnknownProbe is the error for an action that a backend cannot try.
func UnknownProbe(action string) error {
	if !slices.Contains(probeActions, action) {
		return fault.New(fault.InvalidArgument, "%q is no action that can be tried", action)
	}
	return fault.New(fault.Unsupported, "%s cannot be tried on this system", action)
}

// IsUnknownProbe reports whether an action could not be tried, by the system or the backend.
func IsUnknownProbe(err error) bool { return errors.Is(err, fault.Unsupported) }
