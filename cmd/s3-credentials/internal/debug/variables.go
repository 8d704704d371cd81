package debug

import (
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// variables are those that decide what a run does; a final "*" matches any suffix.
var variables = []string{
	"S3_CREDENTIALS_*", "AWS_*", "MINIO_*", "MC_*", "SSL_CERT_FILE", "SSL_CERT_DIR",
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
}

// Variables returns the names of the variables of this process's environment that may decide what a run does, sorted.
func Variables() []string {
	var names []string
	for _, setting := range os.Environ() {
		name, value, _ := strings.Cut(setting, "=")
		if value != "" && slices.ContainsFunc(variables, func(pattern string) bool {
			prefix, open := strings.CutSuffix(pattern, "*")
			return name == pattern || open && strings.HasPrefix(name, prefix)
		}) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// secretsOfEnvironment are the secrets that this process's environment holds. The password in a URL, as of an alias of mc or a proxy, is one.
func secretsOfEnvironment() []string {
	var secrets []string
	for _, name := range Variables() {
		value := os.Getenv(name)
		if driver.IsSecret(name) && !strings.HasSuffix(name, "_FILE") && !strings.HasSuffix(name, "_URI") { // those are where a secret is
			secrets = append(secrets, value)
		}
		if u, err := url.Parse(value); err == nil && u.User != nil {
			password, _ := u.User.Password()
			secrets = append(secrets, password)
		}
	}
	return secrets
}
