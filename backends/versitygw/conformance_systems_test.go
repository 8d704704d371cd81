//go:build systems

package versitygw

import (
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// The sandbox is VersityGW with its standalone IAM.
func TestConformance(t *testing.T) {
	s := systems.Sandbox(t)
	h := conformance.PresetVersityGW.Harness()
	h.Open, h.CheckTimeout = Open, 10*time.Minute // for machines that are busy
	h.Config = driver.Config{EndpointURL: s.EndpointURL, Region: s.Region, Credentials: &driver.Credentials{
		AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey,
	}}
	conformance.Run(t, h)
}
