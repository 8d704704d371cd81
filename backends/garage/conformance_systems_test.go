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
	conformance.Run(t, conformance.Harness{
		Open: Open, CheckTimeout: 10 * time.Minute, // for machines that are busy
		Config: driver.Config{EndpointURL: s.EndpointURL, Credentials: &driver.Credentials{
			AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey,
		}},
		NotEnforced: map[conformance.Rule]string{conformance.RuleSettingValues: "the server takes any word as a method of a CORS rule"},
	})
}
