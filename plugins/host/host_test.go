package host_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

func TestLaunchOpenDescribeClose(t *testing.T) {
	path := program(t, "fine")
	began := time.Now()
	p, err := host.Launch(context.Background(), host.Options{Name: "fine", Dirs: []string{filepath.Dir(path)}})
	if err != nil {
		t.Fatal(err)
	}
	d, err := p.Open(context.Background(), driver.Config{})
	if err != nil {
		t.Fatal(err)
	}
	description, err := d.Describe(context.Background())
	if err != nil || description.Version != "1.2.3" {
		t.Fatalf("got %+v, %v", description, err)
	}
	opened := time.Since(began)
	began = time.Now()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("open %s close %s", opened, time.Since(began))
}
