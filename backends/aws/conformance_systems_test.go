//go:build systems

package aws

import (
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

func TestConformanceOnSandbox(t *testing.T) {
	onPreset(t, conformance.PresetSandbox, systems.Sandbox(t))
}

// Moto takes much that AWS refuses. So each request is held against AWS's own models, too.
func TestConformanceOnMoto(t *testing.T) {
	system, checked := checkedByModels(t, systems.Moto(t))
	onPreset(t, conformance.PresetMoto, system, makeGroup(t))
	sendTheRest(t, system)
	checked.report(t)
}

func onPreset(t *testing.T, preset conformance.Preset, system *systems.System, group ...string) {
	t.Helper()
	clearEnvironment(t)
	h := preset.Harness()
	h.Open, h.Config, h.CheckTimeout = Open, configOf(system), 10*time.Minute // for machines that are busy
	for _, name := range group {
		h.Group, h.GroupMember = name, name+"-member"
	}
	conformance.Run(t, h)
}

// configOf is how to reach a system as its administrator.
func configOf(s *systems.System) driver.Config {
	return driver.Config{EndpointURL: s.EndpointURL, Region: s.Region, Credentials: &driver.Credentials{
		AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey,
	}}
}
