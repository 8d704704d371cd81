package driver_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// TestUnknownSettingsAreRefused has one that the backend has, one that another backend of the run has, and one that none has.
func TestUnknownSettingsAreRefused(t *testing.T) {
	garage, aws := driver.Description{Name: "garage", Settings: []string{"admin-token", "admin-url"}}, driver.Description{Name: "aws"}
	known := map[string]string{"admin-url": "u"}
	if err := errors.Join(garage.CheckSettings(known), aws.CheckSettings(known, garage), aws.CheckSettings(nil)); err != nil {
		t.Error(err)
	}
	for says, err := range map[string]error{
		"no setting \"url\"; it has admin-token, admin-url": garage.CheckSettings(map[string]string{"url": "secret"}),
		"the aws backend has no settings":                   aws.CheckSettings(known),
	} {
		if !errors.Is(err, fault.InvalidArgument) || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v", err)
		}
	}
}
