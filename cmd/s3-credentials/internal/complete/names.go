package complete

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/printable"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// lookupTimeout bounds the wait for a server's names after the user pressed Tab.
const lookupTimeout = 2 * time.Second

// maxNames limits the number of names.
const maxNames = 1000

// names returns the possible names. After an error it returns none: a shell has no place to show an error.
func names(ctx context.Context, c *cli.CompletionContext, what cli.Complete) []string {
	if what == cli.CompleteBackend {
		return backends(c)
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	env, err := c.Env()
	if err != nil {
		return nil
	}
	defer env.Session.End()
	if err := env.Session.Start(ctx, env); err != nil {
		return nil
	}
	engine, err := connect.Engine(env)
	if err != nil {
		return nil
	}
	switch what {
	case cli.CompleteBucket:
		return collect(c, engine.ListBuckets(ctx), func(b driver.BucketInfo) string { return b.Name })
	case cli.CompleteKey:
		return keys(ctx, c, engine)
	case cli.CompleteUser:
		return collect(c, engine.ListUsers(ctx), func(user driver.User) string { return user.Name })
	case cli.CompleteRole:
		return collect(c, engine.ListRoles(ctx), func(r driver.Role) string { return r.Name })
	}
	return nil
}

// collect reads up to maxNames names that match the word and are not arguments already.
func collect[T any](c *cli.CompletionContext, items iter.Seq2[T, error], nameOf func(T) string) []string {
	var found []string
	for item, err := range items {
		if err != nil || len(found) == maxNames {
			break
		}
		name := nameOf(item)
		if strings.HasPrefix(name, c.Word) && !slices.Contains(c.Args, name) {
			found = append(found, name)
		}
	}
	return found
}

// keys returns how the word can go on to a key, up to the next slash. It reads one page: a bucket may have millions.
func keys(ctx context.Context, c *cli.CompletionContext, engine *core.Engine) []string {
	if len(c.Args) == 0 {
		return nil
	}
	var found []string
	read := 0
	for object, err := range engine.ListObjects(ctx, driver.ListObjectsRequest{Bucket: c.Args[0], Prefix: c.Word, Folders: true}) {
		if err != nil || read == maxNames {
			break
		}
		read++
		rest, ok := strings.CutPrefix(object.Key, c.Word)
		if folder, _, below := strings.Cut(rest, "/"); below {
			rest = folder + "/"
		}
		name := c.Word + rest
		// A key is text of others: one with a line break would be several candidates.
		if ok && printable.Text(name) == name && !slices.Contains(c.Args[1:], name) && !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	return found
}

// backends returns the names of the installed plugins.
func backends(c *cli.CompletionContext) []string {
	env, err := c.Env()
	if err != nil {
		return nil
	}
	options, err := connect.Of(env).HostOptions(env.Stderr)
	if err != nil {
		return nil
	}
	var found []string
	for _, plugin := range host.Discover(options) {
		if !slices.Contains(found, plugin.Name) {
			found = append(found, plugin.Name)
		}
	}
	return found
}
