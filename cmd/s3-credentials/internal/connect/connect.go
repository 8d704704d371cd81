// Package connect finds the backend that a command is to work on, starts its plugin and opens an engine on it.
package connect

import (
	"context"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// Connect starts the backend that the options ask for. The function it returns ends it.
func Connect(ctx context.Context, env *cli.Env) (*core.Engine, func(), error) {
	options, err := Options(env.Common)
	if err != nil {
		return nil, nil, err
	}
	options.Name = env.Common.Backend
	opened, err := host.Connect(ctx, options, driver.Config{
		EndpointURL: env.Common.EndpointURL, Region: env.Common.Region, Profile: env.Common.Profile,
		Credentials: env.Credentials,
	})
	if err != nil {
		return nil, nil, err
	}
	end := func() {
		opened.Close() //nolint:errcheck // the result is there already
	}
	engine, err := core.New(ctx, opened)
	if err != nil {
		end()
		return nil, nil, err
	}
	return engine, end, nil
}

// Options returns how plugins are looked for and started.
func Options(common *cli.Common) (host.Options, error) {
	pins, err := common.PluginPins()
	return host.Options{Dirs: common.PluginDirs(), Pins: pins}, err
}
