package driver

import "context"

// Reopener is a [Driver] that can end before it is closed, as one does that runs in a process of its own. From then on its
// methods fail with Unavailable. Package core opens another driver to roll back the plan in which one ended, and never to go
// on with the plan.
type Reopener interface {
	// Ended reports whether the driver has ended before it was closed.
	Ended() bool
	// Reopen opens another driver with the configuration of this one, which has ended. The caller closes it. The errors are
	// those of an [Opener], and those of whatever starts the process.
	Reopen(ctx context.Context) (Driver, error)
}
