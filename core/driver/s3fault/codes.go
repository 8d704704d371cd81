package s3fault

import (
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// table is what the error codes of S3, IAM and STS mean, with the reason that completes "cannot ...: ". The codes are those
// of the API references of the three services, and those that systems which speak these APIs were seen to send.
var table = []struct {
	code     fault.Code
	reason   string
	services string
}{
	{fault.Unauthenticated, "the system does not accept the credentials; check the access key, the secret key and the session token", `
		AuthFailure ExpiredToken ExpiredTokenException IncompleteSignature InvalidAccessKeyId InvalidClientTokenId InvalidToken
		MissingAuthenticationToken NotSignedUp RequestExpired RequestTimeTooSkewed SignatureDoesNotMatch TokenRefreshRequired
		UnrecognizedClientException`},
	{fault.PermissionDenied, "the credentials in use do not allow it", `
		AccessDenied AccessDeniedException AccountProblem AllAccessDisabled Forbidden OptInRequired UnauthorizedAccess UnmodifiableEntity`},
	{fault.NotFound, "it does not exist", `
		NoSuchBucket NoSuchBucketPolicy NoSuchCORSConfiguration NoSuchEntity NoSuchKey NoSuchPublicAccessBlockConfiguration
		NoSuchUpload NoSuchVersion NoSuchWebsiteConfiguration NotFound`},
	{fault.AlreadyExists, "it exists already", `
		BucketAlreadyExists BucketAlreadyOwnedByYou EntityAlreadyExists`},
	{fault.InvalidArgument, "the system does not accept the request", `
		AuthorizationHeaderMalformed EncryptionTypeMismatch EntityTooLarge EntityTooSmall IllegalLocationConstraintException InvalidArgument
		InvalidBucketName InvalidContextAssertion InvalidInput InvalidLocationConstraint InvalidParameterCombination InvalidParameterValue InvalidRegion
		InvalidRequest InvalidStorageClass InvalidTag InvalidWriteOffset KeyTooLongError MalformedPolicy MalformedPolicyDocument MalformedXML
		MissingParameter TooManyParts ValidationError ValidationException`},
	{fault.ResourceExhausted, "a limit of the system is reached, or it asks to slow down", `
		InsufficientStorage LimitExceeded LimitExceededException PackedPolicyTooLarge PolicyTooLarge QuotaExceeded
		RequestLimitExceeded SlowDown Throttling ThrottlingException TooManyBuckets TooManyRequests TooManyRequestsException`},
	{fault.FailedPrecondition, "its present state forbids it", `
		AccessControlListNotSupported BucketNotEmpty DeleteConflict InvalidBucketState InvalidObjectState ObjectNotInActiveTierError PolicyNotAttachable
		PreconditionFailed`},
	{fault.Aborted, "it was changed by somebody else at the same time; try again", `
		ConcurrentModification ConditionalRequestConflict EntityTemporarilyUnmodifiable OperationAborted`},
	{fault.Unsupported, "the system behind this endpoint does not offer it", `
		InvalidAction MethodNotAllowed NotImplemented NotSupportedService RegionDisabledException UnknownOperationException UnsupportedOperation`},
	{fault.DataLoss, "what arrived is not what was sent; try again", `
		BadDigest IncompleteBody InvalidDigest XAmzContentChecksumMismatch XAmzContentSHA256Mismatch`},
	{fault.Unavailable, "the system is not available; try again later", `
		InternalError InternalFailure PermanentRedirect RequestTimeout ServiceFailure ServiceUnavailable TemporaryRedirect`},
	{fault.Internal, "the system's answer makes no sense", ""},
	{fault.Unknown, "the system refused it", ""},
}

// closer are the service codes about which there is more to say than the reason of their fault code.
var closer = map[string]struct {
	reason string
	hint   fault.Hint
}{
	"ExpiredToken":                  {reason: expired},
	"ExpiredTokenException":         {reason: expired},
	"RequestExpired":                {reason: expired},
	"AccessControlListNotSupported": {reason: "the bucket has ACLs switched off; use a bucket policy"},
	"RequestTimeTooSkewed":          {reason: "this machine's clock differs too much from the system's; set it right"},
	"AuthorizationHeaderMalformed":  {"the request was signed for another region", fault.HintRegion},
	"InvalidRegion":                 {"the request was signed for another region", fault.HintRegion},
	"RegionDisabledException":       {"the region is not enabled for this account; enable it, or use another", fault.HintRegion},

	"IllegalLocationConstraintException": {"the region that was asked for is not the endpoint's, or is not enabled for this account", fault.HintRegion},
	"InvalidLocationConstraint":          {"there is no such region at this endpoint, or it is not enabled for this account", fault.HintRegion},
	"NoSuchBucket":                       {reason: "there is no such bucket"},
	"NoSuchKey":                          {reason: "there is no such object"},
	"NoSuchVersion":                      {reason: "there is no such version of the object"},
	"NoSuchUpload":                       {reason: "there is no such upload"},
	"NoSuchBucketPolicy":                 {reason: "the bucket has no policy"},
	"NoSuchCORSConfiguration":            {reason: "the bucket has no CORS rules"},
	"NoSuchWebsiteConfiguration":         {reason: "the bucket is no website"},

	"NoSuchPublicAccessBlockConfiguration": {reason: "the bucket has no public access block"},
}

const expired = "the credentials have expired; get new ones"

// codes and reasons are the table by its two keys.
var codes, reasons = func() (map[string]fault.Code, map[fault.Code]string) {
	codes, reasons := map[string]fault.Code{}, map[fault.Code]string{}
	for _, row := range table {
		reasons[row.code] = row.reason
		for service := range strings.FieldsSeq(row.services) {
			codes[service] = row.code
		}
	}
	return codes, reasons
}()
