package localserver

import (
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// rootDocument is the answer for "/", byte for byte like the Python tool's. It is also valid output of a
// credential_process.
func rootDocument(session driver.Session) string {
	return orderedjson.Indented(orderedjson.Object{
		{Name: "Version", Value: 1},
		{Name: "AccessKeyId", Value: session.AccessKeyID},
		{Name: "SecretAccessKey", Value: session.SecretAccessKey},
		{Name: "SessionToken", Value: session.SessionToken},
		{Name: "Expiration", Value: isoFormat(session.Expiration)},
	}, 2)
}

// containerDocument is the answer for the container credentials provider of the AWS SDKs.
func containerDocument(session driver.Session) string {
	return orderedjson.Compact(orderedjson.Object{
		{Name: "AccessKeyId", Value: session.AccessKeyID},
		{Name: "SecretAccessKey", Value: session.SecretAccessKey},
		{Name: "Token", Value: session.SessionToken},
		{Name: "Expiration", Value: session.Expiration.UTC().Format(time.RFC3339)},
	})
}

// rootError is an error in the Python tool's words.
func rootError(message string) string {
	return orderedjson.Compact(orderedjson.Object{{Name: "error", Value: message}})
}

// containerError is an error as the AWS SDKs print it.
func containerError(code fault.Code, message string) string {
	return orderedjson.Compact(orderedjson.Object{{Name: "code", Value: string(code)}, {Name: "message", Value: message}})
}

// isoFormat formats a time like Python's isoformat for a datetime in UTC.
func isoFormat(t time.Time) string {
	layout := "2006-01-02T15:04:05"
	if t.Nanosecond() >= int(time.Microsecond) {
		layout += ".000000"
	}
	return t.UTC().Format(layout) + "+00:00"
}
