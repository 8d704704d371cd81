package aws

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// serviceCodes are the services' own error codes by what they mean. What is not listed is judged by its HTTP status.
var serviceCodes = map[string]fault.Code{
	"InvalidClientTokenId":         fault.Unauthenticated,
	"InvalidAccessKeyId":           fault.Unauthenticated,
	"SignatureDoesNotMatch":        fault.Unauthenticated,
	"IncompleteSignature":          fault.Unauthenticated,
	"MissingAuthenticationToken":   fault.Unauthenticated,
	"UnrecognizedClientException":  fault.Unauthenticated,
	"AuthFailure":                  fault.Unauthenticated,
	"ExpiredToken":                 fault.Unauthenticated,
	"ExpiredTokenException":        fault.Unauthenticated,
	"InvalidToken":                 fault.Unauthenticated,
	"TokenRefreshRequired":         fault.Unauthenticated,
	"RequestExpired":               fault.Unauthenticated,
	"RequestTimeTooSkewed":         fault.Unauthenticated,
	"AuthorizationHeaderMalformed": fault.Unauthenticated,
	"NotSignedUp":                  fault.Unauthenticated,

	"AccessDenied":          fault.PermissionDenied,
	"AccessDeniedException": fault.PermissionDenied,
	"AllAccessDisabled":     fault.PermissionDenied,
	"AccountProblem":        fault.PermissionDenied,
	"Forbidden":             fault.PermissionDenied,
	"UnauthorizedAccess":    fault.PermissionDenied,
	"UnmodifiableEntity":    fault.PermissionDenied,
	"InvalidObjectState":    fault.FailedPrecondition,

	"NoSuchEntity":                         fault.NotFound,
	"NoSuchBucket":                         fault.NotFound,
	"NoSuchKey":                            fault.NotFound,
	"NoSuchVersion":                        fault.NotFound,
	"NoSuchUpload":                         fault.NotFound,
	"NotFound":                             fault.NotFound,
	"NoSuchBucketPolicy":                   fault.NotFound,
	"NoSuchCORSConfiguration":              fault.NotFound,
	"NoSuchWebsiteConfiguration":           fault.NotFound,
	"NoSuchPublicAccessBlockConfiguration": fault.NotFound,

	"EntityAlreadyExists":     fault.AlreadyExists,
	"BucketAlreadyExists":     fault.AlreadyExists,
	"BucketAlreadyOwnedByYou": fault.AlreadyExists,

	"ValidationError":                    fault.InvalidArgument,
	"ValidationException":                fault.InvalidArgument,
	"InvalidInput":                       fault.InvalidArgument,
	"InvalidParameterValue":              fault.InvalidArgument,
	"InvalidParameterCombination":        fault.InvalidArgument,
	"MissingParameter":                   fault.InvalidArgument,
	"InvalidArgument":                    fault.InvalidArgument,
	"InvalidRequest":                     fault.InvalidArgument,
	"InvalidBucketName":                  fault.InvalidArgument,
	"InvalidLocationConstraint":          fault.InvalidArgument,
	"IllegalLocationConstraintException": fault.InvalidArgument,
	"MalformedPolicy":                    fault.InvalidArgument,
	"MalformedPolicyDocument":            fault.InvalidArgument,
	"MalformedXML":                       fault.InvalidArgument,
	"InvalidTag":                         fault.InvalidArgument,
	"KeyTooLongError":                    fault.InvalidArgument,
	"EntityTooLarge":                     fault.InvalidArgument,
	"EntityTooSmall":                     fault.InvalidArgument,

	"LimitExceeded":            fault.ResourceExhausted,
	"LimitExceededException":   fault.ResourceExhausted,
	"PackedPolicyTooLarge":     fault.ResourceExhausted,
	"PolicyTooLarge":           fault.ResourceExhausted,
	"TooManyBuckets":           fault.ResourceExhausted,
	"QuotaExceeded":            fault.ResourceExhausted,
	"SlowDown":                 fault.ResourceExhausted,
	"Throttling":               fault.ResourceExhausted,
	"ThrottlingException":      fault.ResourceExhausted,
	"TooManyRequestsException": fault.ResourceExhausted,
	"RequestLimitExceeded":     fault.ResourceExhausted,
	"InsufficientStorage":      fault.ResourceExhausted,

	"DeleteConflict":             fault.FailedPrecondition,
	"BucketNotEmpty":             fault.FailedPrecondition,
	"InvalidBucketState":         fault.FailedPrecondition,
	"PreconditionFailed":         fault.FailedPrecondition,
	"PolicyNotAttachable":        fault.FailedPrecondition,
	"ObjectNotInActiveTierError": fault.FailedPrecondition,

	"ConcurrentModification":        fault.Aborted,
	"EntityTemporarilyUnmodifiable": fault.Aborted,
	"OperationAborted":              fault.Aborted,
	"ConditionalRequestConflict":    fault.Aborted,

	"NotImplemented":            fault.Unsupported,
	"InvalidAction":             fault.Unsupported,
	"UnknownOperationException": fault.Unsupported,
	"UnsupportedOperation":      fault.Unsupported,
	"MethodNotAllowed":          fault.Unsupported,
	"RegionDisabledException":   fault.Unsupported,

	"BadDigest":                   fault.DataLoss,
	"InvalidDigest":               fault.DataLoss,
	"XAmzContentChecksumMismatch": fault.DataLoss,
	"XAmzContentSHA256Mismatch":   fault.DataLoss,
	"IncompleteBody":              fault.DataLoss,

	"InternalError":      fault.Unavailable,
	"InternalFailure":    fault.Unavailable,
	"ServiceFailure":     fault.Unavailable,
	"ServiceUnavailable": fault.Unavailable,
	"RequestTimeout":     fault.Unavailable,
	"PermanentRedirect":  fault.Unavailable,
	"TemporaryRedirect":  fault.Unavailable,
}

// reasons complete the sentence "cannot ...: ".
var reasons = map[fault.Code]string{
	fault.InvalidArgument:    "the system does not accept the request",
	fault.NotFound:           "it does not exist",
	fault.AlreadyExists:      "it exists already",
	fault.PermissionDenied:   "the credentials in use do not allow it",
	fault.Unauthenticated:    "the system does not accept the credentials; check the access key, the secret key and the session token",
	fault.ResourceExhausted:  "a limit of the system is reached, or it asks to slow down",
	fault.FailedPrecondition: "its present state forbids it",
	fault.Aborted:            "it was changed by somebody else at the same time; try again",
	fault.Unsupported:        "the system behind this endpoint does not offer it",
	fault.Unavailable:        "the system is not available; try again later",
	fault.DataLoss:           "what arrived is not what was sent; try again",
	fault.Internal:           "the system's answer makes no sense",
	fault.Unknown:            "the system refused it",
}

// refused turns whatever an SDK call returned into a fault. The action completes the sentence "cannot ...".
func refused(ctx context.Context, err error, action string, args ...any) error {
	var known *fault.Error
	if err == nil {
		return nil
	}
	if errors.As(err, &known) {
		return known
	}
	action = "cannot " + fmt.Sprintf(action, args...)
	if gaveUp := ctx.Err(); gaveUp != nil {
		return fault.Wrap(fault.CodeOf(gaveUp), err, "%s: %s", action, gaveUp)
	}
	if f := credentialFault(err); f != nil {
		return f
	}
	if f := serviceFault(err, action); f != nil {
		return f
	}
	return transportFault(err, action)
}

// credentialFault is for requests that could not be signed.
func credentialFault(err error) error {
	var missing *credentialError
	if !errors.As(err, &missing) {
		return nil
	}
	if missing.nothingSet {
		return fault.Wrap(fault.Unauthenticated, err, "no credentials found; set AWS_ACCESS_KEY_ID and "+
			"AWS_SECRET_ACCESS_KEY, or give --access-key and --secret-key, --auth or --profile")
	}
	return fault.Wrap(fault.Unauthenticated, err, "the configured credentials cannot be had: %s", oneLine(missing.err))
}

// serviceFault is for requests that a service answered with an error.
func serviceFault(err error, action string) error {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return nil
	}
	service := &fault.Service{Code: api.ErrorCode(), Message: api.ErrorMessage()}
	var answer *awshttp.ResponseError
	if errors.As(err, &answer) {
		service.HTTPStatus, service.RequestID = answer.HTTPStatusCode(), answer.ServiceRequestID()
	}
	code := codeOf(service)
	return &fault.Error{Code: code, Message: action + ": " + reasonOf(code, service), Service: service, Err: err}
}

// codeOf classifies what a service said.
func codeOf(said *fault.Service) fault.Code {
	if code, ok := serviceCodes[said.Code]; ok {
		return code
	}
	return fault.OfHTTPStatus(said.HTTPStatus)
}

// reasonOf words a code, more closely for those few services' codes where there is more to say.
func reasonOf(code fault.Code, said *fault.Service) string {
	switch said.Code {
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired":
		return "the credentials have expired; get new ones"
	case "RequestTimeTooSkewed":
		return "this machine's clock differs too much from the system's; set it right"
	case "AuthorizationHeaderMalformed":
		return "the request was signed for another region; check --region"
	}
	return reasons[code]
}

// transportFault is for requests that got no answer, or none that could be understood.
func transportFault(err error, action string) error {
	var sent *endpointError
	endpoint := "the endpoint"
	if errors.As(err, &sent) {
		endpoint = sent.endpoint
		err = sent
	}
	var unreadable *smithy.DeserializationError
	var unsendable *smithy.SerializationError
	var invalid smithy.InvalidParamsError
	var record tls.RecordHeaderError
	switch {
	case errors.Is(err, errNotS3), errors.As(err, &unreadable):
		return fault.Wrap(fault.Unavailable, err, "%s: %s answers, but not as an S3 system does; check --endpoint-url", action, endpoint)
	case errors.As(err, &unsendable), errors.As(err, &invalid):
		return fault.Wrap(fault.InvalidArgument, err, "%s: the request cannot be made: %s", action, oneLine(err))
	case isCertificateError(err):
		return fault.Wrap(fault.Unavailable, err, "%s: the certificate of %s is not trusted: %s; if it is from an "+
			"authority of your own, name its file in AWS_CA_BUNDLE", action, endpoint, oneLine(innermost(err)))
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return fault.Wrap(fault.Unavailable, err, "%s: %s does not speak TLS; write the endpoint with http://", action, endpoint)
	case sent != nil:
		return fault.Wrap(fault.Unavailable, err, "%s: %s cannot be reached: %s", action, endpoint, oneLine(innermost(err)))
	}
	return fault.Wrap(fault.Unavailable, err, "%s: %s", action, oneLine(innermost(err)))
}

// statusOf is the HTTP status of the answer behind an error, 0 where there was none.
func statusOf(err error) int {
	var answer *awshttp.ResponseError
	if !errors.As(err, &answer) {
		return 0
	}
	return answer.HTTPStatusCode()
}

// serviceCodeOf is the service's own error code, empty where no service answered.
func serviceCodeOf(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return ""
	}
	return api.ErrorCode()
}

// isCertificateError reports whether the server's certificate was refused.
func isCertificateError(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &hostname) || errors.As(err, &invalid)
}

// innermost is the cause without the SDK's many wrappings, whose words say nothing more.
func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// oneLine keeps an error's text to one line.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
