package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// units are those of durations, the longest first, with their seconds.
var units = []struct {
	letter, name string
	seconds      int
}{{"d", "day", 24 * 60 * 60}, {"h", "hour", 60 * 60}, {"m", "minute", 60}, {"s", "second", 1}}

var durationPattern = regexp.MustCompile(`^(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s?)?$`)

// mostSeconds is more than any system allows, and fits every number.
const mostSeconds = 100 * 365 * 24 * 60 * 60

// parseDuration returns the seconds that 900, 90s, 15m, 1h30m or 7d stand for. What a system allows, checkDuration knows.
func parseDuration(text string) (int, error) {
	match := durationPattern.FindStringSubmatch(text)
	if match == nil || text == "" {
		return 0, errors.New("Duration must be of form 3600s or 15m or 2h or 1h30m or 7d") //nolint:staticcheck // the Python tool's words
	}
	total := 0
	for i, unit := range units {
		if match[i+1] == "" {
			continue
		}
		n, err := strconv.Atoi(match[i+1])
		if err != nil || n > mostSeconds {
			return 0, errors.New("Duration is longer than any system allows") //nolint:staticcheck
		}
		total += min(n, mostSeconds/unit.seconds) * unit.seconds
	}
	if total == 0 {
		return 0, errors.New("Duration must be longer than nothing") //nolint:staticcheck
	}
	return total, nil
}

// parseExpires returns the moment that 30d, 2026-12-31 or 2026-12-31T18:00:00Z stand for.
func parseExpires(text string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), nil
		}
	}
	seconds, err := parseDuration(text)
	if err != nil {
		return time.Time{}, errors.New("it must be a time such as 12h or 30d, or a date such as 2026-12-31 or 2026-12-31T18:00:00Z")
	}
	return time.Now().UTC().Add(time.Duration(seconds) * time.Second).Truncate(time.Second), nil
}

// checkDuration refuses what the system does not allow, in the Python tool's words.
func checkDuration(d driver.Description, seconds int) error {
	least, most := d.Limits.MinSessionSeconds, d.Limits.MaxSessionSeconds
	switch {
	case seconds == 0, !d.Has(driver.CapSessions), seconds >= least && (most == 0 || seconds <= most):
		return nil
	case most == 0:
		return cli.Usagef("Invalid value for '-d' / '--duration': Duration must be at least %s", inWords(least))
	}
	return cli.Usagef("Invalid value for '-d' / '--duration': Duration must be between %s and %s", inWords(least), inWords(most))
}

// inWords words seconds: 15 minutes, 1 hour 30 minutes, 365 days.
func inWords(seconds int) string {
	var words []string
	for _, unit := range units {
		n := seconds / unit.seconds
		seconds -= n * unit.seconds
		switch {
		case n == 1:
			words = append(words, "1 "+unit.name)
		case n > 1:
			words = append(words, fmt.Sprintf("%d %ss", n, unit.name))
		}
	}
	return strings.Join(words, " ")
}
