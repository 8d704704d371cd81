package memory

import (
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

func TestEverySettingHasARow(t *testing.T) {
	for _, s := range driver.Settings() {
		row := settings[s]
		if row.action == "" || (row.read == nil) != s.Writable() {
			t.Errorf("%s, which is writable: %v, has the action %q and is read from other state: %v", s, s.Writable(), row.action, row.read != nil)
		}
	}
}
