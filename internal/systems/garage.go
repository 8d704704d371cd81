package systems

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// garageVersion is the server's release. It is under the AGPLv3: run, and spoken to over HTTP, never linked.
const garageVersion = "2.5.0"

// garageRegion is not the region that clients use where nobody names one.
const garageRegion = "garage"

var sharedGarage shared

// Garage is a Garage server of one node, with a key that may create buckets.
func Garage(t testing.TB) *System {
	t.Helper()
	return sharedGarage.get(t, "garage", startGarage)
}

// NewGarage is a Garage server for one test; it ends with the test.
func NewGarage(t testing.TB) *System {
	t.Helper()
	return fresh(t, "garage", startGarage)
}

// garageBinary is the server, built once, into the cache.
func garageBinary() (string, error) {
	dir, err := cacheDir("garage", garageVersion, runtime.GOOS+"-"+runtime.GOARCH)
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "bin", "garage")
	err = locked("garage-build", func() error {
		if _, err := os.Stat(binary); err == nil {
			return nil
		}
		return buildGarage(dir)
	})
	return binary, err
}

// garageWithin allows for a build on a small machine: it is some four hundred packages of Rust.
const garageWithin = 55 * time.Minute

func buildGarage(dir string) error {
	if _, err := exec.LookPath("cargo"); err != nil {
		return fmt.Errorf("cargo, which builds it, is not on the PATH: install Rust: %w", err)
	}
	target := filepath.Join(dir, "target")
	defer os.RemoveAll(target)
	env := append(os.Environ(), "CARGO_TARGET_DIR="+target)
	_, err := runToolEnv(garageWithin, env, "cargo", "install", "--quiet", "--locked", "garage", "--version", garageVersion,
		"--no-default-features", "--features", "system-libs,sqlite", "--root", dir)
	if err != nil {
		return fmt.Errorf("cannot build garage (on Debian: apt install libsodium-dev libzstd-dev libsqlite3-dev protobuf-compiler clang pkg-config): %w", err)
	}
	return nil
}

// garageConfig listens on 127.0.0.1 alone. It holds no secret: those are in the environment.
const garageConfig = `metadata_dir = %q
data_dir = %q
db_engine = "sqlite"
replication_factor = 1
rpc_bind_addr = "127.0.0.1:%s"
rpc_public_addr = "127.0.0.1:%s"
[s3_api]
s3_region = %q
api_bind_addr = "127.0.0.1:%s"
[admin]
api_bind_addr = "127.0.0.1:%s"
`

func startGarage() (*System, *guard, error) {
	binary, err := garageBinary()
	if err != nil {
		return nil, nil, err
	}
	var system *System
	var server *process
	err = withFreePort(func(port string) error {
		system = newGarage(port)
		server, err = runGarage(binary, port, system)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("cannot start garage: %w", err)
	}
	return system, server.guard, nil
}

func newGarage(port string) *System {
	return &System{
		Name: "garage", RunsOn: "garage (" + garageVersion + ", process)", EndpointURL: "http://127.0.0.1:" + port, Region: garageRegion,
		AccessKeyID: "GK" + randomHex(12), SecretAccessKey: randomHex(32), AdminToken: randomHex(24),
	}
}

func randomHex(bytes int) string {
	random := make([]byte, bytes)
	_, _ = rand.Read(random) // never fails
	return hex.EncodeToString(random)
}

func runGarage(binary, port string, system *System) (*process, error) {
	var ports [2]string
	for i := range ports {
		var err error
		if ports[i], err = freePort(); err != nil {
			return nil, err
		}
	}
	dir, err := runDir("garage")
	if err != nil {
		return nil, err
	}
	system.AdminURL = "http://127.0.0.1:" + ports[1]
	file := filepath.Join(dir, "garage.toml")
	config := fmt.Sprintf(garageConfig, filepath.Join(dir, "meta"), filepath.Join(dir, "data"), ports[0], ports[0], garageRegion, port, ports[1])
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, err
	}
	env := append(os.Environ(), "GARAGE_CONFIG_FILE="+file, "GARAGE_RPC_SECRET="+randomHex(32), "GARAGE_ADMIN_TOKEN="+system.AdminToken,
		"GARAGE_DEFAULT_ACCESS_KEY="+system.AccessKeyID, "GARAGE_DEFAULT_SECRET_KEY="+system.SecretAccessKey)
	server, err := startProcess(dir, env, nil, binary, "server", "--single-node", "--default-access-key")
	if err != nil {
		return nil, err
	}
	system.LogPath = server.log.Name()
	return server, server.ready(func() error { return probeHTTP(system.AdminURL+"/health", http.StatusOK) })
}
