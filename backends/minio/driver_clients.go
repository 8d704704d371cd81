package minio

import (
	"context"
	"crypto/x509"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"gopkg.in/ini.v1"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// chain finds the credentials: in the request; in the named profile; in the variables and files of AWS's and MinIO's
// tools. It does not ask a metadata service: a MinIO server has none.
func chain(cfg driver.Config) (*credentials.Credentials, error) {
	if c := cfg.Credentials; c != nil {
		return credentials.NewStaticV4(c.AccessKeyID, c.SecretAccessKey, c.SessionToken), nil
	}
	if cfg.Profile != "" {
		return profile(cfg.Profile)
	}
	return credentials.NewChainCredentials([]credentials.Provider{
		&credentials.EnvAWS{}, &credentials.EnvMinio{}, &credentials.FileAWSCredentials{},
	}), nil
}

// profile is a profile of AWS's credentials file, or an alias of MinIO's client.
func profile(name string) (*credentials.Credentials, error) {
	path := os.Getenv("AWS_SHARED_CREDENTIALS_FILE")
	if home, err := os.UserHomeDir(); path == "" && err == nil {
		path = filepath.Join(home, ".aws", "credentials")
	}
	file, err := ini.LooseLoad(path)
	if err != nil {
		return nil, fault.New(fault.InvalidArgument, "the credentials file %s cannot be read; it holds INI sections", path)
	}
	if file.HasSection(name) {
		return credentials.New(&credentials.FileAWSCredentials{Filename: path, Profile: name}), nil
	}
	alias := &credentials.FileMinioClient{Alias: name}
	if value, err := alias.Retrieve(); err == nil && value.AccessKeyID != "" {
		return credentials.New(alias), nil
	}
	return nil, fault.New(fault.InvalidArgument,
		"there is no profile %q in %s, nor an alias of that name in the configuration of mc", name, path)
}

// identity returns the credentials in use.
func (b *backend) identity(ctx context.Context) (credentials.Value, error) {
	value, err := b.credentials.GetWithContext(&credentials.CredContext{Client: b.http, Context: ctx})
	if err != nil {
		return value, fault.Wrap(fault.Unauthenticated, err, "the configured credentials cannot be had; check the profile")
	}
	switch {
	case value.AccessKeyID == "" && value.SecretAccessKey == "":
		return value, s3fault.NoCredentials(nil)
	case value.AccessKeyID == "" || value.SecretAccessKey == "":
		return value, fault.New(fault.Unauthenticated, "the credentials are half there: both an access key and its secret key are needed")
	}
	return value, nil
}

// newTransport is the transport of all clients. It trusts the operating system's certificate authorities and those that
// the environment names.
func newTransport(secure bool) (*http.Transport, error) {
	transport, err := minio.DefaultTransport(secure)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "no connection can be set up")
	}
	transport.ReadBufferSize, transport.WriteBufferSize = 256<<10, 256<<10
	bundle := os.Getenv("AWS_CA_BUNDLE")
	if !secure || bundle == "" {
		return transport, nil
	}
	pem, err := os.ReadFile(bundle)
	roots := transport.TLSClientConfig.RootCAs
	if roots == nil {
		if roots, _ = x509.SystemCertPool(); roots == nil {
			roots = x509.NewCertPool()
		}
	}
	if err != nil || !roots.AppendCertsFromPEM(pem) {
		return nil, fault.New(fault.InvalidArgument, "AWS_CA_BUNDLE names %s, which holds no certificate that can be read", bundle)
	}
	transport.TLSClientConfig.RootCAs = roots
	return transport, nil
}

// bounded keeps the limits of s3fault.Transport.
func bounded(next http.RoundTripper, timeout time.Duration) http.RoundTripper {
	return &s3fault.Transport{Next: next, Limits: s3fault.LimitsFor(timeout), Operation: operationOf}
}

// operationOf is s3fault.OperationOf for requests to S3: the admin API is no bucket.
func operationOf(req *http.Request) string {
	if strings.HasPrefix(req.URL.Path, "/minio/admin/") {
		return ""
	}
	return s3fault.OperationOf(req)
}
