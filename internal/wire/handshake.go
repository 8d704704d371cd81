package wire

import (
	"context"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

// ProtocolVersion is the version of the contract in plugins/proto. A host starts only plugins of the same version.
const ProtocolVersion = 1

// PluginName is the name under which go-plugin knows the one plugin of a process.
const PluginName = "backend"

// Environment variables that the host sets for a plugin, besides go-plugin's own.
const (
	// EnvLifeline is the number of an open file descriptor: the reading end of a pipe that closes when the host ends.
	EnvLifeline = "S3_CREDENTIALS_LIFELINE_FD"
	// EnvLog is the level of the plugin's log on stderr; "debug" makes the host show it.
	EnvLog = "S3_CREDENTIALS_LOG"
)

// Handshake lets a plugin detect that a person and not a host has started it.
var Handshake = plugin.HandshakeConfig{
	MagicCookieKey:   "S3_CREDENTIALS_PLUGIN",
	MagicCookieValue: "6f1c2b0e-backend",
}

// Plugins returns go-plugin's table of protocol versions. A host passes a nil server.
func Plugins(server *Server) map[int]plugin.PluginSet {
	return map[int]plugin.PluginSet{ProtocolVersion: {PluginName: &grpcPlugin{server: server}}}
}

// grpcPlugin registers a Server with go-plugin.
type grpcPlugin struct {
	plugin.NetRPCUnsupportedPlugin
	server *Server
}

// GRPCServer implements plugin.GRPCPlugin.
func (p *grpcPlugin) GRPCServer(_ *plugin.GRPCBroker, to *grpc.Server) error {
	p.server.Register(to)
	return nil
}

// GRPCClient implements plugin.GRPCPlugin. It returns the connection, of which NewClient makes a driver.
func (p *grpcPlugin) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return conn, nil
}
