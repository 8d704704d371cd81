package serve

import (
	"os"
	"syscall"
)

var brokenPipeSignals = []os.Signal{syscall.SIGPIPE}

var terminationSignals = []os.Signal{os.Interrupt}

// lifeline returns a channel that is never closed: a plugin cannot inherit a file on Windows, and the host uses no job object.
func lifeline() <-chan struct{} { return make(chan struct{}) }
