package host

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/wire"
)

// EnvReattach is the environment variable that makes [Launch] connect to plugins that already run, in a debugger for
// example: {"NAME": {"network": "unix", "address": "/path/to/socket"}}. It starts and ends nothing, and ignores pins.
const EnvReattach = "S3_CREDENTIALS_REATTACH"

// running is the address of a plugin that already runs.
type running struct {
	Network string `json:"network"`
	Address string `json:"address"`
}

// reattach connects to the plugin that EnvReattach has for o.Name; nil if it has none.
func reattach(o Options) (*Plugin, error) {
	setting := os.Getenv(EnvReattach)
	if setting == "" {
		return nil, nil
	}
	var all map[string]running
	if err := json.Unmarshal([]byte(setting), &all); err != nil {
		return nil, fault.Wrap(fault.InvalidArgument, err,
			`%s is not as it should be: {"NAME": {"network": "unix", "address": "/path/to/socket"}}`, EnvReattach)
	}
	to, ok := all[o.Name]
	if !ok {
		return nil, nil
	}
	options := append(wire.DialOptions(), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, to.Network, to.Address)
		}))
	conn, err := grpc.NewClient("passthrough:///"+o.Name, options...)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the plugin %s that %s names cannot be reached", o.Name, EnvReattach)
	}
	// A debugger may hold the plugin for long.
	o.StartTimeout = time.Hour
	return &Plugin{options: o, conn: conn}, nil
}
