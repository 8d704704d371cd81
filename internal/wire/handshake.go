package wire

import (
	"context"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

// ProtocolVersion is the version of the contract in plugins/proto. A host and a plugin that share none do not start.
const ProtocolVersion = 1

// PluginName is the name under which go-plugin knows the one plugin of a process.
const PluginName = "backend"

// What the host tells a plugin through its environment, besides go-plugin's own variables.
const (
	// EnvLifeline is the number of an open file descriptor: the reading end of a pipe that ends when the host does.
	EnvLifeline = "S3_CREDENTIALS_LIFELINE_FD"
	// EnvLog is the level of the plugin's log on stderr; "debug" makes the host show it.
	EnvLog = "S3_CREDENTIALS_LOG"
)

// Handshake is how a plugin knows that it was started by a host and not by a person.
var Handshake = plugin.HandshakeConfig{
	MagicCookieKey:   "S3_CREDENTIALS_PLUGIN",
	MagicCookieValue: "6f1c2b0e-backend",
}

// Plugins returns go-plugin's table of protocol versions. A host passes a nil server.
func Plugins(server *Server) map[int]plugin.PluginSet {
	return map[int]plugin.PluginSet{ProtocolVersion: {PluginName: &grpcPlugin{server: server}}}
}

// grpcPlugin joins a Server to go-plugin.
type grpcPlugin struct {
	plugin.NetRPCUnsupportedPlugin
	server *Server
}

// GRPCServer implements plugin.GRPCPlugin.
func (p *grpcPlugin) GRPCServer(_ *plugin.GRPCBroker, to *grpc.Server) error {
	p.server.Register(to)
	return nil
}

// GRPCClient implements plugin.GRPCPlugin. What is dispensed is the connection: NewClient makes a driver of it.
func (p *grpcPlugin) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return conn, nil
}
