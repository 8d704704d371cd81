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
	h := onSystem(t, "aws", systems.Sandbox(t))
	h.Lacks = map[driver.Capability]string{
		driver.CapPolicyManaged:           "the sandbox has no managed policies",
		driver.CapPolicyBoundary:          "the sandbox makes users without the boundary",
		driver.CapSessions:                "the sandbox has no AssumeRole",
		driver.CapBucketPublicAccessBlock: "the sandbox has no public access block",
	}
	h.NotEnforced = map[conformance.Rule]string{conformance.RuleBoundaries: "the sandbox makes users without the boundary"}
	conformance.Run(t, h)
}

func TestPluginMinIO(t *testing.T) {
	h := onSystem(t, "minio", systems.MinIO(t))
	h.ManagedPolicy = "readonly"
	conformance.Run(t, h)
}

// onSystem starts a backend's program for a system.
func onSystem(t *testing.T, name string, system *systems.System) conformance.Harness {
	t.Helper()
	t.Logf("runs on %s", system.RunsOn)
	plugin := host.NewSupervisor(host.Options{Path: systems.PluginBinary(t, name)})
	t.Cleanup(func() {
		if crashes := plugin.Crashes(); len(crashes) > 0 {
			t.Errorf("the plugin ended by itself: %q", crashes)
		}
	})
	return conformance.Harness{
		Open: plugin.Open,
		Config: driver.Config{
			EndpointURL: system.EndpointURL, Region: system.Region,
			Credentials: &driver.Credentials{AccessKeyID: system.AccessKeyID, SecretAccessKey: system.SecretAccessKey},
		},
	}
}
