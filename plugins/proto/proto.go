// Package proto holds the wire contract between a host and its plugins.
package proto

import "embed"

// Files are the contract's .proto files, by their import paths.
//
//go:embed s3credentials
var Files embed.FS
