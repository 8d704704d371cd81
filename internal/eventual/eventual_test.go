//go:build systems

package eventual

import (
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// shortForm is how many seeds run without being asked for more.
const shortForm = 20

func TestMoto(t *testing.T)    { playAll(t, systems.Moto(t)) }
func TestSandbox(t *testing.T) { playAll(t, systems.Sandbox(t)) }

func playAll(t *testing.T, system *systems.System) {
	first, last := systems.Seeds(t, shortForm)
	began, failed := time.Now(), 0
	for seed := first; seed <= last; seed++ {
		for _, wrong := range play(t, system, seed) {
			failed++
			if failed < 5 {
				t.Errorf("seed %d on %s (again: %s=%d): %s\n%s", seed, system.Name, systems.SeedVariable, seed, wrong, cloud.story())
			}
		}
	}
	t.Logf("%d seeds, %d failed, in %s", last-first+1, failed, time.Since(began).Truncate(time.Millisecond))
}
