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

// errTooLong refuses what nobody means.
var errTooLong = errors.New("it is longer than 100 years")

// mostSeconds is 100 years, more than any system allows, and fits every number.
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
		if err != nil || n > (mostSeconds-total)/unit.seconds {
			return 0, errTooLong
		}
		total += n * unit.seconds
	}
	if total == 0 {
		return 0, errors.New("Duration must be longer than nothing") //nolint:staticcheck
	}
	return total, nil
}

// periodForm is how a time is given that may be days or years: a number alone would be seconds, where days or a date may be meant.
const periodForm = "it must be a time with a unit, such as 12h or 30d"

// parsePeriod returns the seconds that 90m, 12h or 30d stand for.
func parsePeriod(text string) (int, error) {
	if text == "" || text[len(text)-1] <= '9' || !durationPattern.MatchString(text) {
		return 0, errors.New(periodForm)
	}
	return parseDuration(text)
}

// moments are the forms of a date, and of a date and time with its zone.
var moments = []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04Z07:00"}

// parseExpires returns the moment that 30d, 2026-12-31, 2026-12-31T18:00Z or 2026-12-31T18:00:00+01:00 stand for.
func parseExpires(text string) (time.Time, error) {
	now := time.Now().UTC()
	for _, layout := range moments {
		at, err := time.Parse(layout, text)
		switch {
		case err != nil:
		case at.Sub(now) > mostSeconds*time.Second:
			return time.Time{}, errTooLong
		default:
			return at.UTC(), nil
		}
	}
	seconds, err := parsePeriod(text)
	if err != nil && err.Error() == periodForm {
		return time.Time{}, errors.New(periodForm + ", or a date such as 2026-12-31, or a date and time with its zone, such as 2026-12-31T18:00Z")
	}
	return now.Add(time.Duration(seconds) * time.Second).Truncate(time.Second), err
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
