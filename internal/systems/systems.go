// Package systems starts the real systems that the tests run on: MinIO, moto and this project's own sandbox. Nothing
// here is imported by a program of this project.
//
// A system is started the first time a test of a package asks for it, is shared by the tests of that package, and ends
// with the test process, however that ends (see guard.go). What has to be built or installed first goes into a cache
// outside of the clone (see cache.go), once.
package systems

import (
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
	// Name is "minio", "moto", "moto-enforcing" or "sandbox".
	Name string
	// RunsOn says what runs and where: "minio (container, podman 4.3.1)", "minio (process)".
	RunsOn string
	// EndpointURL has no final slash.
	EndpointURL string
	Region      string
	// AccessKeyID and SecretAccessKey may do everything.
	AccessKeyID     string
	SecretAccessKey string
	// LogPath is the file with what the server printed; empty where it went elsewhere.
	LogPath string
}

// Env is the environment of a child process that is to work on this system as its administrator. The variables it
// sets replace those of the same name in this process's environment; files of the person who runs the tests are out
// of its sight.
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
	return append(withoutAWS(os.Environ()), own...)
}

func withoutAWS(env []string) []string {
	return slices.DeleteFunc(env, func(entry string) bool { return strings.HasPrefix(entry, "AWS_") })
}

// Main runs the tests and ends every system of this process before it returns. A package whose tests must leave
// nothing behind at the moment they end calls it from TestMain; in others the systems end a moment later.
func Main(m *testing.M) {
	code := m.Run()
	stopAll()
	os.Exit(code)
}

// allowSkip names the variable that lists the systems whose tests may be skipped where they cannot run.
const allowSkip = "S3_CREDENTIALS_TEST_ALLOW_SKIP"

// missing ends the test: a system that is not there is a failure, unless skipping just that one was allowed.
func missing(t testing.TB, name string, err error) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv(allowSkip), ","), name) {
		t.Skipf("%s is missing and may be skipped: %v", name, err)
	}
	t.Fatalf("%s is missing: %v (to skip its tests: %s=%s)", name, err, allowSkip, name)
}

// shared starts a system once in this process.
type shared struct {
	once   sync.Once
	system *System
	err    error
}

func (s *shared) get(t testing.TB, name string, start func() (*System, error)) *System {
	t.Helper()
	s.once.Do(func() {
		if s.system, s.err = start(); s.err == nil {
			s.err = report("on " + s.system.RunsOn)
		}
	})
	if s.err != nil {
		missing(t, name, s.err)
	}
	copied := *s.system
	return &copied
}

// reportFile names the variable with the file that collects which systems were started, for the end of "make test".
const reportFile = "S3_CREDENTIALS_TEST_REPORT"

// Report notes what ran, for the end of "make test", beside the systems that are noted by themselves.
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
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	return err
}

// testedPackage is the folder of the tests that run, from the root of the module.
func testedPackage() string {
	dir, err := os.Getwd()
	if err != nil {
		return "?"
	}
	root, err := moduleRoot()
	if err != nil {
		return dir
	}
	relative, err := filepath.Rel(root, dir)
	if err != nil {
		return dir
	}
	return relative
}
