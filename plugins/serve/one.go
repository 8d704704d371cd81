package serve

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// OneOf returns the backend that the program's argument names, or the standard one without an argument: for a program that serves
// several. If there is none of that name, it says so on stderr and exits with status 1.
func OneOf(standard string, backends map[string]driver.Opener) driver.Opener {
	name := standard
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	open, ok := backends[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "%s has no backend %q; it has %s\n", filepath.Base(os.Args[0]), name,
			strings.Join(slices.Sorted(maps.Keys(backends)), ", "))
		os.Exit(1)
	}
	return open
}
