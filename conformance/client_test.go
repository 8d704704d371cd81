package conformance_test

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/s3-credentials/s3-credentials/conformance"
)

// TestObjectClientTrusts asks a server whose certificate is its own authority, which the environment names.
func TestObjectClientTrusts(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	bundle := filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CA_BUNDLE", bundle)
	client, err := conformance.NewObjectClient(server.URL, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.(conformance.Requester).Do(t.Context(), conformance.Request{Method: http.MethodGet, Bucket: "any-bucket"})
	if err != nil || answer.Status != http.StatusNotFound {
		t.Errorf("%+v, %v", answer, err)
	}
}
