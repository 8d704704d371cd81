package core

import (
	"errors"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// AccessChange is how a plan changes what the keys of a user may do.
type AccessChange struct {
	Gained, Lost policy.Explanation
}

// planChange notes how the plan changes the access of a user who exists. Policies that are too complex to be decided change in a way
// that is not known.
func (e *Engine) planChange(plan *Plan, owner *keyOwner) error {
	if !slices.ContainsFunc(plan.Notes, func(n Note) bool { return changeWords[n.Code] != "" }) {
		return nil
	}
	before, after := slices.Clone(owner.kept), slices.Clone(owner.kept)
	for _, s := range plan.Steps {
		if s.Resource.Owner != driver.UserPrincipal(owner.name) || !s.Resource.Kind.givesAccess() {
			continue
		}
		for _, side := range []struct {
			state State
			into  *[]policy.Document
		}{{s.before(), &before}, {s.after(), &after}} {
			document, err := statementsOf(side.state)
			if err != nil {
				return err
			}
			*side.into = append(*side.into, document)
		}
	}
	options := policy.ExplainOptions{Principal: bucketGranter{e}.principal(owner.name), Context: map[string][]string{"aws:username": {owner.name}}}
	gained, err := policy.Gained(before, after, options)
	if err != nil {
		return knowable(err)
	}
	lost, err := policy.Gained(after, before, options)
	if err != nil {
		return knowable(err)
	}
	plan.Change = &AccessChange{Gained: gained, Lost: lost}
	return nil
}

// knowable drops the error of policies that are too complex.
func knowable(err error) error {
	if errors.Is(err, fault.ResourceExhausted) {
		return nil
	}
	return err
}
