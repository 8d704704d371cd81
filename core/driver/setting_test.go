package driver_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// TestEachFieldOfBucketSettingIsOneSetting sets each field alone, and two together.
func TestEachFieldOfBucketSettingIsOneSetting(t *testing.T) {
	var found []driver.Setting
	kind := reflect.TypeFor[driver.BucketSetting]()
	for i := range kind.NumField() {
		var value driver.BucketSetting
		set := func(field int) {
			reflect.ValueOf(&value).Elem().Field(field).Set(reflect.New(kind.Field(field).Type.Elem()))
		}
		set(i)
		setting := value.Setting()
		if setting == "" || slices.Contains(found, setting) {
			t.Errorf("%s alone is the setting %q", kind.Field(i).Name, setting)
		}
		if want := driver.Capability("bucket." + setting); setting.Capability() != want || !slices.Contains(driver.AllCapabilities(), want) {
			t.Errorf("the capability of %s is %q", setting, setting.Capability())
		}
		found = append(found, setting)
		set((i + 1) % kind.NumField())
		if setting := value.Setting(); setting != "" {
			t.Errorf("two fields are the setting %q", setting)
		}
	}
	if all := driver.Settings(); len(all) != len(found) {
		t.Errorf("the settings are %v, and the fields are for %v", all, found)
	}
	unknown := driver.Setting("unknown")
	if unknown.Capability() != "" || unknown.Writable() || (driver.BucketSetting{}).Setting() != "" {
		t.Error("what is no setting is one")
	}
}
