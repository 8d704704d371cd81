package main

import (
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]int{
		"900": 900, "90s": 90, "15m": 900, "12h": 43200, "1h30m": 5400, "7d": 604800, "1d1h1m1s": 90061, "1h5": 3605, "365d": 31536000,
	} {
		if got, err := parseDuration(text); err != nil || got != want {
			t.Errorf("parseDuration(%q) = %d, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "x", "0", "0d0s", "-15m", "15 m", "1.5h", "15M", "30m1h", "1w", "d", "99999999999999999999", "9223372036854775807h", "３m", "1000000d", "36500d1s",
	} {
		if got, err := parseDuration(text); err == nil {
			t.Errorf("parseDuration(%q) = %d, want an error", text, got)
		}
	}
}

func TestParsePeriod(t *testing.T) {
	for text, want := range map[string]int{"90s": 90, "24h": 86400, "1d12h": 129600, "36500d": mostSeconds} {
		if got, err := parsePeriod(text); err != nil || got != want {
			t.Errorf("parsePeriod(%q) = %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "30", "1h5", "20261231", "x", "soon", "3w", "0d", "36501d"} {
		if got, err := parsePeriod(text); err == nil {
			t.Errorf("parsePeriod(%q) = %d, want an error", text, got)
		}
	}
}

func TestParseExpires(t *testing.T) {
	for text, want := range map[string]string{
		"2026-12-31": "2026-12-31T00:00:00Z", "2026-12-31T18:00:00Z": "2026-12-31T18:00:00Z",
		"2026-12-31T18:00Z": "2026-12-31T18:00:00Z", "2026-12-31T18:00+01:00": "2026-12-31T17:00:00Z",
	} {
		if got, err := parseExpires(text); err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("parseExpires(%q) = %v, %v", text, got, err)
		}
	}
	before := time.Now().Add(30 * 24 * time.Hour)
	if got, err := parseExpires("30d"); err != nil || got.Before(before.Truncate(time.Second)) || got.After(before.Add(time.Hour)) {
		t.Errorf("30d: %v, %v", got, err)
	}
	for _, text := range []string{"", "30", "20261231", "2026-12-31T18:00", "soon", "1000000d", "9999-12-31", "2400-01-01T00:00Z"} {
		if got, err := parseExpires(text); err == nil {
			t.Errorf("parseExpires(%q) = %v, want an error", text, got)
		}
	}
}

func TestCheckDuration(t *testing.T) {
	d := driver.Description{Capabilities: []driver.Capability{driver.CapSessions}}
	d.Limits = driver.Limits{MinSessionSeconds: 900, MaxSessionSeconds: 365 * 24 * 60 * 60}
	for _, seconds := range []int{0, 900, 365 * 24 * 60 * 60} {
		if err := checkDuration(d, seconds); err != nil {
			t.Errorf("%d: %v", seconds, err)
		}
	}
	for _, seconds := range []int{1, 899, 365*24*60*60 + 1} {
		if err := checkDuration(d, seconds); err == nil || !strings.Contains(err.Error(), "must be between 15 minutes and 365 days") {
			t.Errorf("%d: %v", seconds, err)
		}
	}
	d.Limits = driver.Limits{MinSessionSeconds: 90 * 60}
	if err := checkDuration(d, 60); err == nil || !strings.HasSuffix(err.Error(), "must be at least 1 hour 30 minutes") {
		t.Error(err)
	}
	if err := checkDuration(driver.Description{}, 60); err != nil {
		t.Errorf("without sessions it is not the length that is wrong: %v", err)
	}
}
