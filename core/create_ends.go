package core

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// asEndingUser makes of temporary credentials, where there are no sessions and a user that is its key can end, such a user, which nobody else
// has: its name says when it ends.
func (e *Engine) asEndingUser(options CreateOptions) CreateOptions {
	if options.DurationSeconds <= 0 || !options.Expires.IsZero() || e.description.Has(driver.CapSessions) || !e.endsUsers() {
		return options
	}
	options.Expires = time.Now().Add(time.Duration(options.DurationSeconds)*time.Second + time.Second - 1).Truncate(time.Second)
	options.DurationSeconds = 0
	if options.UserName == "" {
		between := cmp.Or(e.description.Names.Separator, separator)
		until := "until-" + options.Expires.UTC().Format("20060102T150405Z") + "-" + strings.ToLower(rand.Text()[:6])
		options.UserName = derivedName(e.description.Names.User, between, options.accessName(""), append(options.BucketNames(), until))
	}
	return options
}

// checkExpires refuses an end that the system cannot give, or not so early or late.
func (e *Engine) checkExpires(end time.Time) error {
	switch {
	case end.IsZero():
		return nil
	case !end.After(time.Now()):
		return fault.New(fault.InvalidArgument, "the end %s is over; choose one in the future", end.UTC().Format(time.RFC3339))
	case !e.description.Has(driver.CapKeyExpiry):
		return e.requireEnds()
	}
	least, most := time.Duration(e.description.Limits.MinKeySeconds)*time.Second, time.Duration(e.description.Limits.MaxKeySeconds)*time.Second
	if off := time.Until(end); off < least+expiryMargin-settling || most > 0 && off > most {
		within := "at least " + inWords(least+expiryMargin)
		if most > 0 {
			within += " and at most " + inWords(most)
		}
		return fault.New(fault.InvalidArgument, "an access key of the %s backend ends in %s; %s is not within that",
			e.description.Name, within, end.UTC().Format(time.RFC3339))
	}
	return nil
}

// expiryMargin is how much later than the system's least an end has to be, because a request takes time; settling is what of that may
// have passed since somebody chose it.
const (
	expiryMargin = time.Minute
	settling     = 10 * time.Second
)

// inWords words the limits of systems, which are minutes and days.
func inWords(d time.Duration) string {
	if days := d / (24 * time.Hour); days > 0 {
		return fmt.Sprintf("%d days", days)
	}
	return fmt.Sprintf("%d minutes", d/time.Minute)
}
