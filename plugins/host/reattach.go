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

// EnvReattach is the environment variable that makes [Launch] connect to running plugins, for example in a debugger:
// {"NAME": {"network": "unix", "address": "/path/to/socket"}}. Launch then starts no process, Close ends none, and pins do
// not apply.
const EnvReattach = "S3_CREDENTIALS_REATTACH"

// running is the address of a running plugin.
type running struct {
	Network string `json:"network"`
	Address string `json:"address"`
}

// reattach connects to the plugin that EnvReattach names for o.Name; nil if it names none.
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
	// A debugger may stop the plugin for a long time.
	o.StartTimeout = time.Hour
	return &Plugin{options: o, conn: conn}, nil
}
