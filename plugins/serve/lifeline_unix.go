//go:build !windows

package serve

import (
	"io"
	"os"
	"strconv"
	"syscall"

	"github.com/s3-credentials/s3-credentials/internal/wire"
)

var brokenPipeSignals = []os.Signal{syscall.SIGPIPE}

var terminationSignals = []os.Signal{syscall.SIGTERM, syscall.SIGHUP}

// lifeline returns a channel that is closed when the host ends, in whichever way: the host holds the other end of a pipe. If
// the host gave this process no pipe, the channel is never closed.
func lifeline() <-chan struct{} {
	gone := make(chan struct{})
	fd, err := strconv.Atoi(os.Getenv(wire.EnvLifeline))
	if err != nil || fd < 3 {
		return gone
	}
	// Children of this process must not inherit the pipe.
	syscall.CloseOnExec(fd)
	pipe := os.NewFile(uintptr(fd), "lifeline")
	go func() {
		_, _ = io.Copy(io.Discard, pipe)
		close(gone)
	}()
	return gone
}
