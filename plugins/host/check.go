package host

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"runtime"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// checkExecutable fails with Unavailable for a file that cannot be started, and with FailedPrecondition for one that
// somebody else could have put there ([checkSafe]).
func checkExecutable(name, path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fault.Wrap(fault.Unavailable, err, "the plugin %s cannot be started: %s cannot be read", name, path)
	case !info.Mode().IsRegular():
		return fault.New(fault.Unavailable, "the plugin %s cannot be started: %s is not a file", name, path)
	case runtime.GOOS != "windows" && info.Mode()&0o111 == 0:
		return fault.New(fault.Unavailable,
			"the plugin %s cannot be started: %s is not executable; run chmod +x on it", name, path)
	}
	return checkSafe(name, path)
}

// checkSafe refuses with FailedPrecondition a file that somebody else could have put there or could exchange: nobody that
// this check does not trust can change what the path leads to between the check and the start.
func checkSafe(name, path string) error {
	where, why, err := exchangeable(path)
	switch {
	case err != nil:
		return fault.Wrap(fault.Unavailable, err, "the plugin %s cannot be started: %s cannot be read", name, path)
	case why != "":
		return fault.New(fault.FailedPrecondition, "the plugin %s was not started: %s %s, or keep plugins elsewhere", name, where, why)
	}
	return nil
}

// Checksum returns the SHA-256 of a file in hexadecimal, the form of [Options].Pins. The errors are those of package os.
func Checksum(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// checkPin refuses a file other than the pinned one. Somebody could still replace the file between this check and its
// start: a pin detects a changed plugin, but protects against attackers only if they cannot write to the file.
func checkPin(name, path string, pins map[string]string) error {
	pin, pinned := pins[name]
	if !pinned {
		return nil
	}
	sum, err := Checksum(path)
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "the plugin %s cannot be checked against its pin: %s cannot be read", name, path)
	}
	if strings.EqualFold(strings.TrimPrefix(strings.TrimSpace(pin), "sha256:"), sum) {
		return nil
	}
	return fault.New(fault.FailedPrecondition, "the plugin %s was not started: %s is not the file that is pinned (its sha256 is %s)",
		name, path, sum).WithHint(fault.HintPin)
}
