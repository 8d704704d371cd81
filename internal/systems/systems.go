// Package systems starts the real systems that tests run on: MinIO, SeaweedFS, Ceph, moto and this project's sandbox. No program of this
// project imports it.
//
// A system starts when a test first asks for it, is shared by the tests of a package, and ends with the test process,
// however that ends (see guard.go). What must be built or installed first is cached outside of the clone (see cache.go).
package systems

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// System is a running server and the credentials of its administrator.
type System struct {
	// Name is "ceph", "garage", "minio", "seaweedfs", "moto", "moto-enforcing" or "sandbox".
	Name string
	// RunsOn describes the server: "minio (container, podman 4.3.1)", "minio (process)".
	RunsOn string
	// EndpointURL has no final slash.
	EndpointURL string
	Region      string
	// AccessKeyID and SecretAccessKey permit everything.
	AccessKeyID     string
	SecretAccessKey string
	// AdminURL and AdminToken are those of an API beside S3; empty for a system without one.
	AdminURL, AdminToken string
	// LogPath is the server's log file; empty if it has none.
	LogPath string
}

// Env is the environment of a child process that works on this system as its administrator. It hides the AWS variables
// and files of the person who runs the tests.
func (s *System) Env() []string {
	own := []string{
		"AWS_ACCESS_KEY_ID=" + s.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY=" + s.SecretAccessKey,
		"AWS_ENDPOINT_URL=" + s.EndpointURL,
		"AWS_REGION=" + s.Region,
		"AWS_DEFAULT_REGION=" + s.Region,
		"AWS_CONFIG_FILE=" + os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
		"AWS_EC2_METADATA_DISABLED=true",
	}
	return slices.Concat(withoutAWS(os.Environ()), own, s.AdminEnv())
}

// AdminEnv is what of Env names the API beside S3.
func (s *System) AdminEnv() []string {
	if s.AdminToken == "" {
		return nil
	}
	backend := "S3_CREDENTIALS_" + strings.ToUpper(s.Name)
	return []string{backend + "_ADMIN_URL=" + s.AdminURL, backend + "_ADMIN_TOKEN=" + s.AdminToken}
}

func withoutAWS(env []string) []string {
	return slices.DeleteFunc(env, func(entry string) bool { return strings.HasPrefix(entry, "AWS_") })
}

// Main runs the tests and ends every system of this process before it returns. TestMain calls it in packages whose tests
// must leave nothing behind when they end; elsewhere the systems end a moment later.
func Main(m *testing.M) {
	code := m.Run()
	stopAll()
	os.Exit(code)
}

// allowSkip names the variable that lists the systems whose tests may be skipped.
const allowSkip = "S3_CREDENTIALS_TEST_ALLOW_SKIP"

// missing ends the test: a missing system is a failure, unless skipping that system is allowed.
func missing(t testing.TB, name string, err error) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv(allowSkip), ","), name) {
		t.Skipf("%s is missing and may be skipped: %v", name, err)
	}
	t.Fatalf("%s is missing: %v (to skip its tests: %s=%s)", name, err, allowSkip, name)
}

// starter starts a system.
type starter func() (*System, *guard, error)

// fresh starts a system that ends with the test.
func fresh(t testing.TB, name string, start starter) *System {
	t.Helper()
	system, g, err := start()
	if err != nil {
		missing(t, name, err)
	}
	t.Cleanup(g.stop)
	return system
}

// shared is a system that starts once in this process.
type shared struct {
	once   sync.Once
	system *System
	err    error
}

func (s *shared) get(t testing.TB, name string, start starter) *System {
	t.Helper()
	s.once.Do(func() {
		if s.system, _, s.err = start(); s.err == nil {
			s.err = report("on " + s.system.RunsOn)
		}
	})
	if s.err != nil {
		missing(t, name, s.err)
	}
	copied := *s.system
	return &copied
}

// reportFile names the variable with the file that lists the started systems for the end of "make test".
const reportFile = "S3_CREDENTIALS_TEST_REPORT"

// Report adds a line to the end of "make test". Systems that start are reported automatically.
func Report(t testing.TB, format string, args ...any) {
	t.Helper()
	if err := report(fmt.Sprintf(format, args...)); err != nil {
		t.Error(err)
	}
}

func report(what string) error {
	path := os.Getenv(reportFile)
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("cannot note what runs: %w", err)
	}
	_, err = fmt.Fprintf(file, "%s\t%s\n", testedPackage(), what)
	return errors.Join(err, file.Close())
}

// testedPackage is the working folder of the tests, relative to the module's root.
func testedPackage() string {
	root, rootErr := moduleRoot()
	dir, err := os.Getwd()
	if rootErr != nil || err != nil {
		return "?"
	}
	return strings.TrimPrefix(dir, root+string(filepath.Separator))
}
