package systems

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"time"
)

// A guard is a small shell process that ends a server and removes its data when its standard input closes. The test
// process holds the other end, so the server ends with the test process even if that panics, times out or is killed.
type guard struct {
	command *exec.Cmd
	hold    io.Closer
	// done is closed after the guard and its server have ended.
	done chan struct{}
	once sync.Once
}

// guardProcess: $1 is the folder to remove at the end, the rest the server's command. The server gets 5 seconds to
// shut down. If the server ends first, the guard ends too, with the server's exit code.
const guardProcess = `
dir=$1; shift
exec 3<&0
"$@" </dev/null 3<&- & server=$!
{
	read -r _ <&3
	kill -TERM $server
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
		kill -0 $server || exit 0
		sleep 0.2
	done
	kill -KILL $server
} >/dev/null 2>&1 & waiter=$!
wait $server; status=$?
kill $waiter 2>/dev/null
rm -rf "$dir"
exit $status
`

// guardContainer: $1 is the engine, $2 the container's name.
const guardContainer = `
read -r _
"$1" kill "$2"
"$1" rm --force --volumes "$2"
`

var guards struct {
	sync.Mutex
	all []*guard
}

// startGuard starts a guard. Its output and that of its children goes to out and log.
func startGuard(script string, env []string, out, log *os.File, args ...string) (*guard, error) {
	command := exec.Command("sh", append([]string{"-c", script, "sh"}, args...)...)
	command.Env = env
	if out != nil { // a nil *os.File would be a writer that fails
		command.Stdout = out
	}
	if log != nil {
		command.Stderr = log
	}
	// In its own process group Ctrl-C does not reach it; the end of the test process is its signal.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	hold, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("cannot start a shell: %w", err)
	}
	g := &guard{command: command, hold: hold, done: make(chan struct{})}
	go func() {
		defer close(g.done)
		_ = command.Wait() // the server's log tells how it ended
	}()
	guards.Lock()
	defer guards.Unlock()
	guards.all = append(guards.all, g)
	return g, nil
}

// stop ends the server and waits for its end.
func (g *guard) stop() {
	g.once.Do(func() { _ = g.hold.Close() }) // an error means that the reader has ended already
	<-g.done
}

func stopAll() {
	guards.Lock()
	all := slices.Clone(guards.all)
	guards.Unlock()
	for _, g := range slices.Backward(all) {
		g.stop()
	}
}

// readyWithin is how long a server may take to answer. At a load of 30 it needs a good part of that.
const readyWithin = 3 * time.Minute

// waitReady polls until probe succeeds, the guard ends or the time is up.
func waitReady(g *guard, probe func() error) error {
	deadline := time.Now().Add(readyWithin)
	for {
		err := probe()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("not ready after %s: %w", readyWithin, err)
		}
		select {
		case <-g.done:
			return errEnded
		case <-time.After(20 * time.Millisecond):
		}
	}
}

var errEnded = errors.New("the server ended before it was ready")
