package host

import (
	"context"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// What the tests of the package see besides its public surface.
func Detect(ctx context.Context, endpointURL string, config driver.Config) (string, error) {
	found, err := detect(ctx, Options{}, endpointURL, config)
	return found.name, err
}

// WithAutoMTLS are options that make the connection use certificates.
var WithAutoMTLS = Options{autoMTLS: true}

// PID returns the process's id; 0 if somebody else started the plugin.
func (p *Plugin) PID() int {
	if p.process == nil {
		return 0
	}
	return p.process.cmd.Process.Pid
}
