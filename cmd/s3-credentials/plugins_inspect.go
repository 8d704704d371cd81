package main

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// inspected is a plugin with the results of starting it.
type inspected struct {
	found       host.Found
	description driver.Description
	// protocol is 0 for a plugin that did not start.
	protocol int
	checksum string
	pinned   bool
	// problem says why it does not start; empty if it does.
	problem string
}

// inspectAtOnce is how many plugins start at the same time.
const inspectAtOnce = 4

// inspectPlugins starts each plugin, including shadowed ones, and asks for its description.
func inspectPlugins(ctx context.Context, env *cli.Env, options host.Options, found []host.Found) []inspected {
	all := make([]inspected, len(found))
	var group errgroup.Group
	group.SetLimit(inspectAtOnce)
	for i, f := range found {
		group.Go(func() error {
			all[i] = inspectPlugin(ctx, env, options, f)
			return nil
		})
	}
	_ = group.Wait() // it never fails: problems are in the results
	return all
}

func inspectPlugin(ctx context.Context, env *cli.Env, options host.Options, f host.Found) inspected {
	p := inspected{found: f}
	_, p.pinned = options.Pins[f.Name]
	// A file that cannot be read has no checksum; starting it says why.
	p.checksum, _ = host.Checksum(f.Path)
	options.Name, options.Path = f.Name, f.Path
	plugin, err := host.Launch(ctx, options)
	if err != nil {
		p.problem = env.Sentence(err)
		return p
	}
	defer plugin.Close() //nolint:errcheck // the plugin has answered already
	d, err := plugin.Open(ctx, connect.Of(env).Config())
	if err != nil {
		p.problem = env.Sentence(err)
		return p
	}
	p.protocol = plugin.Protocol()
	if p.description, err = d.Describe(ctx); err != nil {
		p.problem = env.Sentence(err)
	}
	return p
}

// examinePlugins prints one sentence for each plugin: whether it starts.
func examinePlugins(ctx context.Context, env *cli.Env, name string) error {
	options, err := connect.Of(env).HostOptions(env.Stderr)
	if err != nil {
		return err
	}
	options.Name = name
	found := host.Discover(options)
	if len(found) == 0 {
		return noPlugins(ctx, options)
	}
	failed := 0
	for _, p := range inspectPlugins(ctx, env, options, found) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if p.problem != "" {
			failed++
		}
		if _, err := fmt.Fprintln(env.Stdout, p.sentence()); err != nil {
			return err
		}
	}
	if failed > 0 {
		return cli.Failure(fmt.Sprintf("%d of %d plugins do not start", failed, len(found)))
	}
	return nil
}

// sentence says whether the plugin starts.
func (p inspected) sentence() string {
	unused := ""
	if p.found.Shadowed {
		unused = "; it is not used, as another one of that name comes first"
	}
	if p.problem != "" {
		return fmt.Sprintf("%s: %s%s", p.found.Name, p.problem, unused)
	}
	return fmt.Sprintf("%s: %s starts (version %s, protocol %d, %s)%s",
		p.found.Name, p.found.Path, p.description.Version, p.protocol, p.pinnedText(), unused)
}

func (p inspected) pinnedText() string {
	if p.pinned {
		return "pinned"
	}
	return "not pinned"
}

// noPlugins returns the error for a search that found nothing.
func noPlugins(ctx context.Context, options host.Options) error {
	if options.Name == "" {
		return cli.Failure("there are no plugins: no " + host.Prefix + "NAME beside s3-credentials, in the folders of --plugin-dir, or in those of PATH")
	}
	plugin, err := host.Launch(ctx, options)
	if err == nil {
		// It was installed after the search, or it runs in a debugger.
		err = errors.Join(cli.Failure("the plugin "+options.Name+" was started by somebody else, and there is no file of it"), plugin.Close())
	}
	return err
}
