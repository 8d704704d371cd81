//go:build systems

package garage

import (
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

func TestConformance(t *testing.T) {
	s := systems.Garage(t)
	t.Setenv(adminURL, s.AdminURL)
	t.Setenv(adminToken, s.AdminToken)
	h := conformance.PresetGarage.Harness()
	h.Open, h.CheckTimeout = Open, 10*time.Minute // for machines that are busy
	h.Config = driver.Config{EndpointURL: s.EndpointURL, Credentials: &driver.Credentials{AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey}}
	conformance.Run(t, h)
}
