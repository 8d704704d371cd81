package systems

import "fmt"

// Start starts a system for a program other than a test, such as a demonstration. The system ends with stop, or with the
// process.
func Start(name string) (system *System, stop func(), err error) {
	var g *guard
	switch name {
	case "ceph":
		system, g, err = startCeph()
	case "minio":
		system, g, err = startMinIO()
	case "sandbox":
		system, g, err = startSandbox()
	default:
		return nil, nil, fmt.Errorf("there is no system %q to start: use ceph, minio or sandbox", name)
	}
	if err != nil {
		return nil, nil, err
	}
	return system, func() { g.stop(); stopAll() }, nil
}
