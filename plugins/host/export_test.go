package host

// What the tests of the package see besides its public surface.
var Detect = detect

const DetectTimeout = detectTimeout

// WithAutoMTLS are options that make the connection use certificates.
var WithAutoMTLS = Options{autoMTLS: true}

// PID returns the process's id; 0 if somebody else started the plugin.
func (p *Plugin) PID() int {
	if p.process == nil {
		return 0
	}
	return p.process.cmd.Process.Pid
}
