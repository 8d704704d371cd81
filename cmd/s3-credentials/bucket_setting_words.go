package main

import (
	"cmp"
	"path"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// aclWords names whom an access control list gives something besides the owner: "AllUsers READ".
func aclWords(acl *driver.ACL) string {
	var all []string
	for _, g := range acl.Grants {
		if g.GranteeID != "" && g.GranteeID == acl.Owner.ID {
			continue
		}
		name := cmp.Or(g.GranteeDisplayName, g.GranteeID)
		if g.GranteeURI != "" {
			name = path.Base(g.GranteeURI) // the groups are URIs
		}
		all = append(all, name+" "+g.Permission)
	}
	return cmp.Or(strings.Join(all, ", "), "owner only")
}

// publicAccessBlockWords names what is blocked.
func publicAccessBlockWords(b *driver.PublicAccessBlock) string {
	block := publicAccessBlockValue(b)
	var on []string
	for _, m := range block {
		if m.Value == true {
			on = append(on, m.Name)
		}
	}
	switch len(on) {
	case 0:
		return "nothing blocked"
	case len(block):
		return "all blocked"
	}
	return strings.Join(on, ", ")
}
