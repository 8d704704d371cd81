package main

import (
	"net"
	"strconv"

	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// checkListen refuses what is no address, and one that other machines can reach unless allowRemote.
func checkListen(address string, allowRemote bool) error {
	host, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return cli.InvalidValue("--listen", "'"+address+"' is no address with a port from 0 to 65535, such as 127.0.0.1:9000.")
	}
	ip := net.ParseIP(host)
	if allowRemote || host == "localhost" || (ip != nil && ip.IsLoopback()) {
		return nil
	}
	return cli.InvalidValue("--listen", "other machines could reach '"+address+"', where nothing is encrypted: listen on 127.0.0.1, or allow it with --allow-remote.")
}
