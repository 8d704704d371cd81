package conformance_test

import (
	"context"
	"reflect"
	"sync"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

func TestEveryMethodRunsAtTheSameTimeAsOthers(t *testing.T) {
	var called sync.Map
	system := memory.New(memory.Options{Before: func(_ context.Context, method string) error {
		called.Store(method, true)
		return nil
	}})
	if got := outcome(t, system.Open, harness(system), "methods run at the same time and each has its own answer"); got != "" {
		t.Error(got)
	}
	methods := reflect.TypeFor[driver.Driver]()
	for i := range methods.NumMethod() {
		name := methods.Method(i).Name
		if _, ok := called.Load(name); !ok && name != "Describe" && name != "Close" {
			t.Errorf("%s was not called", name)
		}
	}
}
