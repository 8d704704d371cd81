package policy

import (
	"maps"
	"slices"
	"strings"
)

// For returns what the policy of a bucket says of a principal, as a document of the principal's own; an empty name is a caller without
// a key. What the policy allows an account is for the account to hand on by policies of its users: by itself it gives them nothing.
func (d Document) For(principal string) Document {
	return d.filtered(func(s Statement) bool {
		return s.isAbout(principal) && !(s.Effect == Allow && s.Principal != nil && s.Principal.asAccount(principal))
	})
}

// WithoutPublic returns the document without what it allows every caller, with or without a key. Where it denies others something that
// it does not deny the principal, it is the same document: what every caller may do is less then than what the principal may.
func (d Document) WithoutPublic(principal string) Document {
	spared := func(s Statement) bool { return s.Effect != Allow && s.isAbout("") && !s.isAbout(principal) }
	if slices.ContainsFunc(d.Statement, spared) {
		return d
	}
	d.Statement = slices.DeleteFunc(slices.Clone(d.Statement), func(s Statement) bool { return s.Effect == Allow && s.isAbout("") })
	return d
}

// Public reports whether a statement allows every caller something, whatever the request is.
func (d Document) Public() bool {
	return slices.ContainsFunc(d.Statement, func(s Statement) bool { return s.Effect == Allow && len(s.Condition) == 0 && s.isAbout("") })
}

// PrincipalPatterns returns the names of principals with wildcards, other than "*" alone, as they are written. AWS refuses them; other
// systems find principals with them that this package does not.
func (d Document) PrincipalPatterns() []string {
	var patterns []string
	for _, s := range d.Statement {
		for _, p := range []*Principal{s.Principal, s.NotPrincipal} {
			if p == nil {
				continue
			}
			for _, name := range slices.Concat(slices.Collect(maps.Values(p.Of))...) {
				if name != "*" && strings.ContainsAny(name, "*?") {
					patterns = append(patterns, name)
				}
			}
		}
	}
	slices.Sort(patterns)
	return slices.Compact(patterns)
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
