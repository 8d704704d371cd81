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

// newRouter sends every request to the server of the service in its signature.
func newRouter() http.Handler {
	gateway, iam := proxyTo(gatewaySocket), proxyTo(iamSocket)
	sts := refuseLackingSTS(iam)
	return readFirst(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch signedService(r) {
		case "iam":
			iam.ServeHTTP(w, r)
		case "sts":
			sts.ServeHTTP(w, r)
		default: // S3, and requests without a signature
			gateway.ServeHTTP(w, r)
		}
	}))
}

// smallBody is how much of a request's body is read before the request is forwarded.
const smallBody = 1 << 20

// readFirst delays a server's answer until a small request has arrived. The gateway denies requests from their headers
// alone, and a client that is still sending then sees a closed connection instead of the answer.
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

// signedService is the service in the credential scope of a request's signature, KEY/DATE/REGION/SERVICE/aws4_request, from
// the header or, for a presigned URL, the query. It is empty without a signature.
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

// proxyTo forwards to a socket. It keeps the Host header and the query, which are signed.
func proxyTo(socket string) http.Handler {
	dialer := net.Dialer{}
	// No FlushInterval: aws-sdk-go-v2 occasionally loses a small answer whose headers arrive first (smithy-go then closes
	// the request's body, which the transport may take for a failed request).
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
		// The sandbox stands for AWS: who asks it what it is, gets no name of the gateway behind it.
		ModifyResponse: func(answer *http.Response) error { answer.Header.Set("Server", "s3-credentials-sandbox"); return nil },
		ErrorHandler:   unavailable,
	}
}

// copyBuffer is larger than usual because the router is an extra hop.
const copyBuffer = 128 << 10

// unavailable answers with an S3 error, which clients can parse.
func unavailable(w http.ResponseWriter, _ *http.Request, _ error) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(http.StatusServiceUnavailable)
	// An error means that the client has disconnected, the usual reason for this answer.
	_, _ = w.Write([]byte(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>ServiceUnavailable</Code>` +
		`<Message>the sandbox is not ready or shutting down</Message></Error>`))
}
