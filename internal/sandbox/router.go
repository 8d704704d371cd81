package sandbox

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"time"
)

// newRouter sends every request to the server of the service that it was signed for.
func newRouter() http.Handler {
	gateway, iam := proxyTo(gatewaySocket), proxyTo(iamSocket)
	sts := refuseLackingSTS(iam)
	return readFirst(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch signedService(r) {
		case "iam":
			iam.ServeHTTP(w, r)
		case "sts":
			sts.ServeHTTP(w, r)
		default: // S3, and whoever has no signature
			gateway.ServeHTTP(w, r)
		}
	}))
}

// smallBody is what is read of a request's body before the request goes on.
const smallBody = 1 << 20

// readFirst keeps a server's answer back until the request has arrived, if it is small. The gateway denies what it
// can from the headers alone, and clients that are still sending then lose the answer: they see a closed connection.
func readFirst(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin, err := io.ReadAll(io.LimitReader(r.Body, smallBody))
		if err != nil {
			unavailable(w, r, err)
			return
		}
		rest := r.Body
		if len(begin) < smallBody {
			rest = http.NoBody
		}
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(begin), rest), r.Body}
		next.ServeHTTP(w, r)
	})
}

// signedService is the service in the credential scope of a request's signature, in its header or, for a presigned
// URL, in its query: KEY/DATE/REGION/SERVICE/aws4_request. Empty where there is no signature.
func signedService(r *http.Request) string {
	credential := r.URL.Query().Get("X-Amz-Credential")
	if _, rest, ok := strings.Cut(r.Header.Get("Authorization"), "Credential="); ok {
		credential, _, _ = strings.Cut(rest, ",")
	}
	parts := strings.Split(strings.TrimSpace(credential), "/")
	if len(parts) < 5 {
		return ""
	}
	return parts[len(parts)-2] // from the end: an access key may have slashes
}

// proxyTo forwards to a socket and changes nothing that is signed: not the Host header, not the query.
func proxyTo(socket string) http.Handler {
	dialer := net.Dialer{}
	// Answers are not flushed piece by piece: aws-sdk-go-v2 loses a small one whose headers come alone, now and then
	// (smithy-go closes the request's body on seeing them, which the transport may take for a failed request).
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", "sandbox"
			r.Out.Host = r.In.Host
			r.Out.URL.RawQuery = r.In.URL.RawQuery
		},
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return dialer.DialContext(ctx, "unix", socket)
			},
			DisableCompression:    true,
			MaxIdleConnsPerHost:   64,
			IdleConnTimeout:       time.Minute,
			ExpectContinueTimeout: time.Second,
			WriteBufferSize:       copyBuffer,
			ReadBufferSize:        copyBuffer,
		},
		ErrorHandler: unavailable,
	}
}

// copyBuffer is larger than usual because everything passes through here once more than on a real system.
const copyBuffer = 128 << 10

// unavailable answers in the words of S3, since clients try to read errors as such.
func unavailable(w http.ResponseWriter, _ *http.Request, _ error) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(http.StatusServiceUnavailable)
	// A client that is gone is the usual reason to be here; it will not read this.
	_, _ = w.Write([]byte(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>ServiceUnavailable</Code>` +
		`<Message>the sandbox is not ready or shutting down</Message></Error>`))
}
