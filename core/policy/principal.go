package policy

import (
	"maps"
	"slices"
)

// For returns what the policy of a bucket says of a principal, as a document of the principal's own; an empty name is a caller without
// a key. What the policy allows an account is for the account to hand on by policies of its users: by itself it gives them nothing.
func (d Document) For(principal string) Document {
	return d.filtered(func(s Statement) bool {
		return s.isAbout(principal) && !(s.Effect == Allow && s.Principal != nil && s.Principal.asAccount(principal))
	})
}

// WithoutPublic returns the document without what it allows every caller, with or without a key.
func (d Document) WithoutPublic() Document {
	d.Statement = slices.DeleteFunc(slices.Clone(d.Statement), func(s Statement) bool { return s.Effect == Allow && s.isAbout("") })
	return d
}

// Denials returns the statements that deny.
func (d Document) Denials() Document {
	return d.filtered(func(s Statement) bool { return s.Effect != Allow })
}

// Allows reports whether a statement allows something.
func (d Document) Allows() bool {
	return slices.ContainsFunc(d.Statement, func(s Statement) bool { return s.Effect == Allow })
}

// filtered returns the statements that are kept, without principals.
func (d Document) filtered(keep func(Statement) bool) Document {
	kept := Document{Version: d.Version}
	for _, s := range d.Statement {
		if keep(s) {
			s.Principal, s.NotPrincipal, s.order = nil, nil, nil
			kept.Statement = append(kept.Statement, s)
		}
	}
	return kept
}

// Principals returns whom the document allows something by name, sorted: ARNs, accounts, services, as they are written.
func (d Document) Principals() []string {
	named := map[string]bool{}
	for _, s := range d.Statement {
		if s.Effect != Allow || s.Principal == nil {
			continue
		}
		for _, names := range s.Principal.Of {
			for _, name := range names {
				named[name] = name != "*"
			}
		}
	}
	maps.DeleteFunc(named, func(_ string, is bool) bool { return !is })
	return slices.Sorted(maps.Keys(named))
}

// asAccount reports whether p names the principal's account, and not the principal.
func (p *Principal) asAccount(principal string) bool {
	if p.Any {
		return false
	}
	for _, names := range p.Of {
		if slices.Contains(names, "*") || slices.Contains(names, principal) {
			return false
		}
	}
	return true
}
