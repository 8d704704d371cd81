package core

import (
	"context"
	"errors"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// CheckMine fails with Unsupported if the system keeps nothing that says who made a user. Where names are enough, every system does. It
// sends no request.
func (e *Engine) CheckMine(byName bool) error {
	switch {
	case byName || e.description.Has(driver.CapUserTags):
		return e.require(driver.CapUsers)
	case e.description.Has(driver.CapKeyTags):
		return e.require(driver.CapUsers, driver.CapAccessKeys)
	case e.marks():
		return e.require(driver.CapUsers)
	}
	return e.description.Missing(driver.CapUserTags)
}

// Mine reports whether an engine made a user, and what the user's tags, or those of its keys, say of that. With byName, a user with a derived
// name counts too, as those do that earlier versions and the Python tool made: whoever makes a user may name it so. NotFound if there is no
// such user.
func (e *Engine) Mine(ctx context.Context, user string, byName bool) (Origin, bool, error) {
	origin, ours, err := e.UserOrigin(ctx, user)
	if errors.Is(err, fault.Unsupported) && byName {
		err = nil // nothing has tags there
	}
	if err != nil || ours {
		return origin, ours, err
	}
	return Origin{}, byName && derived(user), nil
}
