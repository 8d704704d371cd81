//go:build systems && !windows

package hostile_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
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

// within sends a text within the root element of what was asked for.
func within(text string) attack {
	return func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		root := "ListBucketResult"
		switch {
		case r.Form.Get("Action") != "":
			root = r.Form.Get("Action") + "Response"
		case r.Form.Has("location"):
			root = "LocationConstraint"
		case r.URL.Path == "/":
			root = "ListAllMyBucketsResult"
		}
		_, _ = fmt.Fprintf(w, "<%s>%s</%s>", root, text, root)
	}
}

// bomb is gzip of 256 MiB of white space, made once. A test makes it before the client begins to wait for it.
var bomb = sync.OnceValue(func() []byte {
	var packed bytes.Buffer
	w, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	block := bytes.Repeat([]byte(" "), 1<<20)
	for range 256 {
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

// chats speaks another protocol.
func chats(w http.ResponseWriter, _ *http.Request) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_, _ = io.WriteString(conn, "SSH-2.0-OpenSSH_9.9\r\n")
		_ = conn.Close()
	}
}

// circle has two pages of a listing that name each other as the next one.
func circle(w http.ResponseWriter, r *http.Request) {
	next := map[string]string{"a": "b"}[r.URL.Query().Get("continuation-token")]
	if next == "" {
		next = "a"
	}
	_, _ = fmt.Fprintf(w, "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>%s</NextContinuationToken></ListBucketResult>", next)
}

// sinks takes an object, and says nothing of it.
func sinks(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPut {
		_, _ = io.WriteString(w, `<LocationConstraint/>`)
	}
}
