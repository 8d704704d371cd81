package systems

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// operation is the form field Action of a request in the query protocol of IAM and STS, whose body it leaves in place.
func operation(r *http.Request) string {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return ""
	}
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return ""
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return ""
	}
	return form.Get("Action")
}
