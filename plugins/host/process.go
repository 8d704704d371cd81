package host

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-plugin"

	"github.com/s3-credentials/s3-credentials/internal/wire"
)

// process is go-plugin's runner for one plugin. Unlike go-plugin's default, it starts the program in its own process
// group, with a lifeline and without this process's stdin. It detects the program's end at once even if children remain,
// and ends those too.
type process struct {
	cmd    *exec.Cmd
	folder string
	// stderrHead keeps the beginning of stderr, for an error that explains why the program ended.
	stderrHead *headBuffer
	// kept receives all of stderr.
	kept io.Writer
	// logger receives what stderr says, and log reads it; nil for no logger.
	logger *slog.Logger
	log    *logReader
	// breach is told of lines that are not as they should be; nil where nobody wants to know.
	breach func(what string)
	// name is the backend's, and settings are its settings.
	name     string
	settings map[string]string
	// bundle is the file of certificate authorities; empty for that of this process's environment.
	bundle    string
	byProfile bool // as in Options
	// tempFolder is the program's folder for temporary files; empty for this process's own.
	tempFolder string

	stdout *os.File
	// childEnds are the child's ends of the pipes; this process closes them after the start.
	childEnds []*os.File
	// lifeline is the writing end of a pipe. Nothing is written to it: the plugin ends when it is closed.
	lifeline *os.File

	mu      sync.Mutex
	started bool
	// killed says that this process killed the program, unless it ended at the same moment.
	killed  bool
	exited  chan struct{}
	exitErr error
}

func newProcess(o Options, cmd *exec.Cmd, folder string) *process {
	return &process{name: o.Name, settings: o.Settings, bundle: o.bundle, byProfile: o.ByProfile, cmd: cmd, folder: folder, stderrHead: &headBuffer{}, kept: io.Discard, exited: make(chan struct{})}
}

// prepare sets up the pipes and the environment. spec has go-plugin's variables for the plugin.
func (p *process) prepare(spec *exec.Cmd) error {
	p.cmd.Env = environment(p.name, inherited(os.Environ(), p.byProfile), p.settings)
	for _, setting := range spec.Env {
		if !strings.HasPrefix(setting, plugin.EnvUnixSocketDir+"=") {
			p.cmd.Env = append(p.cmd.Env, setting)
		}
	}
	p.cmd.Env = append(p.cmd.Env, plugin.EnvUnixSocketDir+"="+p.folder)
	if p.bundle != "" {
		p.cmd.Env = append(p.cmd.Env, "AWS_CA_BUNDLE="+p.bundle)
	}
	if p.tempFolder != "" {
		p.cmd.Env = append(p.cmd.Env, "TMPDIR="+p.tempFolder, "TEMP="+p.tempFolder, "TMP="+p.tempFolder)
	}
	if p.logger != nil || p.breach != nil {
		p.cmd.Env = append(p.cmd.Env, wire.EnvLog+"="+levelFor(os.Getenv(wire.EnvLog)))
	}
	stdout, stdoutEnd, err := os.Pipe()
	if err != nil {
		return err
	}
	p.stdout, p.cmd.Stdout, p.childEnds = stdout, stdoutEnd, append(p.childEnds, stdoutEnd)
	stderr, stderrEnd, err := os.Pipe()
	if err != nil {
		return err
	}
	p.cmd.Stderr, p.log = stderrEnd, newLogReader(p, stderr, stderrEnd)
	return p.prepareLifeline()
}

func (p *process) prepareLifeline() error {
	if !lifelines {
		return nil
	}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	p.lifeline, p.childEnds = w, append(p.childEnds, r)
	p.cmd.ExtraFiles = []*os.File{r}
	// The first of ExtraFiles follows stdin, stdout and stderr.
	p.cmd.Env = append(p.cmd.Env, wire.EnvLifeline+"=3")
	return nil
}

func (p *process) Start(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	setGroup(p.cmd)
	err := p.cmd.Start()
	for _, f := range p.childEnds {
		_ = f.Close()
	}
	if err != nil {
		_ = p.stdout.Close()
		p.log.end()
		p.closeLifeline()
		return err
	}
	p.started = true
	go p.wait()
	return nil
}

// wait waits for the program's end, then kills its children, so that its pipes close.
func (p *process) wait() {
	p.exitErr = p.cmd.Wait()
	killGroup(p.cmd)
	killStrays(p.cmd.Process.Pid, p.folder)
	p.log.end()
	close(p.exited)
}

// end asks the program to end, and kills it and its children after the grace period.
func (p *process) end(grace time.Duration) {
	p.mu.Lock()
	started := p.started
	p.closeLifeline()
	p.mu.Unlock()
	if !started {
		return
	}
	if grace > 0 {
		terminate(p.cmd)
		select {
		case <-p.exited:
			return
		case <-time.After(grace):
		}
	}
	p.kill()
	<-p.exited
}

// kill ends the program and its children at once.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.started {
		return
	}
	select {
	case <-p.exited:
		// Another process may have the id by now.
	default:
		p.killed = true
		killGroup(p.cmd)
	}
}

func (p *process) closeLifeline() {
	if p.lifeline != nil {
		_ = p.lifeline.Close()
		p.lifeline = nil
	}
}

// exitStatus reports how the program ended, "" if it has not.
func (p *process) exitStatus() string {
	p.mu.Lock()
	started := p.started
	p.mu.Unlock()
	if !started {
		return ""
	}
	select {
	case <-p.exited:
		return p.cmd.ProcessState.String()
	default:
		return ""
	}
}

// awaitExitTime is how long a program may take to end after it has closed its output.
const awaitExitTime = 200 * time.Millisecond

// awaitExit is exitStatus for a program that closed its output and may be about to end. It is "" if the program had to be
// killed.
func (p *process) awaitExit() string {
	p.mu.Lock()
	started, killed := p.started, p.killed
	p.mu.Unlock()
	if !started {
		return ""
	}
	timer := time.NewTimer(awaitExitTime)
	defer timer.Stop()
	select {
	case <-p.exited:
	case <-timer.C:
		return ""
	}
	if killed && p.cmd.ProcessState.ExitCode() < 0 {
		return ""
	}
	return p.exitStatus()
}

func (p *process) Wait(context.Context) error {
	<-p.exited
	_ = p.stdout.Close()
	return p.exitErr
}

func (p *process) Kill(context.Context) error {
	p.kill()
	return nil
}

func (p *process) Stdout() io.ReadCloser { return p.stdout }

// Stderr implements runner.Runner: go-plugin has none to read, as logReader does.
func (p *process) Stderr() io.ReadCloser { return io.NopCloser(strings.NewReader("")) }

func (p *process) Name() string { return p.cmd.Path }

func (p *process) ID() string {
	if p.cmd.Process == nil {
		return ""
	}
	return strconv.Itoa(p.cmd.Process.Pid)
}

// Diagnose implements runner.Runner. startError has better explanations.
func (p *process) Diagnose(context.Context) string { return "" }

// PluginToHost implements runner.Runner: both sides see the same addresses. It refuses addresses that other users or
// machines could listen on or connect to: credentials go there.
func (p *process) PluginToHost(network, address string) (string, string, error) {
	if isPrivate(network, address) {
		return network, address, nil
	}
	return "", "", &addressError{network, address}
}

// addressError is a handshake with an address that is not private.
type addressError struct{ network, address string }

func (e *addressError) Error() string { return e.network + " address " + e.address }

func (p *process) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}

// reason is a colon and the first line that the program wrote to stderr; "" if it wrote none.
func (p *process) reason() string {
	if line := p.stderrHead.line(); line != "" {
		return ": " + line
	}
	return ""
}

// headBuffer keeps the first 4 KiB that are written to it.
type headBuffer struct {
	mu   sync.Mutex
	text []byte
}

const headBytes = 4 << 10

func (h *headBuffer) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text = append(h.text, p[:min(len(p), headBytes-len(h.text))]...)
	return len(p), nil
}

// line returns the first line that is not blank, cut to 200 bytes.
func (h *headBuffer) line() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	for line := range strings.Lines(string(h.text)) {
		if line = strings.TrimSpace(line); line != "" {
			return line[:min(len(line), 200)]
		}
	}
	return ""
}
