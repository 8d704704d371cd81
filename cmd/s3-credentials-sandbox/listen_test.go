package main

import "testing"

func TestCheckListen(t *testing.T) {
	for address, allowed := range map[string]bool{
		"127.0.0.1:0": true, "127.1.2.3:80": true, "[::1]:0": true, "localhost:9000": true,
		":9000": false, "0.0.0.0:0": false, "[::]:0": false, "192.168.1.2:80": false, "example.org:80": false,
	} {
		if err := checkListen(address, false); (err == nil) != allowed {
			t.Errorf("%s: %v", address, err)
		}
		if err := checkListen(address, true); err != nil {
			t.Errorf("%s, where remote is allowed: %v", address, err)
		}
	}
	for _, address := range []string{"", "127.0.0.1", "::1", "127.0.0.1:", "127.0.0.1:-1", "127.0.0.1:65536", "localhost:http"} {
		if checkListen(address, true) == nil {
			t.Errorf("%q is no address to listen on", address)
		}
	}
}
