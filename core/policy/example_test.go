package policy_test

import (
	"fmt"

	"github.com/s3-credentials/s3-credentials/core/policy"
)

// Build a policy, restrict it to a folder, and see what it decides.
func Example() {
	doc, err := policy.Build(policy.Grants(policy.ReadOnly, "2026", "reports"), policy.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, key := range []string{"2026/january.csv", "2025/january.csv"} {
		decision := policy.Evaluate([]policy.Document{doc}, policy.Request{
			Action: "s3:GetObject", Resource: "arn:aws:s3:::reports/" + key,
		})
		fmt.Println(key, decision)
	}
	// Output:
	// 2026/january.csv allowed
	// 2025/january.csv implicit deny
}

func ExampleBuild() {
	doc, err := policy.Build(policy.Grants(policy.WriteOnly, "", "logs"), policy.Options{})
	fmt.Println(doc.Indent(), err)
	// Output:
	// {
	//     "Version": "2012-10-17",
	//     "Statement": [
	//         {
	//             "Effect": "Allow",
	//             "Action": [
	//                 "s3:PutObject"
	//             ],
	//             "Resource": [
	//                 "arn:aws:s3:::logs/*"
	//             ]
	//         }
	//     ]
	// } <nil>
}

func ExampleAccess() {
	fmt.Println(policy.ReadOnly)
	fmt.Println(policy.List | policy.Write)
	// Output:
	// read-only
	// list+write
}

func ExampleNormalizePrefix() {
	for _, prefix := range []string{"", "logs", "/logs/", "logs*"} {
		pattern, err := policy.NormalizePrefix(prefix)
		fmt.Println(pattern, err)
	}
	_, err := policy.NormalizePrefix("*/secret")
	fmt.Println(err)
	// Output:
	// * <nil>
	// logs/* <nil>
	// logs/* <nil>
	// logs* <nil>
	// the prefix "*/secret" has a wildcard before its end, which would match more than it says; write such a rule as a policy of your own
}

// A document keeps members that the package does not know.
func ExampleParse() {
	doc, err := policy.Parse([]byte(`{
		"Version": "2012-10-17",
		"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Comment": "kept"}
	}`))
	fmt.Println(doc.JSON(), err)
	_, err = policy.Parse([]byte(`{"Statement": [{"effect": "Allow"}]}`))
	fmt.Println(err)
	// Output:
	// {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Comment":"kept"}} <nil>
	// statement 1 of the policy: it has a member "effect"; write it as "Effect"
}

// A system that rejects an action gets the document without it.
func ExampleCompile() {
	doc := policy.Document{Version: policy.Version, Statement: []policy.Statement{{
		Effect: policy.Allow, Action: []string{"s3:GetObject", "s3:GetObjectAcl"}, Resource: []string{"arn:aws:s3:::photos/*"},
	}}}
	dialect := policy.Dialect{RejectedActions: []string{"s3:GetObjectAcl"}}
	compiled, removed, err := policy.Compile(doc, dialect, policy.CompileOptions{Generated: 1})
	fmt.Println(compiled.JSON())
	fmt.Println(removed[0].Action, err)
	// Where the user wrote the action, nothing is removed in silence.
	_, _, err = policy.Compile(doc, dialect, policy.CompileOptions{})
	fmt.Println(err)
	// Output:
	// {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::photos/*"]}]}
	// s3:GetObjectAcl <nil>
	// the action s3:GetObjectAcl is in statement 1 of the policy, but this system does not have it; leave it out
}

func ExampleEvaluate() {
	allow := policy.Document{Version: policy.Version, Statement: []policy.Statement{
		{Effect: policy.Allow, Action: []string{"s3:*"}, Resource: []string{"*"}},
	}}
	deny := policy.Document{Version: policy.Version, Statement: []policy.Statement{
		{Effect: policy.Deny, Action: []string{"s3:Delete*"}, Resource: []string{"*"}},
	}}
	for _, action := range []string{"s3:GetObject", "s3:DeleteObject", "iam:CreateUser"} {
		request := policy.Request{Action: action, Resource: "arn:aws:s3:::photos/cat.jpg"}
		fmt.Println(action, policy.Evaluate([]policy.Document{allow, deny}, request))
	}
	// Output:
	// s3:GetObject allowed
	// s3:DeleteObject explicit deny
	// iam:CreateUser implicit deny
}

func ExampleEqual() {
	one, _ := policy.Parse([]byte(`{"Statement": {"Effect": "Allow", "Action": "s3:getobject", "Resource": "*"}}`))
	other, _ := policy.Parse([]byte(`{"Statement": [{"Resource": ["*"], "Action": ["s3:GetObject"], "Effect": "Allow"}]}`))
	fmt.Println(policy.Equal(one, other))
	// Output:
	// true
}

func ExampleMerge() {
	photos, _ := policy.Build(policy.Grants(policy.WriteOnly, "", "photos"), policy.Options{})
	videos, _ := policy.Build(policy.Grants(policy.WriteOnly, "", "videos"), policy.Options{})
	merged := policy.Merge(photos, videos, photos)
	fmt.Println(len(merged.Statement))
	// Output:
	// 2
}

func ExampleSize() {
	doc := policy.PublicGet("my-bucket", "")
	fmt.Println(policy.Size(doc, false) == len(doc.JSON()))
	// Output:
	// true
}
