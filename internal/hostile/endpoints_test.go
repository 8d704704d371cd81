//go:build systems && !windows

package hostile_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/internal/systems"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// attack is what an endpoint does with every request.
type attack func(w http.ResponseWriter, r *http.Request)

// hang never answers, or does not go on.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// repeat sends a text for ever.
func repeat(status int, text string) attack {
	block := bytes.Repeat([]byte(text), 1+(64<<10)/len(text))
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		for err := error(nil); err == nil && r.Method != http.MethodHead; {
			_, err = w.Write(block)
		}
	}
}

// answer sends a text with a status.
func answer(status int, text string) attack {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

// bomb is gzip of 2 GiB of white space, made once.
var bomb = sync.OnceValue(func() []byte {
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	block := bytes.Repeat([]byte(" "), 1<<20)
	for range 2 << 10 {
		_, _ = w.Write(block)
	}
	_ = w.Close()
	return packed.Bytes()
})

// unpacked sends the bomb, whether or not the client asked for gzip.
func unpacked(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	_, _ = w.Write(bomb())
}

// sameToken sends the same continuation token with every page, in the forms of S3 and of IAM.
func sameToken(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	switch {
	case r.Form.Get("Action") != "":
		_, _ = fmt.Fprintf(w, "<%[1]sResponse><%[1]sResult><IsTruncated>true</IsTruncated><Marker>m</Marker></%[1]sResult></%[1]sResponse>", r.Form.Get("Action"))
	case r.URL.Path == "/":
		_, _ = io.WriteString(w, "<ListAllMyBucketsResult><Buckets/><ContinuationToken>t</ContinuationToken></ListAllMyBucketsResult>")
	default:
		_, _ = io.WriteString(w, "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken></ListBucketResult>")
	}
}

// stops sends a part of each range of an object, and holds the rest.
func stops(w http.ResponseWriter, r *http.Request) {
	from := 0
	_, _ = fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from)
	w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-999999/1000000", from))
	w.Header().Set("Content-Length", strconv.Itoa(1_000_000-from))
	w.Header().Set("ETag", `"e"`)
	w.Header().Set("Last-Modified", "Tue, 24 Nov 2026 10:00:00 GMT")
	w.WriteHeader(http.StatusPartialContent)
	_, _ = w.Write(make([]byte, 1000))
	_ = http.NewResponseController(w).Flush()
	hang(w, r)
}

// drips begins an answer, and holds its end.
func drips(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, "<ListBucketResult>")
	_ = http.NewResponseController(w).Flush()
	hang(w, r)
}

// closes closes the connection without an answer.
func closes(w http.ResponseWriter, _ *http.Request) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close()
	}
}

// What is run against an endpoint.
var (
	whoami      = []string{"whoami"}
	listUsers   = []string{"list-users"}
	listBuckets = []string{"list-buckets"}
	listBucket  = []string{"list-bucket", "bucket"}
	session     = []string{"create", "bucket", "-d", "15m"}
	create      = []string{"create", "bucket"}
	getObject   = []string{"get-object", "bucket", "key", "-o", "got"}
	putObject   = []string{"put-object", "bucket", "key", "target"}
	deletion    = []string{"delete-objects", "bucket", "key"}
	getPolicy   = []string{"get-bucket-policy", "bucket"}
)

// soon makes the endpoint's time short, where its end is what is tested.
var soon = []string{"--timeout", "1"}

const aPage = "<!DOCTYPE html><html><body>Welcome</body></html>"

// attacks are what endpoints do, to which commands, on which backends, and what is said of it.
var attacks = map[string]struct {
	attack   attack
	backends string
	commands [][]string
	options  []string
	says     string
}{
	"silent":            {hang, "aws minio", [][]string{whoami, listUsers, listBucket, create, getObject, putObject}, soon, "did not answer within 1s"},
	"an endless error":  {repeat(500, "error"), "aws minio", [][]string{whoami, listUsers, listBucket, getObject, putObject}, nil, "sent an error of more than 1 MiB"},
	"a gzip bomb":       {unpacked, "aws", [][]string{whoami, listUsers, create}, nil, "sent an answer of more than 16 MiB"},
	"an endless text":   {repeat(200, " "), "aws minio", [][]string{whoami, listUsers, listBucket, putObject}, nil, "sent an answer of more than 16 MiB"},
	"an endless page":   {repeat(200, "<Contents><Key>k</Key></Contents>"), "aws minio", [][]string{listBucket, listBuckets}, nil, "with more than 500000 tags or values"},
	"a nested page":     {answer(200, strings.Repeat("<a>", 6<<20)), "aws minio", [][]string{listBucket, listBuckets}, nil, "with more than 500000 tags or values"},
	"a page too large":  {answer(200, "<ListBucketResult>"+strings.Repeat("<Contents/>", 100_000)+"</ListBucketResult>"), "aws minio", [][]string{listBucket}, nil, "100000 keys"},
	"nested values":     {repeat(200, `[{"a":`), "minio", [][]string{whoami}, nil, "with more than 500000 tags or values"},
	"the same token":    {sameToken, "aws", [][]string{listUsers, listBuckets, listBucket}, nil, "so that the listing never ends"},
	"the same token of": {sameToken, "minio", [][]string{listBucket}, nil, "so that the listing never ends"},
	"no end":            {drips, "aws minio", [][]string{listBucket, whoami}, soon, "began an answer, but did not end it within 2s"},
	"no end of objects": {stops, "aws minio", [][]string{getObject}, soon, "sent no byte of the object for 2s"},
	"nothing":           {answer(200, ""), "aws minio", [][]string{whoami, listUsers, listBuckets, listBucket, session, create, getObject, deletion, getPolicy}, nil, "answers, but not as an S3 system does"},
	"JSON":              {answer(200, "{}"), "aws minio", [][]string{listBuckets, listBucket, session, deletion}, nil, "answers, but not as an S3 system does"},
	"a web page":        {answer(200, aPage), "aws minio", [][]string{whoami, listUsers, listBuckets, listBucket, putObject, session}, nil, "answers, but not as an S3 system does"},
	"a refusing page":   {answer(403, aPage), "aws minio", [][]string{whoami, listBucket, putObject}, nil, "answers, but not as an S3 system does"},
	"an error as 200":   {answer(200, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"), "aws minio", [][]string{listBuckets, listBucket, session}, nil, "AccessDenied"},
	"closed":            {closes, "aws minio", [][]string{whoami, listUsers, listBucket, session}, nil, "closed the connection without an answer"},
}

// mostMemory is how much a plugin may need, in KiB.
const mostMemory = 100 << 10

// TestEndpoints runs commands against endpoints that do not answer as S3 does. Each ends with a sentence that names the
// endpoint, and within bounds of time and memory.
func TestEndpoints(t *testing.T) {
	most := 0
	var measuring sync.Mutex
	t.Run("attacks", func(t *testing.T) {
		for name, c := range attacks {
			for backend := range strings.FieldsSeq(c.backends) {
				for _, command := range c.commands {
					t.Run(strings.ReplaceAll(name, " ", "-")+"/"+backend+"/"+command[0], func(t *testing.T) {
						t.Parallel()
						kib := attacked(t, c.attack, backend, c.says, append(command[:len(command):len(command)], c.options...))
						measuring.Lock()
						defer measuring.Unlock()
						most = max(most, kib)
					})
				}
			}
		}
	})
	t.Logf("the most memory that a plugin needed is %d MiB", most>>10)
}

// TestEndpointsThatAreAsked have the backend found out.
func TestEndpointsThatAreAsked(t *testing.T) {
	for name, attack := range map[string]attack{
		"silent": hang, "endless": repeat(200, "x"), "bomb": unpacked, "nested": repeat(403, "<a>"), "drips": drips, "closes": closes, "nothing": answer(200, ""),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			attacked(t, attack, "", "", listBuckets)
		})
	}
}

// attacked runs a command against an endpoint, and returns the most memory that its plugin needed, in KiB.
func attacked(t *testing.T, attack attack, backend, says string, command []string) int {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A handler learns that its client is gone only after it has read the body.
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		attack(w, r)
	}))
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	peak := filepath.Join(t.TempDir(), "peak")
	v := newEndpointVictim(t, peak, append(command, "--endpoint-url", server.URL, "--access-key", "access", "--secret-key", "secretsecret"), backend)
	if code := v.run(); code != 1 {
		t.Errorf("exit code %d", code)
	}
	text := v.stderr.String()
	lines := strings.Split(strings.TrimSpace(text), "\n")
	last := lines[len(lines)-1]
	if !strings.HasPrefix(last, "Error: ") || says != "AccessDenied" && !strings.Contains(text, server.URL) || !strings.Contains(text, says) || len(text) > 2000 || strings.Contains(text, "EOF") {
		t.Errorf("%.2000s does not say %q of %s", text, says, server.URL)
	}
	if out := strings.TrimSpace(v.stdout.String()); out != "" && out != "[" {
		t.Errorf("stdout has %.200q", out)
	}
	v.leavesNothing()
	content, err := os.ReadFile(peak)
	if backend == "" && errors.Is(err, os.ErrNotExist) {
		return 0 // it ended before a plugin was started
	}
	peaks := strings.Fields(string(content))
	if len(peaks) == 0 {
		t.Fatalf("the memory was not measured: %v", err)
	}
	kib, convErr := strconv.Atoi(peaks[len(peaks)-1])
	if err != nil || convErr != nil {
		t.Fatalf("the memory was not measured: %v, %v", err, convErr)
	}
	if kib == 0 || kib > mostMemory {
		t.Errorf("the plugin needed %d KiB", kib)
	}
	return kib
}

// newEndpointVictim prepares a run with the project's own plugins, started through a script that writes down what memory they
// needed.
func newEndpointVictim(t *testing.T, peak string, command []string, backend string) *victim {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("memory is measured on Linux")
	}
	temp, err := os.MkdirTemp("", "v")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(temp) })
	v := &victim{T: t, mark: temp, folder: t.TempDir(), temp: temp, trace: filepath.Join(t.TempDir(), "trace")}
	v.write("target", "former")
	if backend != "" {
		command = append(command, "--backend", backend)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	home := t.TempDir()
	v.cmd = exec.CommandContext(ctx, systems.Binary(t, "s3-credentials"), append(command, "--plugin-dir", measuredPlugins(t))...)
	v.cmd.Dir, v.cmd.Stdout, v.cmd.Stderr, v.cmd.WaitDelay = v.folder, &v.stdout, &v.stderr, time.Second
	v.cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "TMPDIR="+temp, markVariable+"="+v.mark,
		peakVariable+"="+peak, pluginVariable+"="+filepath.Dir(systems.PluginBinary(t, "aws")))
	systems.PluginBinary(t, "minio")
	return v
}

// The project's own plugins, and where a run of one writes what memory it needed.
const (
	pluginVariable = "S3_CREDENTIALS_PLUGIN_TEST_MEASURED"
	peakVariable   = "S3_CREDENTIALS_PLUGIN_TEST_PEAK"
)

// measuredPlugins is a folder with plugins that run the project's own and measure them.
func measuredPlugins(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	folder := t.TempDir()
	for _, name := range []string{"aws", "minio"} {
		err = errors.Join(err, os.Symlink(self, filepath.Join(folder, host.Prefix+name)))
	}
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// measured runs the plugin of the project's own with the name that this one has.
func measured() {
	plugin := exec.Command(filepath.Join(os.Getenv(pluginVariable), filepath.Base(os.Args[0])))
	plugin.Stdin, plugin.Stdout, plugin.Stderr = os.Stdin, os.Stdout, os.Stderr
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM)
	if err := plugin.Start(); err != nil {
		os.Exit(1)
	}
	go measure(plugin.Process.Pid)
	_ = plugin.Wait() // the exit code says it
	os.Exit(plugin.ProcessState.ExitCode())
}

// measure writes down the most memory that a process has needed, as it grows: this process may be killed with it.
func measure(pid int) {
	for former := ""; ; time.Sleep(10 * time.Millisecond) {
		status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
		_, rest, _ := strings.Cut(string(status), "VmHWM:")
		peak, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
		if err != nil || peak == "" || peak == former {
			continue
		}
		former = peak
		file, err := os.OpenFile(os.Getenv(peakVariable), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err == nil {
			_, _ = file.WriteString(peak + "\n")
			_ = file.Close()
		}
	}
}
