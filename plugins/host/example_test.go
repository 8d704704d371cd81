package host_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/plugins/host"
)

// Connect to whatever system answers at an endpoint, and list its buckets.
func Example() {
	ctx := context.Background()
	backend, err := host.Connect(ctx, host.Options{}, driver.Config{
		EndpointURL: "http://127.0.0.1:9000",
		Credentials: &driver.Credentials{AccessKeyID: "admin", SecretAccessKey: "password"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer backend.Close() //nolint:errcheck // it ends the plugin, whatever happens
	for bucket, err := range backend.ListBuckets(ctx) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(bucket.Name)
	}
}

func ExampleDiscover() {
	folder, err := os.MkdirTemp("", "plugins")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder) //nolint:errcheck // it is temporary
	plugin := filepath.Join(folder, host.Prefix+"acme")
	if err := os.WriteFile(plugin, []byte("#!/bin/sh\n"), 0o755); err != nil {
		fmt.Println(err)
		return
	}
	for _, found := range host.Discover(host.Options{Name: "acme", Dirs: []string{folder}}) {
		fmt.Println(found.Name, filepath.Base(found.Path), found.Source, found.Problem)
	}
	// Output:
	// acme s3-credentials-backend-acme dirs <nil>
}

// A pinned plugin starts only if its file has the checksum.
func ExampleChecksum() {
	const path = "/usr/local/bin/s3-credentials-backend-acme"
	sum, err := host.Checksum(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	plugin, err := host.Launch(context.Background(), host.Options{Path: path, Pins: map[string]string{"acme": sum}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plugin.Protocol(), plugin.Close())
}

// A Supervisor is a driver.Opener for tests: Harness.Open of package conformance, for example.
func ExampleSupervisor() {
	supervisor := host.NewSupervisor(host.Options{Path: "./s3-credentials-backend-acme"})
	defer supervisor.Restart()
	backend, err := supervisor.Open(context.Background(), driver.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = backend.WhoAmI(context.Background())
	fmt.Println(err, supervisor.Crashes())
}
