//go:build systems

package conformance_test

import (
	"testing"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/systems"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

func TestMain(m *testing.M) { systems.Main(m) }

// The programs that are shipped, each on a system that enforces what it says.

func TestPluginAWSOnSandbox(t *testing.T) {
	onSystem(t, "aws", conformance.PresetSandbox, systems.Sandbox(t))
}

func TestPluginMinIO(t *testing.T) {
	onSystem(t, "minio", conformance.PresetMinIO, systems.MinIO(t))
}

// onSystem runs the suite on a backend's program.
func onSystem(t *testing.T, name string, preset conformance.Preset, system *systems.System) {
	t.Helper()
	t.Logf("runs on %s", system.RunsOn)
	plugin := host.NewSupervisor(host.Options{Path: systems.PluginBinary(t, name)})
	h := preset.Harness()
	h.Open, h.Process = plugin.Open, plugin
	h.Quick = true // the backends' own tests run the whole suite on the same systems
	h.Config = driver.Config{
		EndpointURL: system.EndpointURL, Region: system.Region,
		Credentials: &driver.Credentials{AccessKeyID: system.AccessKeyID, SecretAccessKey: system.SecretAccessKey},
	}
	conformance.Run(t, h)
}
