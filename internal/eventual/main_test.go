//go:build systems

package eventual

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// cloud is what answers for AWS in this process. Go reads the address of a proxy once, so there is one for all tests.
var cloud *proxy

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "eventual")
	if err == nil {
		cloud, err = newProxy(folder)
	}
	if err == nil {
		err = useProxy()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(folder) // it is in the folder for temporary files
	os.Exit(code)
}

// useProxy makes this process, and what it starts, take the proxy for AWS.
func useProxy() error {
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "AWS_") || strings.HasSuffix(strings.ToUpper(name), "_PROXY") {
			if err := os.Unsetenv(name); err != nil {
				return err
			}
		}
	}
	for name, value := range map[string]string{
		"HTTPS_PROXY": cloud.url, "AWS_CA_BUNDLE": cloud.authority, "AWS_CONFIG_FILE": os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "us-east-1",
	} {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}
