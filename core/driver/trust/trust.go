// Package trust says whose certificates are accepted: one set of certificate authorities for whoever asks an endpoint what it is, and for
// all clients of all backends.
//
//	secure, err := trust.TLS(config)
//	transport := http.DefaultTransport.(*http.Transport).Clone()
//	transport.TLSClientConfig = secure
package trust

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/mcalias"
)

// TLS returns the configuration of TLS for all connections to a system. Its authorities are those of [Bundle] and no others, as with AWS's
// own tools. Without a bundle, they are the operating system's, those in the file that SSL_CERT_FILE names, and those in the folder
// certs/CAs of the configuration of mc. The error is Bundle's.
func TLS(config driver.Config) (*tls.Config, error) {
	secure := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: config.Insecure} //nolint:gosec // a user asked for it
	bundle, err := Bundle(config)
	switch {
	case err != nil:
		return nil, err
	case bundle != nil:
		secure.RootCAs = x509.NewCertPool()
		secure.RootCAs.AppendCertsFromPEM(bundle)
	default:
		secure.RootCAs = withSystem(further())
	}
	return secure, nil
}

// Bundle returns the certificates, in PEM, in the file of config.CABundle, else in that of AWS_CA_BUNDLE; nil if neither names one. It
// fails with InvalidArgument if there is no certificate in the file.
func Bundle(config driver.Config) ([]byte, error) {
	path, from := config.CABundle, ""
	if path == "" {
		path, from = os.Getenv("AWS_CA_BUNDLE"), "AWS_CA_BUNDLE names "
	}
	if path == "" {
		return nil, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Wrap(fault.InvalidArgument, err, "%s%s, which cannot be read: it must be a file of certificates in PEM", from, path)
	}
	if !x509.NewCertPool().AppendCertsFromPEM(content) {
		return nil, fault.New(fault.InvalidArgument, "%s%s, which holds no certificate that can be read: it must be in PEM", from, path)
	}
	return content, nil
}

// further returns the files of authorities that stand beside the operating system's. What cannot be read is left out, as by the programs that
// they are for.
func further() [][]byte {
	paths := []string{os.Getenv("SSL_CERT_FILE")} // Go reads it on some systems alone
	if folder := mcalias.Authorities(); folder != "" {
		entries, _ := os.ReadDir(folder)
		for _, entry := range entries {
			paths = append(paths, filepath.Join(folder, entry.Name()))
		}
	}
	var found [][]byte
	for _, path := range paths {
		if content, err := os.ReadFile(path); path != "" && err == nil {
			found = append(found, content)
		}
	}
	return found
}

// withSystem returns the operating system's authorities and those in the files; nil, which stands for the system's alone, if there are no others.
func withSystem(files [][]byte) *x509.CertPool {
	if len(files) == 0 {
		return nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	for _, content := range files {
		pool.AppendCertsFromPEM(content)
	}
	return pool
}
