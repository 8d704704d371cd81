package host_test

import (
	"context"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

func TestDetectRealSystems(t *testing.T) {
	for want, start := range map[string][]func(testing.TB) *systems.System{
		"minio": {systems.MinIO},
		"aws":   {systems.Sandbox, systems.Moto},
	} {
		for _, system := range start {
			s := system(t)
			for _, endpoint := range []string{s.EndpointURL, s.EndpointURL + "/"} {
				got, err := host.Detect(context.Background(), endpoint)
				if got != want || err != nil {
					t.Errorf("%s on %s is %q, %v", s.Name, s.RunsOn, got, err)
				}
			}
		}
	}
}
