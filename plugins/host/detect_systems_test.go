//go:build systems

package host_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/systems"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

func TestDetectRealSystems(t *testing.T) {
	for want, start := range map[string][]func(testing.TB) *systems.System{
		"ceph":      {systems.Ceph},
		"garage":    {systems.Garage},
		"minio":     {systems.MinIO},
		"seaweedfs": {systems.SeaweedFS},
		"aws":       {systems.Sandbox, systems.Moto},
	} {
		for _, system := range start {
			t.Run(want, func(t *testing.T) {
				s := system(t)
				// The first answer of moto is slow, as it loads what it needs.
				warm, err := http.Get(s.EndpointURL + "/minio/health/live")
				if err != nil {
					t.Fatal(err)
				}
				_ = warm.Body.Close()
				for _, endpoint := range []string{s.EndpointURL, s.EndpointURL + "/"} {
					got, err := host.Detect(context.Background(), endpoint, driver.Config{Timeout: time.Minute})
					if got != want || err != nil {
						t.Errorf("%s on %s is %q, %v", s.Name, s.RunsOn, got, err)
					}
				}
			})
		}
	}
}
