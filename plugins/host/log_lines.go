package host

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// logLines hands on the lines of one plugin's log.
type logLines struct {
	name   string
	logger *slog.Logger // nil for none
	// breach is told what is wrong with a line; nil for nobody to tell.
	breach func(what string)
	// failed are the requests that failed and were not sent again since.
	failed map[string]failure
}

// failure is how a request failed last.
type failure struct {
	how   string
	times int
	ended time.Time
}

// maxFailed bounds what a process that runs for weeks keeps.
const maxFailed = 1000

// take hands on a line. It reports whether the line may say why the plugin ended: not, if it is JSON of a level below a warning.
func (l *logLines) take(line []byte) (telling bool) {
	level, message, fields := parseLine(line)
	if fields == nil && message == "" {
		return false
	}
	if l.breach != nil && message == driver.RequestMessage && fields != nil {
		l.breach(brokenRequest(line, fields))
	}
	if l.logger != nil {
		l.logger.LogAttrs(context.Background(), level, message, l.attrs(message, fields)...)
	}
	return fields == nil || level >= slog.LevelWarn
}

// parseLine reads a line as JSON of hclog; any other is a message, with no fields.
func parseLine(line []byte) (level slog.Level, message string, fields map[string]any) {
	if !bytes.HasPrefix(line, []byte("{")) || json.Unmarshal(line, &fields) != nil || fields["@message"] == nil {
		return slog.LevelDebug, strings.TrimSpace(string(line)), nil
	}
	level, known := levels[strings.ToLower(fmt.Sprint(fields["@level"]))]
	if !known {
		level = slog.LevelDebug
	}
	return level, fmt.Sprint(fields["@message"]), fields
}

// requestFields are those of a request, in the order in which they are shown; see [driver.LogRequest].
var requestFields = []string{"method", "url", "operation", "range", "status", "code", "ms", "request_id", "error"}

// attrs are the fields of a line. Those of a request are known; any others follow by their names.
func (l *logLines) attrs(message string, fields map[string]any) []slog.Attr {
	var attrs []slog.Attr
	first := []string(nil)
	if message == driver.RequestMessage {
		first = requestFields
	} else {
		attrs = append(attrs, slog.String("plugin", l.name))
	}
	others := slices.DeleteFunc(slices.Sorted(maps.Keys(fields)), func(name string) bool {
		return strings.HasPrefix(name, "@") || slices.Contains(first, name)
	})
	for _, name := range slices.Concat(first, others) {
		if value, ok := fields[name]; ok {
			attrs = append(attrs, slog.Any(name, value))
		}
	}
	if message == driver.RequestMessage {
		attrs = append(attrs, l.retried(fields)...)
	}
	return attrs
}

// retried says how often a request was sent before in vain, and how it failed last. It began after that: two that run side by side are no
// retries of each other.
func (l *logLines) retried(fields map[string]any) []slog.Attr {
	text := func(name string) string { return textOf(fields[name]) }
	ms, _ := fields["ms"].(float64)
	began := time.Now().Add(-time.Duration(ms * float64(time.Millisecond)))
	key := strings.Join([]string{text("method"), text("url"), text("operation"), text("range")}, " ")
	before, again := l.failed[key]
	if again = again && !began.Before(before.ended); !again {
		before = failure{}
	}
	delete(l.failed, key)
	if how := passing(fields); how != "" {
		if l.failed == nil || len(l.failed) >= maxFailed {
			l.failed = map[string]failure{}
		}
		l.failed[key] = failure{how: how, times: before.times + 1, ended: time.Now()}
	}
	if !again {
		return nil
	}
	return []slog.Attr{slog.Int("retry", before.times), slog.String("because", before.how)}
}

// passing is how a request failed, if the same request may succeed later or with another signature; empty for any other.
func passing(fields map[string]any) string {
	status, _ := fields["status"].(float64)
	code := textOf(fields["code"])
	switch {
	case status == 0 && !strings.Contains(textOf(fields["error"]), context.Canceled.Error()):
		return cmp.Or(textOf(fields["error"]), "no answer")
	case status >= 300 && status < 400, status == http.StatusRequestTimeout, status == http.StatusTooManyRequests, status >= 500,
		strings.Contains(code, "Throttl"), code == "RequestLimitExceeded", code == "AuthorizationHeaderMalformed", code == "OperationAborted":
		return strings.TrimSpace(textOf(fields["status"]) + " " + code)
	}
	return ""
}

func textOf(value any) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

// maxRequestLine is what a pipe takes as a whole: a longer line may have others in its middle.
const maxRequestLine = 4096

// brokenRequest says how the line of a request breaks the contract; empty for one that does not.
func brokenRequest(line []byte, fields map[string]any) string {
	is := func(name string, want bool) bool { return fields[name] == nil || want }
	_, method := fields["method"].(string)
	url, hasURL := fields["url"].(string)
	status, hasStatus := fields["status"].(float64)
	ms, hasTime := fields["ms"].(float64)
	_, hasID := fields["request_id"].(string)
	wrong := ""
	switch {
	case !method || !hasURL || !hasTime || ms < 0:
		wrong = "lacks its method, its url or its ms, the time that it took in milliseconds"
	case !is("status", hasStatus && status >= 100 && status < 1000), !is("request_id", hasID):
		wrong = "has a status that is none, or a request_id that is no text"
	case driver.Redact(url) != url:
		return "a request in the log has a secret in its url" // which is not repeated here
	case len(line) >= maxRequestLine:
		wrong = fmt.Sprintf("has %d bytes, and fewer than %d are allowed", len(line), maxRequestLine)
	default:
		return ""
	}
	return fmt.Sprintf("a request in the log %s: %.200q", wrong, driver.Redact(string(line)))
}
