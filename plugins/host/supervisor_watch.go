package host

import (
	"bytes"
	"os"
	"sync"
)

// maxLog bounds what a watch keeps of a plugin's log.
const maxLog = 16 << 20

// watch keeps what a Supervisor's processes do besides answering.
type watch struct {
	mu       sync.Mutex
	log      bytes.Buffer
	breaches []string
}

// Write keeps a part of the log.
func (w *watch) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log.Write(p[:min(len(p), max(0, maxLog-w.log.Len()))])
	return len(p), nil
}

func (w *watch) breach(what string) {
	if what == "" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.breaches = append(w.breaches, what)
}

// Log returns what the processes wrote to stderr since the last call of Log, at most 16 MiB.
func (s *Supervisor) Log() string {
	w := s.options.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	defer w.log.Reset()
	return w.log.String()
}

// Breaches returns how the processes broke the contract since the last call of Breaches, where the host makes up for it:
// errors that are not as the contract says, and files that were left in the folder for temporary files.
func (s *Supervisor) Breaches() []string {
	w := s.options.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	breaches := w.breaches
	w.breaches = nil
	return breaches
}

// watched gives the process a folder for temporary files of its own, and has its log kept.
func (w *watch) watched(p *process) error {
	if w == nil {
		return nil
	}
	p.kept, p.breach = w, w.breach
	var err error
	p.tempFolder, err = os.MkdirTemp("", "s3-credentials-plugin-*")
	return err
}

// ended looks at the folder for temporary files and removes it. What a process leaves that had to be killed does not count.
func (w *watch) ended(p *process) {
	if w == nil || p.tempFolder == "" {
		return
	}
	left, _ := os.ReadDir(p.tempFolder) // without it, there is nothing to see
	p.mu.Lock()
	killed := p.killed
	p.mu.Unlock()
	for _, file := range left {
		if !killed {
			w.breach("the process left " + file.Name() + " in the folder for temporary files")
		}
	}
	_ = os.RemoveAll(p.tempFolder)
}
