//go:build systems

package eventual

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// replicas is how many copies of the state answer requests.
const replicas = 3

// change is a new value of a fact; an empty one means that it is gone. Each replica learns of it at a time of its own.
type change struct {
	value string
	made  time.Time
	known [replicas]time.Time
}

// world is what the replicas know. Facts are paths: "user/U", "user/U/key/K", "role/R/attached/ARN", "bucket/B".
type world struct {
	random *rand.Rand
	// lag is how long a replica may need to learn of a change, at most.
	lag time.Duration
	// burst is when the present burst of throttling ends.
	burst time.Time
	facts map[string][]change
}

func newWorld(seed uint64, lag time.Duration) *world {
	return &world{random: rand.New(rand.NewPCG(seed, 0)), lag: lag, facts: map[string][]change{}}
}

// upTo is a random time from 0 to the longest.
func (w *world) upTo(longest time.Duration) time.Duration {
	if longest <= 0 {
		return 0
	}
	return time.Duration(w.random.Int64N(int64(longest)))
}

// set records a change that is made now.
func (w *world) set(now time.Time, fact, value string) {
	c := change{value: value, made: now}
	for i := range c.known {
		c.known[i] = now.Add(w.upTo(w.lag))
	}
	w.facts[fact] = append(w.facts[fact], c)
}

// seen is what a replica knows of a fact. Managed says that the fact was ever changed here.
func (w *world) seen(now time.Time, replica int, fact string) (value string, managed bool) {
	changes := w.facts[fact]
	for _, c := range slices.Backward(changes) {
		if !c.known[replica].After(now) {
			return c.value, true
		}
	}
	return "", len(changes) > 0
}

// unknown says that there is such a thing, or was, and the replica knows of none.
func (w *world) unknown(now time.Time, replica int, fact string) bool {
	value, managed := w.seen(now, replica, fact)
	return managed && value == ""
}

// lingers says that the thing is gone, and the replica still knows it.
func (w *world) lingers(now time.Time, replica int, fact string) bool {
	value, _ := w.seen(now, replica, fact)
	changes := w.facts[fact]
	return value != "" && changes[len(changes)-1].value == ""
}

// settled says that every replica knows the latest about the facts below a path, and the path itself.
func (w *world) settled(now time.Time, path string) bool {
	for fact, changes := range w.facts {
		if fact != path && !strings.HasPrefix(fact, path) {
			continue
		}
		for _, known := range changes[len(changes)-1].known {
			if known.After(now) {
				return false
			}
		}
	}
	return true
}

// below are the facts below a path that the replica knows, by what follows the path.
func (w *world) below(now time.Time, replica int, path string) map[string]string {
	found := map[string]string{}
	for fact := range w.facts {
		if name, ok := strings.CutPrefix(fact, path); ok {
			if value, _ := w.seen(now, replica, fact); value != "" {
				found[name] = value
			}
		}
	}
	return found
}

// lingersBelow says that something below the path is gone, and the replica still knows it.
func (w *world) lingersBelow(now time.Time, replica int, path string) bool {
	return slices.ContainsFunc(slices.Sorted(maps.Keys(w.facts)), func(fact string) bool {
		return strings.HasPrefix(fact, path) && w.lingers(now, replica, fact)
	})
}
