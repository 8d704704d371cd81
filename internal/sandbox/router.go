package sandbox

import (
	"context"
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
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch signedService(r) {
		case "iam":
			iam.ServeHTTP(w, r)
		case "sts":
			sts.ServeHTTP(w, r)
		default: // S3, and whoever has no signature
			gateway.ServeHTTP(w, r)
		}
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
		FlushInterval: -1,
		ErrorHandler:  unavailable,
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
