package systems

import (
	"os"
	"strconv"
	"testing"
)

// SeedVariable names the variable that repeats one run of a random test, by its seed.
const SeedVariable = "S3_CREDENTIALS_TEST_SEED"

// seedsVariable names the variable that says how many seeds to try.
const seedsVariable = "S3_CREDENTIALS_TEST_SEEDS"

// Seeds returns the first and the last seed to try: as many as the environment says, or as short says.
func Seeds(t testing.TB, short uint64) (first, last uint64) {
	t.Helper()
	number := func(name string) (uint64, bool) {
		text, set := os.LookupEnv(name)
		n, err := strconv.ParseUint(text, 10, 64)
		if set && err != nil {
			t.Fatal(err)
		}
		return n, set
	}
	if seed, set := number(SeedVariable); set {
		return seed, seed
	}
	if n, set := number(seedsVariable); set {
		return 1, n
	}
	return 1, short
}
