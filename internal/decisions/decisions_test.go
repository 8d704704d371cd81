//go:build systems

package decisions

import (
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/backends/aws"
	"github.com/s3-credentials/s3-credentials/backends/ceph"
	"github.com/s3-credentials/s3-credentials/backends/minio"
	"github.com/s3-credentials/s3-credentials/backends/seaweedfs"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// shortForm is how many documents are tried without being asked for more, and perDocument how many requests for each.
const (
	shortForm   = 50
	perDocument = 25
)

// mostShown is how many disagreements are printed.
const mostShown = 12

func TestMain(m *testing.M) { systems.Main(m) }

func TestMinIO(t *testing.T)     { tryAll(t, newMinIO(t, systems.MinIO(t), minio.Open)) }
func TestCeph(t *testing.T)      { tryAll(t, newCeph(t, systems.Ceph(t), ceph.Open)) }
func TestSeaweedFS(t *testing.T) { tryAll(t, newSeaweedFS(t, systems.SeaweedFS(t), seaweedfs.Open)) }
func TestSandbox(t *testing.T)   { tryAll(t, newSandbox(t, systems.Sandbox(t), aws.Open)) }

// tryAll compares the decisions about many documents.
func tryAll(t *testing.T, s *subject) {
	tryDifferences(t, s)
	tryWider(t, s)
	tryForgeries(t, s)
	first, last := systems.Seeds(t, shortForm)
	began, found := time.Now(), tally{}
	for seed := first; seed <= last; seed++ {
		g := newGenerator(seed, s.dialect)
		c, err := g.trial(s.policies)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		found.add(s.try(t, seed, c, g.requests(s.context, s.knowsEmpty)))
	}
	if found.wrong > 0 {
		t.Errorf("%d disagreements on %s, of which at most %d are shown", found.wrong, s.name, mostShown)
	}
	if found.decisions == 0 || last > first && (found.allowed == 0 || found.allowed == found.decisions) {
		t.Errorf("%d decisions, %d of them allowed: this says nothing", found.decisions, found.allowed)
	}
	systems.Report(t, "%d decisions on %s", found.decisions, s.name)
	t.Logf("%d documents, %d refused by %s; %d decisions, %d allowed; %d disagreements; in %s",
		last-first+1, found.refused, s.name, found.decisions, found.allowed, found.wrong, time.Since(began).Truncate(time.Millisecond))
}

// tally is what was found.
type tally struct{ decisions, allowed, refused, wrong int }

func (c *tally) add(other tally) {
	c.decisions += other.decisions
	c.allowed += other.allowed
	c.refused += other.refused
	c.wrong += other.wrong
}
