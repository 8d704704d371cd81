package host_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/plugins/host"
	"github.com/s3-credentials/s3-credentials/plugins/serve"
	"github.com/s3-credentials/s3-credentials/plugins/wire"
)

// TestMain makes this test binary play every part: the tests, a plugin that behaves as the name of its file says, and
// a host that is to be killed.
func TestMain(m *testing.M) {
	base := filepath.Base(os.Args[0])
	if behave, ok := behaviours[strings.TrimPrefix(base, host.Prefix)]; ok {
		behave()
		return
	}
	os.Exit(m.Run())
}

// behaviours are the plugins, by name.
var behaviours = map[string]func(){
	"fine": func() { serve.Serve(openFake) },
	"crash": func() {
		fmt.Fprintln(os.Stderr, "cannot find my libraries")
		os.Exit(3)
	},
}

type fake struct{ driver.Unimplemented }

func openFake(context.Context, driver.Config) (driver.Driver, error) { return &fake{}, nil }

func (*fake) Describe(context.Context) (driver.Description, error) {
	return driver.Description{Name: "fine", Version: "1.2.3"}, nil
}

func (*fake) Close() error { return nil }

// program makes a plugin of the given name in a folder of its own, and returns its file.
func program(t testing.TB, name string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), host.Prefix+name)
	if err := os.Link(self, path); err != nil {
		data, err := os.ReadFile(self)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

var _ = wire.ProtocolVersion
