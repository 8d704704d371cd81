//go:build systems

package eventual

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// seedsVariable is how many seeds to run, and seedVariable the only one.
const (
	seedsVariable = "S3_CREDENTIALS_TEST_SEEDS"
	seedVariable  = "S3_CREDENTIALS_TEST_SEED"
)

// shortForm is how many seeds run without being asked for more.
const shortForm = 20

func seeds(t *testing.T) (first, last uint64) {
	t.Helper()
	number := func(name string) (uint64, bool) {
		text, set := os.LookupEnv(name)
		n, err := strconv.ParseUint(text, 10, 64)
		if set && err != nil {
			t.Fatal(err)
		}
		return n, set
	}
	if seed, set := number(seedVariable); set {
		return seed, seed
	}
	if n, set := number(seedsVariable); set {
		return 1, n
	}
	return 1, shortForm
}

func TestMoto(t *testing.T)    { playAll(t, systems.Moto(t)) }
func TestSandbox(t *testing.T) { playAll(t, systems.Sandbox(t)) }

func playAll(t *testing.T, system *systems.System) {
	first, last := seeds(t)
	began, failed := time.Now(), 0
	for seed := first; seed <= last; seed++ {
		for _, wrong := range play(t, system, seed) {
			failed++
			if failed < 5 {
				t.Errorf("seed %d on %s (again: %s=%d): %s\n%s", seed, system.Name, seedVariable, seed, wrong, cloud.story())
			}
		}
	}
	t.Logf("%d seeds, %d failed, in %s", last-first+1, failed, time.Since(began).Truncate(time.Millisecond))
}
