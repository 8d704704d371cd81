//go:build systems

package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/systems"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// The scripts in "plugins" need the built plugins, those in "any" run on each of the systems, the others on the
// one their folder is named after.

func TestPlugins(t *testing.T) {
	program(t)
	runScripts(t, "plugins", testscript.Params{})
}

func TestOnSandbox(t *testing.T) { runOn(t, systems.Sandbox(t)) }

func TestOnMinIO(t *testing.T) { runOn(t, systems.MinIO(t)) }

// The scripts for any system expect no warning: they run where a key makes no others.
func TestOnSeaweedFS(t *testing.T) {
	t.Run("any", func(t *testing.T) { runScriptsOn(t, "any", systems.SeaweedFSStrict(t)) })
	t.Run("seaweedfs", func(t *testing.T) { runScriptsOn(t, "seaweedfs", systems.SeaweedFS(t)) })
}

func TestOnCeph(t *testing.T) { runOn(t, systems.Ceph(t)) }

func TestOnGarage(t *testing.T) { runOn(t, systems.Garage(t)) }

func TestOnMoto(t *testing.T) { runOn(t, systems.Moto(t)) }

func runOn(t *testing.T, system *systems.System) {
	t.Run("any", func(t *testing.T) { runScriptsOn(t, "any", system) })
	t.Run(system.Name, func(t *testing.T) { runScriptsOn(t, system.Name, system) })
}

// runScriptsOn runs scripts in which s3-credentials works on a system as its administrator, without an option. SEP is
// what stands between buckets in derived names. A condition is a system's name, or "has:" and a capability.
//
// The race detector sees each script on one system, those of "any" on the sandbox: a race between parts of the command line
// does not depend on the system. Without the detector the program starts in a tenth of the time.
func runScriptsOn(t *testing.T, folder string, system *systems.System) {
	bin := filepath.Dir(program(t))
	if folder == "any" && system.Name != "sandbox" {
		bin = filepath.Dir(systems.Binary(t, "s3-credentials"))
	}
	backend := "aws"
	if _, own := documented[system.Name]; own {
		backend = system.Name
	}
	capabilities := describedByPlugin(t, backend).Capabilities
	runScripts(t, folder, testscript.Params{
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", bin+string(filepath.ListSeparator)+env.Getenv("PATH"))
			env.Setenv("SEP", map[bool]string{true: "+", false: ","}[system.Name == "minio"])
			env.Setenv("S3_CREDENTIALS_ENDPOINT_URL", system.EndpointURL)
			env.Setenv("S3_CREDENTIALS_ACCESS_KEY", system.AccessKeyID)
			env.Setenv("S3_CREDENTIALS_SECRET_KEY", system.SecretAccessKey)
			env.Setenv("S3_CREDENTIALS_REGION", system.Region)
			env.Vars = append(env.Vars, system.AdminEnv()...)
			return nil
		},
		Condition: func(name string) (bool, error) {
			if capability, asks := strings.CutPrefix(name, "has:"); asks {
				return slices.Contains(capabilities, driver.Capability(capability)), nil
			}
			return name == system.Name, nil
		},
	})
}

// program is the path of s3-credentials, with the built plugins beside it.
func program(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("s3-credentials")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"aws", "minio"} {
		plugin := systems.PluginBinary(t, name)
		err := os.Symlink(plugin, filepath.Join(filepath.Dir(path), host.Prefix+name))
		if err != nil && !errors.Is(err, fs.ErrExist) {
			t.Fatal(err)
		}
	}
	return path
}
