package driver_test

import (
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// TestMissingNamesOnlyWaysOutThatThereAre asks backends with and without the capability that a hint needs.
func TestMissingNamesOnlyWaysOutThatThereAre(t *testing.T) {
	for missing, way := range map[driver.Capability]driver.Capability{
		driver.CapUsers: driver.CapSessions, driver.CapSessions: driver.CapUsers,
		driver.CapBucketPolicy: driver.CapPolicyInline, driver.CapBucketPolicyStatus: driver.CapBucketPolicy,
	} {
		with := driver.Description{Name: "x", Capabilities: []driver.Capability{way}}.Missing(missing)
		without := driver.Description{Name: "x"}.Missing(missing)
		if with.Hint == "" || without.Hint != "" || fault.CodeOf(without) != fault.Unsupported {
			t.Errorf("%s: %q with %s, and %q without", missing, with.Hint, way, without.Hint)
		}
	}
}
