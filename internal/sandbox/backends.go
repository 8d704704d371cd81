package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"net"
	"os"
	"path/filepath"

	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

// The sockets, relative to the folder with the buckets, which VersityGW makes the working folder. Relative paths are
// short: a socket's path is limited to 104 bytes, and the sandbox's folder may be deep.
const (
	gatewaySocket    = "../run/s3.sock"
	iamSocket        = "../run/iam.sock"
	iamPrivateSocket = "../run/private.sock"
)

// Limits of the two servers. The router in front of them has none.
const (
	maxConnections = 4096
	maxRequests    = 2048
)

// backends are the two servers behind the router.
type backends struct {
	info  Info
	store backend.Backend
}

// openBackends changes to the folder with the buckets, and redirects the process's outputs to a log file for good: the
// program has its own already, which are for its user, and what the servers leave running may still look at these when
// they have ended: the log is open as long as the process.
func openBackends(info Info) (*backends, error) {
	buckets := filepath.Join(info.Dir, "buckets")
	if err := os.Chdir(buckets); err != nil {
		return nil, err
	}
	if err := refuseSecond(info.Dir); err != nil {
		return nil, err
	}
	output, err := os.OpenFile(filepath.Join(info.Dir, "log"), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	b := &backends{info: info}
	os.Stdout, os.Stderr = output, output
	log.SetOutput(output)
	b.store, err = openStore(info.Dir, buckets)
	return b, err
}

// refuseSecond refuses a folder that another sandbox uses: each would undo the other's changes.
func refuseSecond(dir string) error {
	if connection, err := net.Dial("unix", gatewaySocket); err == nil {
		_ = connection.Close() // it only probes for a listener
		return fmt.Errorf("another sandbox runs in %s: end it, or use another folder", dir)
	}
	return nil
}

// openStore keeps the objects' metadata in extended attributes, or in a separate folder if the file system has none. A
// sandbox's folder never changes from one to the other.
func openStore(dir, buckets string) (backend.Backend, error) {
	options := posix.PosixOpts{}
	options.SetNewDirPerm(0o700)
	options.SetNewFilePerm(0o600)
	sidecar := filepath.Join(dir, "metadata")
	_, err := os.Stat(sidecar)
	if errors.Is(err, fs.ErrNotExist) && (meta.XattrMeta{}).Test(buckets) == nil {
		return posix.New(buckets, meta.XattrMeta{}, options)
	}
	if err := os.MkdirAll(sidecar, 0o700); err != nil {
		return nil, err
	}
	store, err := meta.NewSideCar(sidecar)
	if err != nil {
		return nil, fmt.Errorf("cannot keep metadata: %w", err)
	}
	options.SideCarDir = sidecar
	return posix.New(buckets, store, options)
}

func (b *backends) runIAM(ctx context.Context) error {
	err := embedgw.RunIAMAPI(ctx, &embedgw.IAMConfig{
		RootUserAccess: b.info.Keys.AccessKeyID, RootUserSecret: b.info.Keys.SecretAccessKey,
		Ports: []string{iamSocket}, SocketPerm: "0600",
		PrivatePorts: []string{iamPrivateSocket}, PrivateSocketPerm: "0600",
		MaxConnections: maxConnections, MaxRequests: maxRequests, KeepAlive: true, Quiet: true,
		IAMDir: filepath.Join(b.info.Dir, "iam"), Region: Region, DisableOIDCThumbprintAutoFetch: true,
	})
	return ended(ctx, "the IAM service", err)
}

func (b *backends) runGateway(ctx context.Context) error {
	err := embedgw.RunVersityGW(ctx, b.store, &embedgw.Config{
		RootUserAccess: b.info.Keys.AccessKeyID, RootUserSecret: b.info.Keys.SecretAccessKey,
		Region: Region, Ports: []string{gatewaySocket}, SocketPerm: "0600",
		StandaloneIAMEndpoint: iamPrivateSocket,
		MaxConnections:        maxConnections, MaxRequests: maxRequests, MultipartMaxParts: 10_000, KeepAlive: true, Quiet: true,
	})
	return ended(ctx, "the gateway", err)
}

// ended returns why a server ended: the end of ctx, or else an error.
func ended(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%s ended by itself: %w", what, err)
}
