package main

import (
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

func TestEverySettingHasItsText(t *testing.T) {
	for _, s := range driver.Settings() {
		if text := settingTextOf(s); text == nil || text.value == nil {
			t.Errorf("%s has no text", s)
		}
	}
}
