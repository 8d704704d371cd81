package version

import (
	"runtime/debug"
	"testing"
)

func TestBuild(t *testing.T) {
	const revision = "0123456789abcdef0123456789abcdef01234567"
	settings := func(modified string) []debug.BuildSetting {
		return []debug.BuildSetting{{Key: "vcs.revision", Value: revision}, {Key: "vcs.modified", Value: modified}}
	}
	for _, c := range []struct {
		name, number, commit string
		info                 debug.BuildInfo
		want                 build
	}{
		{"nothing is known", "", "", debug.BuildInfo{}, build{unreleased, ""}},
		{"an installed module", "", "", debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}}, build{"1.2.3", ""}},
		{"a clean work tree", "", "", debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: settings("false")}, build{unreleased, "0123456789ab"}},
		{"a changed work tree", "", "", debug.BuildInfo{Settings: settings("true")}, build{unreleased, "0123456789ab, modified"}},
		{"set by the linker", "v2.0.0", "fedcba", debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}, Settings: settings("true")}, build{"2.0.0", "fedcba"}},
	} {
		if got := of(c.number, c.commit, &c.info); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}
