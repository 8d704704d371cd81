package driver_test

import (
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

func TestNamesOfTheWrongLength(t *testing.T) {
	rule := driver.NameRule{Min: 3, Max: 4}
	for name, says := range map[string]string{"": "it has 0 of at least 3 characters", "a": "it has 1 of at least 3 characters", "abcde": "has 5 characters, but at most 4"} {
		if err := rule.Check("user", name); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q gave %v", name, err)
		}
	}
	if err := rule.Check("user", "abc"); err != nil {
		t.Error(err)
	}
}
