package s3

import (
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

func TestEverySettingHasItsCalls(t *testing.T) {
	for _, s := range driver.Settings() {
		calls := settings[s]
		changes := calls.put != nil && calls.remove != nil && calls.notSet != ""
		if calls.get == nil || changes != s.Writable() {
			t.Errorf("%s, which is writable: %v, has the calls %+v", s, s.Writable(), calls)
		}
	}
}
