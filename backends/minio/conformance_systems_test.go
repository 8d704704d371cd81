//go:build systems

package minio_test

import (
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/backends/minio"
	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

func TestConformance(t *testing.T) {
	system := systems.MinIO(t)
	t.Logf("runs on %s", system.RunsOn)
	h := conformance.PresetMinIO.Harness()
	h.Open = minio.Open
	h.CheckTimeout = 10 * time.Minute // for machines that are busy
	h.Config = driver.Config{
		EndpointURL: system.EndpointURL, Region: system.Region,
		Credentials: &driver.Credentials{AccessKeyID: system.AccessKeyID, SecretAccessKey: system.SecretAccessKey},
	}
	h.Group, h.GroupMember = "conformance", "conformance-member"
	makeGroup(t, system, h.Group, h.GroupMember, "readonly")
	conformance.Run(t, h)
}
