//go:build systems

package eventual

import (
	"fmt"
	"net/http"
	"time"
)

// fate is what becomes of a request, besides lagging.
type fate int

const (
	pass fate = iota
	// lose lets the request take effect, and loses the answer.
	lose
	// fail answers 500 without an effect.
	fail
	// deny answers 403.
	deny
)

func (f fate) words() string {
	return [...]string{"", ", and the answer is lost", ", and fails", ", and is denied"}[f]
}

// faults break the nth changing request from now on, and with deny all that follow with the same operation.
type faults struct {
	nth  int
	fate fate

	seen   int
	denied string
}

func (f *faults) next(q *inquiry) fate {
	if f == nil || !q.changes() {
		return pass
	}
	f.seen++
	switch {
	case f.seen == f.nth && f.fate == deny:
		f.denied = q.operation
		return deny
	case f.seen == f.nth:
		return f.fate
	case f.denied != "" && q.operation == f.denied:
		return deny
	}
	return pass
}

// broken answers a request that does not reach the system.
func (p *proxy) broken(q *inquiry, fate fate) (answer *http.Response, ended bool) {
	switch fate {
	case fail:
		return p.refuse(q, "InternalError"), true
	case deny:
		return p.refuse(q, "AccessDenied"), true
	}
	return nil, false
}

// statuses are those of the refusals; 400 for others.
var statuses = map[string]int{
	"NoSuchEntity": http.StatusNotFound, "NoSuchBucket": http.StatusNotFound, "NoSuchBucketPolicy": http.StatusNotFound,
	"NoSuchWebsiteConfiguration": http.StatusNotFound, "NoSuchPublicAccessBlockConfiguration": http.StatusNotFound,
	"EntityAlreadyExists": http.StatusConflict, "DeleteConflict": http.StatusConflict,
	"AccessDenied": http.StatusForbidden, "InternalError": http.StatusInternalServerError, "SlowDown": http.StatusServiceUnavailable,
}

// refuse answers with an error as the service of the request words it.
func (p *proxy) refuse(q *inquiry, code string) *http.Response {
	if code == throttled && q.service == "s3" {
		code = "SlowDown"
	}
	status := statuses[code]
	if status == 0 {
		status = http.StatusBadRequest
	}
	body := element("Code", code) + element("Message", "refused by the simulation")
	if q.service == "s3" {
		body = "<Error>" + body + "</Error>"
	} else {
		space := map[string]string{"iam": iamSpace, "sts": stsSpace}[q.service]
		body = fmt.Sprintf(`<ErrorResponse xmlns=%q><Error><Type>Sender</Type>%s</Error><RequestId>refused</RequestId></ErrorResponse>`, space, body)
	}
	return p.respond(q, status, body)
}

func (p *proxy) respond(q *inquiry, status int, body string) *http.Response {
	p.note(q, fmt.Sprint("lagging ", status, " ", text("Code", body)))
	if q.Method == http.MethodHead {
		body = ""
	}
	return q.response(status, http.Header{"Content-Type": {"text/xml"}}, []byte(body))
}

// throttled is IAM's and STS's code for too many requests.
const throttled = "Throttling"

// throttles says whether a request comes within a burst in which every request is throttled. One request in thirty begins one.
func (w *world) throttles(now time.Time) string {
	if w.lag > 0 && w.random.IntN(30) == 0 {
		w.burst = now.Add(w.upTo(3 * time.Second))
	}
	if now.Before(w.burst) {
		return throttled
	}
	return ""
}
