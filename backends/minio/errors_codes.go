package minio

import "github.com/s3-credentials/s3-credentials/core/fault"

// Codes of the admin API that decide what to do next.
const (
	// codeAlreadyApplied: the policy to attach is attached, or the one to detach is not.
	codeAlreadyApplied = "XMinioAdminPolicyChangeAlreadyApplied"
	// codeNoSuchPolicy: the policy to attach is not there.
	codeNoSuchPolicy = "XMinioAdminNoSuchPolicy"
	// codeNotAllowed: the name to look up as a user is an access key.
	codeNotAllowed = "XMinioIAMActionNotAllowed"
	// codeNotAUser: the user to add has the name of an access key or of the root user.
	codeNotAUser = "XMinioInvalidIAMCredentials"
	// codeKeyNotAllowed answers making an access key whose id is taken, among others.
	codeKeyNotAllowed = "XMinioIAMServiceAccountNotAllowed"
)

// serviceCodes are the error codes that only MinIO sends.
var serviceCodes = map[string]fault.Code{
	"ExpiredPresignRequest":      fault.Unauthenticated,
	"InvalidTokenId":             fault.Unauthenticated,
	"XMinioAdminAccountDisabled": fault.Unauthenticated,

	codeNotAllowed:                        fault.PermissionDenied,
	"XMinioAdminServiceAccountNotAllowed": fault.PermissionDenied,
	codeKeyNotAllowed:                     fault.PermissionDenied,

	codeNotAUser:                        fault.NotFound,
	"XMinioAdminNoSuchAccessKey":        fault.NotFound,
	"XMinioAdminNoSuchGroup":            fault.NotFound,
	codeNoSuchPolicy:                    fault.NotFound,
	"XMinioAdminNoSuchUser":             fault.NotFound,
	"XMinioAdminServiceAccountNotFound": fault.NotFound,

	"PolicyInvalidName":                  fault.InvalidArgument,
	"PolicyInvalidVersion":               fault.InvalidArgument,
	"XMinioAdminInvalidAccessKey":        fault.InvalidArgument,
	"XMinioAdminInvalidArgument":         fault.InvalidArgument,
	"XMinioAdminInvalidSecretKey":        fault.InvalidArgument,
	"XMinioAdminResourceInvalidArgument": fault.InvalidArgument,
	"XMinioInvalidObjectName":            fault.InvalidArgument,
	"XMinioInvalidResourceName":          fault.InvalidArgument,
	"XMinioMalformedIAMPolicy":           fault.InvalidArgument,

	"SlowDownRead":                                 fault.ResourceExhausted,
	"SlowDownWrite":                                fault.ResourceExhausted,
	"XMinioAdminBucketQuotaExceeded":               fault.ResourceExhausted,
	"XMinioIAMServiceAccountSessionPolicyTooLarge": fault.ResourceExhausted,
	"XMinioStorageFull":                            fault.ResourceExhausted,

	"XMinioIAMPolicyInUse":          fault.FailedPrecondition,
	"XMinioObjectExistsAsDirectory": fault.FailedPrecondition,
	"XMinioParentIsObject":          fault.FailedPrecondition,

	"XMinioAdminConfigNotificationError": fault.Unsupported,

	"XMinioIAMNotInitialized":    fault.Unavailable,
	"XMinioServerNotInitialized": fault.Unavailable,
}
