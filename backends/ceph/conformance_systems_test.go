//go:build systems

package ceph

import (
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

func TestConformance(t *testing.T) {
	system := systems.Ceph(t)
	t.Logf("runs on %s", system.RunsOn)
	h := conformance.PresetCeph.Harness()
	h.Open, h.Config, h.CheckTimeout = Open, configOf(system), 10*time.Minute // for machines that are busy
	conformance.Run(t, h)
}

// configOf is how to reach a system as its administrator.
func configOf(s *systems.System) driver.Config {
	return driver.Config{EndpointURL: s.EndpointURL, Region: s.Region, Credentials: &driver.Credentials{
		AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey,
	}}
}
