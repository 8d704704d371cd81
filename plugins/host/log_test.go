package host_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// noisy is a backend that sends requests, or says that it does.
type noisy struct{ fake }

func openNoisy(context.Context, driver.Config) (driver.Driver, error) { return &noisy{}, nil }

// rawLines go to stderr as a plugin in another language writes them.
var rawLines = map[string]string{
	"text":   "a line of text, with the password=hushhush in it",
	"hclog":  `{"@level":"warn","@message":"odd","@timestamp":"2026-11-30T00:00:00Z","b":2,"a":"one","token":"hushhush"}`,
	"no-log": `{"some": "JSON"}`,
	"python": `{"@level": "debug", "@message": "request", "request_id": "17", "status": 200, "ms": 1.5, "url": "https://u:hushhush@h/k?X-Amz-Signature=hushhush", "method": "GET", "own": "x"}`,
	"half":   `no end of line`,
	"bare":   `{"@level": "debug", "@message": "request", "method": "GET"}`,
	"odd":    `{"@level": "debug", "@message": "request", "method": "GET", "url": "http://h/", "ms": 1, "status": 7}`,
	"long":   `{"@level": "debug", "@message": "request", "method": "GET", "url": "http://h/` + strings.Repeat("x", 5000) + `", "ms": 1}`,
}

// HeadBucket does what the bucket's name says: so many requests, a line, or an end.
func (*noisy) HeadBucket(ctx context.Context, req driver.HeadBucketRequest) (driver.BucketDetail, error) {
	request := driver.Request{Method: "HEAD", URL: &url.URL{Scheme: "http", Host: "h", Path: "/" + req.Bucket, RawQuery: "X-Amz-Signature=hushhush"}, Status: 200, Time: time.Millisecond}
	switch line, isLine := rawLines[req.Bucket]; {
	case isLine:
		_, _ = syscall.Write(2, []byte(line+map[bool]string{true: "", false: "\n"}[req.Bucket == "half"]))
	case req.Bucket == "die":
		driver.LogRequest(ctx, request)
		os.Exit(9)
	case req.Bucket == "wait":
		driver.LogRequest(ctx, request)
		<-ctx.Done()
		request.Status, request.Err = 0, ctx.Err()
		driver.LogRequest(ctx, request)
	case req.Bucket == "retry":
		for _, status := range []int{503, 500, 200} {
			request.Status, request.Time = status, 0
			request.Code = map[int]string{503: "SlowDown"}[status]
			driver.LogRequest(ctx, request)
		}
	default:
		for range len(req.Bucket) {
			driver.LogRequest(ctx, request)
		}
	}
	return driver.BucketDetail{}, nil
}

// ListBuckets sends a request for each page.
func (*noisy) ListBuckets(ctx context.Context) iter.Seq2[driver.BucketInfo, error] {
	return func(yield func(driver.BucketInfo, error) bool) {
		for page := range 3 {
			driver.LogRequest(ctx, driver.Request{Method: "GET", URL: &url.URL{Scheme: "http", Host: "h", Path: fmt.Sprint("/", page)}, Status: 200})
			for range 1000 {
				if !yield(driver.BucketInfo{Name: fmt.Sprint(page)}, nil) {
					return
				}
			}
		}
	}
}

// record is a handler that keeps lines.
type record struct {
	slog.Handler
	mu  sync.Mutex
	out bytes.Buffer
}

func newRecord() (*record, *slog.Logger) {
	r := &record{}
	r.Handler = slog.NewTextHandler(&r.out, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})
	return r, slog.New(r)
}

func (r *record) Handle(ctx context.Context, line slog.Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Handler.Handle(ctx, line)
}

// take returns what came since the last call.
func (r *record) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.out.Reset()
	return r.out.String()
}

func openNoisyPlugin(t *testing.T, o host.Options) (driver.Driver, func()) {
	t.Helper()
	o.Path, o.StartTimeout = program(t, "noisy"), patience
	d, err := host.Connect(t.Context(), o, driver.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return d, func() { _ = d.Close() }
}

// TestRequestsAreLoggedBeforeWhatDependsOnThem and as often as they are sent.
func TestRequestsAreLoggedBeforeWhatDependsOnThem(t *testing.T) {
	log, logger := newRecord()
	d, end := openNoisyPlugin(t, host.Options{Logger: logger})
	defer end()
	log.take()
	for range 200 {
		if _, err := d.HeadBucket(t.Context(), driver.HeadBucketRequest{Bucket: "three"}); err != nil {
			t.Fatal(err)
		}
		if lines := log.take(); strings.Count(lines, "msg=request method=HEAD url=\"http://h/three?X-Amz-Signature=***\" status=200 ms=1\n") != 5 {
			t.Fatalf("after a call there is %q", lines)
		}
	}
	seen := ""
	for bucket, err := range d.ListBuckets(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if seen += log.take(); !strings.Contains(seen, "url=http://h/"+bucket.Name+" ") {
			t.Fatalf("an item of page %s came before its request: %q", bucket.Name, seen)
		}
	}
}

// TestNothingOfTheLogIsLost when a call is interrupted, or the plugin ends in its middle.
func TestNothingOfTheLogIsLost(t *testing.T) {
	log, logger := newRecord()
	d, end := openNoisyPlugin(t, host.Options{Logger: logger})
	ctx, cancel := context.WithCancel(t.Context())
	called := make(chan error, 1)
	go func() {
		_, err := d.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: "wait"})
		called <- err
	}()
	seen := ""
	eventually(t, "no request was logged", func() bool { seen += log.take(); return strings.Contains(seen, "url=\"http://h/wait") })
	cancel()
	if err := <-called; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	end()
	if seen += log.take(); !strings.Contains(seen, `error="context canceled"`) {
		t.Errorf("in the end there is %q", seen)
	}

	d, end = openNoisyPlugin(t, host.Options{Logger: logger})
	defer end()
	if _, err := d.HeadBucket(t.Context(), driver.HeadBucketRequest{Bucket: "die"}); err == nil {
		t.Error("the call succeeded")
	}
	end()
	if seen = log.take(); !strings.Contains(seen, "url=\"http://h/die") {
		t.Errorf("after the plugin's end there is %q", seen)
	}
}

// TestLinesOfAnyPlugin are shown, without what is secret in them.
func TestLinesOfAnyPlugin(t *testing.T) {
	log, logger := newRecord()
	d, end := openNoisyPlugin(t, host.Options{Logger: logger})
	defer end()
	log.take()
	for _, c := range []struct{ line, want string }{
		{"text", `level=DEBUG msg="a line of text, with the password=*** in it" plugin=noisy`},
		{"hclog", `level=WARN msg=odd plugin=noisy a=one b=2 token=***`},
		{"no-log", `level=DEBUG msg="{\"some\": \"JSON\"}" plugin=noisy`},
		{"python", `level=DEBUG msg=request method=GET url="https://***@h/k?X-Amz-Signature=***" status=200 ms=1.5 request_id=17 own=x`},
		{"half", `level=DEBUG msg="no end of line" plugin=noisy`},
	} {
		if _, err := d.HeadBucket(t.Context(), driver.HeadBucketRequest{Bucket: c.line}); err != nil {
			t.Fatal(err)
		}
		if got := log.take(); got != c.want+"\n" {
			t.Errorf("%s:\n got %swant %s", c.line, got, c.want)
		}
	}
	if _, err := d.HeadBucket(t.Context(), driver.HeadBucketRequest{Bucket: "retry"}); err != nil {
		t.Fatal(err)
	}
	var ends []string
	for line := range strings.Lines(log.take()) {
		_, end, _ := strings.Cut(strings.TrimSpace(line), `***" `)
		ends = append(ends, end)
	}
	if got, want := strings.Join(ends, "; "), `status=503 code=SlowDown ms=0; status=500 ms=0 retry=1 because="503 SlowDown"; status=200 ms=0 retry=2 because=500`; got != want {
		t.Errorf("retries:\n got %s\nwant %s", got, want)
	}
}

// TestRequestsThatAreNotAsTheyShouldBe are breaches of the contract, in which no secret is repeated.
func TestRequestsThatAreNotAsTheyShouldBe(t *testing.T) {
	s := host.NewSupervisor(host.Options{Path: program(t, "noisy"), StartTimeout: patience})
	d, err := s.Open(t.Context(), driver.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"three", "text", "bare", "odd", "long", "python"} {
		if _, err := d.HeadBucket(t.Context(), driver.HeadBucketRequest{Bucket: line}); err != nil {
			t.Fatal(err)
		}
	}
	_ = d.Close() // all is read then
	breaches := s.Breaches()
	want := []string{"lacks its method", "a status that is none", "bytes, and fewer than 4096 are allowed", "a secret in its url"}
	if len(breaches) != len(want) || strings.Contains(strings.Join(breaches, ""), "hush") {
		t.Fatalf("got %q", breaches)
	}
	for i, part := range want {
		if !strings.Contains(breaches[i], part) {
			t.Errorf("got %q, want %s", breaches[i], part)
		}
	}
}

// TestTheHostSaysWhatItChose and why, and how the plugin started.
func TestTheHostSaysWhatItChose(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amz-Request-Id", "REQ17")
		w.WriteHeader(http.StatusNotFound)
	}))
	defer server.Close()
	path := program(t, "aws")
	log, logger := newRecord()
	d, err := host.Connect(t.Context(), host.Options{Logger: logger, Dirs: []string{filepath.Dir(path)}, StartTimeout: patience}, driver.Config{EndpointURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	_ = d.Close()
	lines := log.take()
	for _, want := range []string{
		`msg=request method=GET url=` + regexp.QuoteMeta(server.URL) + `/minio/health/live status=404 ms=[0-9.]+ request_id=REQ17`,
		`msg=backend name=aws why="it answers as S3 does.*" endpoint=`,
		`msg="plugin is started" name=aws path=` + regexp.QuoteMeta(path) + ` pinned=false`,
		`msg="plugin is ready" name=fine version=1.2.3 protocol=1 start_ms=[0-9.]+ open_ms=[0-9.]+`,
	} {
		if !regexp.MustCompile(want).MatchString(lines) {
			t.Errorf("no line matches %s in\n%s", want, lines)
		}
	}
}

// TestVariablesAskForTheLog where the options do not, and a healthy end is not warned of.
func TestVariablesAskForTheLog(t *testing.T) {
	for setting, want := range map[string]bool{"LOG=": false, "LOG=debug": true, "LOG=trace": true, "LOG=warn": false, "DEBUG=1": true, "DEBUG=0": false} {
		t.Setenv("S3_CREDENTIALS_LOG", "")
		t.Setenv("S3_CREDENTIALS_DEBUG", "")
		name, level, _ := strings.Cut(setting, "=")
		t.Setenv("S3_CREDENTIALS_"+name, level)
		var out bytes.Buffer
		d, end := openNoisyPlugin(t, host.Options{Log: &out})
		if _, err := d.HeadBucket(t.Context(), driver.HeadBucketRequest{Bucket: "three"}); err != nil {
			t.Fatal(err)
		}
		end()
		if got := strings.Contains(out.String(), "msg=request method=HEAD"); got != want || strings.Contains(out.String(), "WARN") {
			t.Errorf("with %s the log is %q", setting, out.String())
		}
	}
}
