package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strings"
	"syscall"

	"github.com/hashicorp/go-plugin"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/wire"
)

// go-plugin distinguishes these failures only by text; tests with a plugin of each kind detect a change.
var (
	otherVersion = regexp.MustCompile(`incompatible API version with plugin\. Plugin version: (-?\d+)`)
	otherCore    = regexp.MustCompile(`incompatible core API version with plugin\. Plugin version: (-?\d+)`)
	notANumber   = regexp.MustCompile(`(?:(?i:error) parsing (?:core )?protocol version)`)
	otherMessage = regexp.MustCompile(`(?s)^Unrecognized remote plugin message: (.*)$`)
)

// handshakeForm is what a handshake looks like.
const handshakeForm = "1|1|unix|/PATH/OF/SOCKET|grpc"

const noOutput = "Failed to read any lines from plugin's stdout"

// startError explains why a plugin did not start. exit is the program's exit status, "" if it had not ended.
func startError(ctx context.Context, o Options, proc *process, exit string, err error) error {
	fail := func(format string, args ...any) error {
		return fault.Wrap(fault.Unavailable, err, "the plugin %s (%s) %s", o.Name, o.Path, fmt.Sprintf(format, args...))
	}
	var address *addressError
	switch {
	case ctx.Err() != nil:
		return fault.Wrap(fault.CodeOf(ctx.Err()), ctx.Err(), "interrupted while starting the plugin %s", o.Name)
	case err == errNoAnswer:
		return noAnswer(o)
	case errors.As(err, &address):
		return fail("names the address %.200q of the network %.50q in its handshake; it has to be %s", address.address, address.network, privateAddress)
	case errors.Is(err, syscall.ENOEXEC):
		return fail("is not a program for this machine (%s/%s), or is a script without a first line that names its interpreter",
			runtime.GOOS, runtime.GOARCH)
	case errors.Is(err, os.ErrNotExist):
		return fail("cannot be started: the interpreter or loader that it asks for is missing")
	case errors.Is(err, os.ErrPermission):
		return fail("cannot be started: the system does not permit to execute it")
	}
	if m := otherVersion.FindStringSubmatch(err.Error()); m != nil {
		return fail("speaks version %s of the plugin protocol, and this s3-credentials speaks version %d: update the older of the two",
			m[1], wire.ProtocolVersion)
	}
	if m := otherCore.FindStringSubmatch(err.Error()); m != nil {
		return fail("speaks version %s of go-plugin's own protocol in its handshake, and not version %d", m[1], plugin.CoreProtocolVersion)
	}
	if notANumber.MatchString(err.Error()) {
		return fail("has something other than a number for a protocol version in its handshake; the handshake is %s", handshakeForm)
	}
	if m := otherMessage.FindStringSubmatch(err.Error()); m != nil && !strings.Contains(err.Error(), noOutput) {
		return fail("is not a plugin of s3-credentials, or prints to stdout before its handshake: it printed %.200q",
			strings.TrimSpace(m[1]))
	}
	if exit != "" {
		return fail("ended before it was ready (%s)%s", exit, proc.reason())
	}
	if strings.Contains(err.Error(), noOutput) {
		return fail("is not a plugin of s3-credentials: it closed its stdout, or prints to it without an end of line, before its handshake")
	}
	return fail("does not speak the plugin protocol: %.200q", err.Error())
}
