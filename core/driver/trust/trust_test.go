package trust_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/driver/trust"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// TestTLS asks a server whose certificate is its own authority.
func TestTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	folder := t.TempDir()
	own := file(t, folder, "mc/certs/CAs/own.crt", server.Certificate().Raw)
	file(t, folder, "home/.mc/certs/CAs/public.crt", server.Certificate().Raw)
	other := file(t, folder, "other.pem", anotherAuthority(t))
	mc, home := filepath.Join(folder, "mc"), filepath.Join(folder, "home")
	for _, c := range []struct {
		name   string
		config driver.Config
		env    map[string]string
		ok     bool
	}{
		{name: "nothing"},
		{name: "AWS_CA_BUNDLE", env: map[string]string{"AWS_CA_BUNDLE": own}, ok: true},
		{name: "SSL_CERT_FILE", env: map[string]string{"SSL_CERT_FILE": own}, ok: true},
		{name: "mc", env: map[string]string{"MC_CONFIG_DIR": mc}, ok: true},
		{name: "mc at home", env: map[string]string{"HOME": home}, ok: true},
		{name: "a bundle", config: driver.Config{CABundle: own}, ok: true},
		{name: "a bundle in place of the environment's", config: driver.Config{CABundle: other}, env: map[string]string{"AWS_CA_BUNDLE": own}},
		{name: "AWS_CA_BUNDLE in place of all others", env: map[string]string{"AWS_CA_BUNDLE": other, "SSL_CERT_FILE": own, "MC_CONFIG_DIR": mc}},
		{name: "insecure", config: driver.Config{Insecure: true}, ok: true},
		{name: "insecure with a bundle", config: driver.Config{Insecure: true, CABundle: other}, ok: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			nothingSet(t)
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			secure, err := trust.TLS(c.config)
			if err != nil {
				t.Fatal(err)
			}
			client := http.Client{Transport: &http.Transport{TLSClientConfig: secure, DisableKeepAlives: true}}
			answer, err := client.Get(server.URL)
			if err == nil {
				_ = answer.Body.Close()
			}
			if ok := err == nil; ok != c.ok || !ok && !s3fault.IsCertificateError(err) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestBundleThatIsNone names the file, and where its name is from.
func TestBundleThatIsNone(t *testing.T) {
	folder := t.TempDir()
	empty := filepath.Join(folder, "empty")
	if err := os.WriteFile(empty, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{empty, filepath.Join(folder, "missing")} {
		nothingSet(t)
		_, err := trust.TLS(driver.Config{CABundle: path})
		if fault.CodeOf(err) != fault.InvalidArgument || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "AWS_CA_BUNDLE") {
			t.Errorf("got %v", err)
		}
		t.Setenv("AWS_CA_BUNDLE", path)
		_, err = trust.TLS(driver.Config{})
		if fault.CodeOf(err) != fault.InvalidArgument || !strings.Contains(err.Error(), "AWS_CA_BUNDLE names "+path) {
			t.Errorf("got %v", err)
		}
	}
}

// nothingSet removes from the environment what names authorities.
func nothingSet(t *testing.T) {
	for _, name := range []string{"AWS_CA_BUNDLE", "SSL_CERT_FILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("MC_CONFIG_DIR", "")
	t.Setenv("HOME", t.TempDir())
}

// file writes a certificate.
func file(t *testing.T, folder, name string, certificate []byte) string {
	path := filepath.Join(folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func anotherAuthority(t *testing.T) []byte {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true}
	made, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return made
}
