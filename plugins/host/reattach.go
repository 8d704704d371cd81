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

// EnvReattach is the variable that makes the host use a plugin that somebody else started, in a debugger for example:
// {"NAME": {"network": "unix", "address": "/path/to/socket"}}. Pins do not apply, and nothing is started or ended.
const EnvReattach = "S3_CREDENTIALS_REATTACH"

// running is a plugin that listens already.
type running struct {
	Network string `json:"network"`
	Address string `json:"address"`
}

// reattach returns the plugin that EnvReattach names for o.Name, nil if it names none.
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
	// Whoever debugs a plugin has it stand still for long.
	o.StartTimeout = time.Hour
	return &Plugin{options: o, conn: conn}, nil
}
