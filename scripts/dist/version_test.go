package main

import (
	"testing"
	"time"
)

func TestVersionsOfCommits(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	const commit = "0123456789ab"
	for _, c := range []struct{ described, want, python string }{
		{"", "0.0.0-20260102030405-0123456789ab", "0.0.0.dev20260102030405"},
		{"v1.2.3-0-g0123456", "1.2.3", "1.2.3"},
		{"v1.2.3-rc.1-0-g0123456", "1.2.3-rc.1", "1.2.3rc1"},
		{"v1.2.3-4-g0123456", "1.2.4-0.20260102030405-0123456789ab", "1.2.4.dev20260102030405"},
		{"v1.2.3-rc.1-4-g0123456", "1.2.3-0.20260102030405-0123456789ab", "1.2.3.dev20260102030405"},
	} {
		got := versionOf(c.described, at, commit)
		if got != c.want || checkVersion(got) != nil || pythonVersion(got) != c.python {
			t.Errorf("%q: %s, %v, want %s and %s", c.described, got, checkVersion(got), c.want, c.python)
		}
	}
	if got := pythonVersion("1.2.3+changed"); got != "1.2.3+changed" {
		t.Errorf("a changed tree is %s", got)
	}
	for _, bad := range []string{"", "1.2", "v1.2.3", "1.2.3-pre", "1.2.3 4", versionOf("vnext-3-g0123456", at, commit)} {
		if checkVersion(bad) == nil {
			t.Errorf("%q is taken for a version", bad)
		}
	}
}
