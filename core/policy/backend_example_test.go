package policy_test

import (
	"fmt"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// acmePermissions are the actions that acme's two permissions stand for.
var acmePermissions = map[string]string{"s3:GetObject": "read", "s3:PutObject": "write"}

// grantsOf translates a document for a system whose users have permissions on folders, and nothing else. It refuses what such
// a grant does not say exactly: the user would get more or less than the document says.
func grantsOf(document string) ([]string, error) {
	doc, err := policy.Parse([]byte(document))
	if err != nil {
		return nil, err
	}
	var grants []string
	for _, s := range doc.Statement {
		if s.Effect != policy.Allow || len(s.NotAction)+len(s.NotResource)+len(s.Condition) > 0 {
			return nil, fault.New(fault.InvalidArgument, "acme knows nothing but permissions on folders; leave out denials, exceptions and conditions")
		}
		for _, action := range s.Action {
			for _, resource := range s.Resource {
				folder, whole := strings.CutSuffix(strings.TrimPrefix(resource, "arn:aws:s3:::"), "/*")
				if acmePermissions[action] == "" || !whole || strings.ContainsAny(folder, "*?$") {
					return nil, fault.New(fault.InvalidArgument, "acme cannot permit %s on %s", action, resource)
				}
				grants = append(grants, acmePermissions[action]+" "+folder)
			}
		}
	}
	return grants, nil
}

// A backend for a system that has permissions of another kind translates what PutPolicy is given.
func Example_backend() {
	grants, err := grantsOf(`{"Version": "2012-10-17", "Statement": {
		"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::reports/2026/*"}}`)
	fmt.Println(grants, err)
	_, err = grantsOf(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}`)
	fmt.Println(err)
	// Output:
	// [read reports/2026 write reports/2026] <nil>
	// acme cannot permit s3:* on *
}
