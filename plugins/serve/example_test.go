package serve_test

import (
	"context"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/plugins/serve"
)

// acme is a backend that can do nothing yet: Unimplemented answers Unsupported for it.
type acme struct{ driver.Unimplemented }

func (*acme) Describe(context.Context) (driver.Description, error) {
	return driver.Description{Name: "acme", Version: "0.1"}, nil
}

func (*acme) Close() error { return nil }

func open(context.Context, driver.Config) (driver.Driver, error) { return &acme{}, nil }

// The whole main function of a plugin. Build it as s3-credentials-backend-acme into a folder of PATH.
func Example() {
	serve.Serve(open)
}
