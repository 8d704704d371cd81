package sandbox

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"slices"
)

// stsActions are what the IAM service has of STS. It takes any other action for one of IAM, and so answers that the
// signature is wrong, which would send people looking for a fault in their keys.
var stsActions = []string{"GetCallerIdentity", "AssumeRoleWithWebIdentity"}

// maxSTSBody is far above what an STS request has.
const maxSTSBody = 1 << 20

// refuseLackingSTS answers requests for other actions of STS the way AWS answers unknown ones.
func refuseLackingSTS(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSTSBody))
		if err != nil {
			http.Error(w, "the request is too large", http.StatusRequestEntityTooLarge)
			return
		}
		action := r.URL.Query().Get("Action")
		if form, err := url.ParseQuery(string(body)); err == nil && form.Get("Action") != "" {
			action = form.Get("Action")
		}
		if action != "" && !slices.Contains(stsActions, action) {
			invalidAction(w, action)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

func invalidAction(w http.ResponseWriter, action string) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(http.StatusBadRequest)
	// A client that is gone will not miss the answer.
	_, _ = fmt.Fprintf(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>`+
		`<Code>InvalidAction</Code><Message>the sandbox does not have %s</Message></Error></ErrorResponse>`, html.EscapeString(action))
}
