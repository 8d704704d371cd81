package s3fault

import (
	"cmp"
	"log/slog"
	"net/http"
	"regexp"
	"sync"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// log tells of an exchange: what the system answered, whether that can be used or not.
func (x *exchange) log(req *http.Request, began time.Time, err error) {
	ctx := req.Context()
	r := driver.Request{
		Method: x.method, URL: x.url, Operation: cmp.Or(x.form.Get("Action"), x.operation), Range: req.Header.Get("Range"), Time: time.Since(began), Err: err,
	}
	if r.Operation == OtherAPI {
		r.Operation = "" // the path says it
	}
	if x.answered != nil {
		r.Status = x.answered.StatusCode
		r.ID = cmp.Or(x.answered.Header.Get("X-Amz-Request-Id"), x.answered.Header.Get("X-Amzn-Requestid"))
	}
	if len(x.errorBody) > 0 && driver.Logger(ctx).Enabled(ctx, slog.LevelDebug) {
		r.Code = codeIn(x.errorBody)
	}
	driver.LogRequest(ctx, r)
}

// errorCode is the code of an error, in XML or JSON.
var errorCode = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:<Code>|"code"\s*:\s*")([\w.-]+)`)
})

// codeIn returns the code of an error's body; empty where it has none.
func codeIn(body []byte) string {
	if found := errorCode().FindSubmatch(body); found != nil {
		return string(found[1])
	}
	return ""
}
