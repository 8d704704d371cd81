package localserver

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// containerPath is where AWS_CONTAINER_CREDENTIALS_FULL_URI points.
const containerPath = "/container"

// handler serves "/" and the container path.
type handler struct {
	cache *Cache
	guard *guard
	log   *log
}

// ServeHTTP answers one request and logs it.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, body := h.answer(r)
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	switch status {
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", "Bearer")
	case http.StatusMethodNotAllowed:
		header.Set("Allow", "GET, HEAD")
	}
	w.WriteHeader(status)
	io.WriteString(w, body) //nolint:errcheck // a client that has gone needs no answer
	h.log.request(r, status)
}

// answer returns the status and the document.
func (h *handler) answer(r *http.Request) (int, string) {
	if no := h.guard.check(r); no != nil {
		return no.status, rootError(no.reason)
	}
	// As in the Python tool, a path with a query is not found.
	if known := r.URL.Path == "/" || r.URL.Path == containerPath; !known || r.URL.RawQuery != "" {
		return http.StatusNotFound, rootError("Not found")
	}
	container := r.URL.Path == containerPath
	if no := h.guard.checkToken(r); no != nil {
		return no.status, errorDocument(container, fault.Unauthenticated, no.reason)
	}
	session, err := h.cache.Get(r.Context())
	switch {
	case err != nil:
		return http.StatusInternalServerError, errorDocument(container, fault.CodeOf(err), h.cache.sentence(err))
	case container:
		return http.StatusOK, containerDocument(session)
	}
	return http.StatusOK, rootDocument(session)
}

func errorDocument(container bool, code fault.Code, message string) string {
	if container {
		return containerError(code, message)
	}
	return rootError(message)
}

// log writes one timestamped line per event. It omits headers and queries, which may contain the token.
type log struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *log) line(message string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.w, "%s - %s\n", time.Now().Format(time.DateTime), message)
}

// request logs a request in the Python tool's format.
func (l *log) request(r *http.Request, status int) {
	l.line(fmt.Sprintf("%s %d -", strconv.Quote(r.Method+" "+r.URL.EscapedPath()+" "+r.Proto), status))
}

// Write logs the errors that net/http reports, such as broken connections.
func (l *log) Write(p []byte) (int, error) {
	l.line(strconv.Quote(string(p)))
	return len(p), nil
}
