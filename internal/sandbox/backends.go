package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
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

// The sockets, as seen from the folder with the buckets, which VersityGW makes the working folder. A path from there
// is short: that of a socket has at most 104 bytes, and the sandbox's own folder may be deep.
const (
	gatewaySocket    = "../run/s3.sock"
	iamSocket        = "../run/iam.sock"
	iamPrivateSocket = "../run/private.sock"
)

// How much the servers take at a time. They are behind the router, which takes what comes.
const (
	maxConnections = 4096
	maxRequests    = 2048
)

// backends are the two servers behind the router.
type backends struct {
	info  Info
	store backend.Backend
	log   *os.File
	// The process's own outputs, back in place when the servers have ended.
	stdout, stderr *os.File
	logWriter      io.Writer
}

// openBackends moves to the folder with the buckets, and sends what the servers print to a file: it is for whoever
// looks for a fault in the sandbox, and the program's own outputs are for its user.
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
	b := &backends{info: info, log: output, stdout: os.Stdout, stderr: os.Stderr, logWriter: log.Writer()}
	os.Stdout, os.Stderr = output, output
	log.SetOutput(output)
	b.store, err = openStore(info.Dir, buckets)
	if err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *backends) close() {
	os.Stdout, os.Stderr = b.stdout, b.stderr
	log.SetOutput(b.logWriter)
	_ = b.log.Close() // a log of the servers' last words, at most
}

// refuseSecond keeps two sandboxes out of one folder, where each would undo what the other did.
func refuseSecond(dir string) error {
	if connection, err := net.Dial("unix", gatewaySocket); err == nil {
		_ = connection.Close() // it was only to see that someone listens
		return fmt.Errorf("another sandbox runs in %s: end it, or use another folder", dir)
	}
	return nil
}

// openStore keeps what S3 knows of objects beside their content in extended attributes, or in a folder of its own
// where the file system has none. What the folder began with, it stays with.
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

// ended is why a server ended: because it was told to, or else something is wrong.
func ended(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%s ended by itself: %w", what, err)
}
