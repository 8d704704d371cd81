//go:build systems && !windows

package chaos

import (
	"fmt"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// mostRequests is more than any of the commands sends.
const mostRequests = 60

// TestPluginKilledAtEachRequest kills the plugin at each request of each command in turn: before the request reaches the system,
// and after the system has answered it. The system goes on working, so that what was made is undone, or named.
func TestPluginKilledAtEachRequest(t *testing.T) {
	worlds(t, func(w *world) {
		for _, s := range w.scenarios() {
			for _, side := range []string{"before", "after"} {
				if long(t) || w.isShort(s, side) && w.direct.Name != "ceph" { // backends/ceph tests what is lost there in between
					w.killAtEachRequest(s, side)
				}
			}
		}
		w.Log(w.tally)
	})
}

// isShort reports whether the short form has it: all on the sandbox, and elsewhere what differs there. A request to MinIO's
// administration takes a tenth of a second, and Ceph writes what a user has anew with each key.
func (w *world) isShort(s scenario, side string) bool {
	switch w.direct.Name {
	case "minio", "ceph":
		return s.name == "further key" && side == "after"
	case "moto", "seaweedfs":
		return s.name == "session"
	case "garage":
		return s.name == "create" && side == "after"
	}
	return !s.tries || side == "after" // it sends many requests
}

func (w *world) killAtEachRequest(s scenario, side string) {
	w.Helper()
	for n := 1; n <= mostRequests; n++ {
		name := fmt.Sprintf("kill-%s-%d", side, n)
		what := fmt.Sprintf("%s, plugin killed %s request %d", s.name, side, n)
		before := w.prepare(s, name)
		w.checkTraces(what + ", prepared")
		w.killAt(n, side)
		o := w.run(w.seen, in(name, s.args)...)
		w.count()
		requests := len(w.proxy.Seen())
		if o.code != 0 && len(w.pids()) > s.plugins() {
			w.Errorf("%s: the plugin was started %d times", what, len(w.pids()))
		}
		w.check(what, s, name, before, o)
		if requests < n {
			if n < 4 || o.code != 0 {
				w.Errorf("%s: %d requests, %s", s.name, requests, o.stderr)
			}
			return // the command was done before it could be broken
		}
	}
	w.Errorf("%s: more than %d requests", s.name, mostRequests)
}

// killAt kills the plugin at the nth request from now.
func (w *world) killAt(n int, side string) {
	if side == "after" {
		w.proxy.FailNth(n, systems.LoseAnswer)
		w.proxy.OnLost(w.killPlugin)
		return
	}
	w.proxy.Reset(func(seen int, _ systems.Request) systems.Action {
		if seen != n {
			return systems.Pass
		}
		w.killPlugin()
		return systems.Refuse
	})
}
