package minio

import (
	"cmp"
	"context"
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
	"github.com/s3-credentials/s3-credentials/core/driver/trust"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/mcalias"
)

// chain finds the credentials: in the request; in the named profile; in the variables and files of AWS's and MinIO's
// tools. It does not ask a metadata service: a MinIO server has none. The key of an alias comes with its URL.
func chain(cfg driver.Config) (found *credentials.Credentials, url string, err error) {
	if c := cfg.Credentials; c != nil {
		return credentials.NewStaticV4(c.AccessKeyID, c.SecretAccessKey, c.SessionToken), "", nil
	}
	if cfg.Profile != "" {
		return profile(cfg.Profile)
	}
	return credentials.NewChainCredentials([]credentials.Provider{
		&credentials.EnvAWS{}, &credentials.EnvMinio{}, &credentials.FileAWSCredentials{},
	}), "", nil
}

// profile is a profile of AWS's credentials or configuration file, or an alias of MinIO's client.
func profile(name string) (found *credentials.Credentials, url string, err error) {
	path := awsFile("AWS_SHARED_CREDENTIALS_FILE", "credentials")
	for _, in := range []struct{ path, section string }{{path, name}, {awsFile("AWS_CONFIG_FILE", "config"), "profile " + name}} {
		file, err := ini.LooseLoad(in.path)
		if err != nil {
			return nil, "", fault.New(fault.InvalidArgument, "the file %s cannot be read; it holds INI sections", in.path)
		}
		if s := file.Section(in.section); s.HasKey("aws_access_key_id") || s.HasKey("credential_process") {
			return credentials.New(&credentials.FileAWSCredentials{Filename: in.path, Profile: in.section}), "", nil
		}
	}
	if alias, ok := mcalias.Find(name); ok {
		return credentials.NewStaticV4(alias.AccessKey, alias.SecretKey, alias.SessionToken), alias.URL, nil
	}
	return nil, "", fault.New(fault.InvalidArgument,
		"there is no profile %q with a key in %s, nor an alias of that name in the configuration of mc", name, path)
}

// profileURL is the endpoint that the profile names, as AWS's SDK finds it: that of its section for S3, else its own; empty for none.
func profileURL(name string) string {
	name = cmp.Or(name, os.Getenv("AWS_PROFILE"), "default")
	section := "profile " + name
	if name == "default" {
		section = name
	}
	config, err := ini.LoadSources(ini.LoadOptions{Loose: true, AllowNestedValues: true}, awsFile("AWS_CONFIG_FILE", "config"))
	if err != nil {
		return ""
	}
	profile := config.Section(section)
	for _, line := range config.Section("services " + profile.Key("services").String()).Key("s3").NestedValues() {
		if key, url, _ := strings.Cut(line, "="); strings.TrimSpace(key) == "endpoint_url" {
			return strings.TrimSpace(url)
		}
	}
	if url := profile.Key("endpoint_url").String(); url != "" {
		return url
	}
	keys, err := ini.LooseLoad(awsFile("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
	if err != nil {
		return ""
	}
	return keys.Section(name).Key("endpoint_url").String()
}

// awsFile is the path of a file of AWS's tools.
func awsFile(variable, name string) string {
	path := os.Getenv(variable)
	if home, err := os.UserHomeDir(); path == "" && err == nil {
		path = filepath.Join(home, ".aws", name)
	}
	return path
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
	b.told.Do(func() {
		driver.Logger(ctx).Debug("credentials", "from", cmp.Or(b.given, foundIn(value)), "access_key_id", value.AccessKeyID)
	})
	return value, nil
}

// given says what of the configuration has the credentials; empty for nothing.
func given(cfg driver.Config) string {
	switch {
	case cfg.Credentials != nil:
		return "the configuration"
	case cfg.Profile != "":
		return "the profile or alias " + cfg.Profile
	}
	return ""
}

// foundIn says where the chain found the credentials.
func foundIn(value credentials.Value) string {
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "MINIO_ROOT_USER", "MINIO_ACCESS_KEY"} {
		if os.Getenv(name) == value.AccessKeyID {
			return "the variable " + name
		}
	}
	return awsFile("AWS_SHARED_CREDENTIALS_FILE", "credentials")
}

// newTransport is the transport of all clients.
func newTransport(cfg driver.Config, secure bool) (*http.Transport, error) {
	transport, err := minio.DefaultTransport(secure)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "no connection can be set up")
	}
	transport.ReadBufferSize, transport.WriteBufferSize = 256<<10, 256<<10
	if secure {
		transport.TLSClientConfig, err = trust.TLS(cfg)
	}
	return transport, err
}

// bounded keeps the limits of s3fault.Transport.
func bounded(next http.RoundTripper, timeout time.Duration) http.RoundTripper {
	return &s3fault.Transport{Next: next, Limits: s3fault.LimitsFor(timeout), Operation: operationOf}
}

// insisting repeats a look-up or a removal by the admin API that the server answers with an internal error. madmin repeats those that
// get no answer, or an unavailable server's; after the others, a rollback would leave a key.
type insisting struct{ next http.RoundTripper }

// insistPause is the time between two attempts.
const insistPause = 100 * time.Millisecond

func (i insisting) RoundTrip(req *http.Request) (*http.Response, error) {
	if sent, is := req.Context().Value(countKey{}).(*int); is {
		*sent++
	}
	for try := 1; ; try++ {
		answer, err := i.next.RoundTrip(req)
		repeatable := isAdmin(req) && (req.Method == http.MethodGet || req.Method == http.MethodDelete)
		if err != nil || answer.StatusCode != http.StatusInternalServerError || !repeatable || try == tries {
			return answer, err
		}
		_ = answer.Body.Close()
		select {
		case <-req.Context().Done():
			return nil, req.Context().Err()
		case <-time.After(insistPause):
		}
	}
}

// countKey is the key of a context's counter.
type countKey struct{}

// counting is a context that counts the requests sent with it: an answer to the second one may be about what the first one did.
func counting(ctx context.Context) (context.Context, *int) {
	sent := new(int)
	return context.WithValue(ctx, countKey{}, sent), sent
}

func isAdmin(req *http.Request) bool { return strings.HasPrefix(req.URL.Path, "/minio/admin/") }

// operationOf is s3fault.OperationOf for requests to S3: the admin API is no bucket.
func operationOf(req *http.Request) string {
	if isAdmin(req) {
		return s3fault.OtherAPI
	}
	return s3fault.OperationOf(req)
}
