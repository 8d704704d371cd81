package conformance

import (
	"slices"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

func TestEveryWritableSettingIsChecked(t *testing.T) {
	for _, s := range driver.Settings() {
		has := slices.ContainsFunc(settingCases(), func(c settingCase) bool { return c.setting == s })
		if has != s.Writable() {
			t.Errorf("%s, which is writable: %v, has a case: %v", s, s.Writable(), has)
		}
	}
}
