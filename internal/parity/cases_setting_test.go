//go:build systems

package parity

import "testing"

func settingCases() []parityCase {
	one := []given{bucket("one")}
	blocked := append(one, publicAccessBlock("one", true))
	return []parityCase{
		{name: "set-cors-policy", given: one, args: []string{"set-cors-policy", "one"}},
		{name: "set-cors-policy with everything", given: one, args: []string{"set-cors-policy", "one", "-m", "GET", "--allowed-method", "PUT", "-h", "Authorization", "-o", "https://www.example.com/", "--allowed-origin=https://other.example.com", "-e", "ETag", "--max-age-seconds", "60"}},
		{name: "set-cors-policy over another", given: append(one, corsRule("one")), args: []string{"set-cors-policy", "one", "-mPOST"}},
		{name: "set-cors-policy of a missing bucket", args: []string{"set-cors-policy", "missing"}},
		{name: "set-cors-policy --max-age-seconds of no number", given: one, args: []string{"set-cors-policy", "one", "--max-age-seconds", "long"}},
		{name: "set-cors-policy --max-age-seconds 0", differs: "max-age-zero", given: one, args: []string{"set-cors-policy", "one", "--max-age-seconds", "0"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 0)
			rule := func(o outcome) any { return bucketState(o, "one")["cors"].([]any)[0].(map[string]any)["MaxAgeSeconds"] }
			if rule(python) != nil || rule(ours) != float64(0) {
				t.Errorf("MaxAgeSeconds is %v and %v", rule(python), rule(ours))
			}
		}},
		{name: "get-cors-policy", given: append(one, corsRule("one")), args: []string{"get-cors-policy", "one"}},
		{name: "get-cors-policy of none", given: one, args: []string{"get-cors-policy", "one"}},
		{name: "get-cors-policy of a missing bucket", args: []string{"get-cors-policy", "missing"}},

		{name: "set-bucket-policy --allow-all-get", given: one, args: []string{"set-bucket-policy", "one", "--allow-all-get"}},
		{name: "set-bucket-policy --policy-file", given: one, files: map[string]string{"p.json": publicDocument}, args: []string{"set-bucket-policy", "one", "--policy-file", "p.json"}},
		{name: "set-bucket-policy --policy-file -", given: one, stdin: publicDocument, args: []string{"set-bucket-policy", "one", "--policy-file", "-"}},
		{name: "set-bucket-policy with both", given: one, files: map[string]string{"p.json": publicDocument}, args: []string{"set-bucket-policy", "one", "--allow-all-get", "--policy-file", "p.json"}},
		{name: "set-bucket-policy of a missing file", given: one, args: []string{"set-bucket-policy", "one", "--policy-file", "p.json"}},
		{name: "set-bucket-policy of a missing bucket", args: []string{"set-bucket-policy", "missing", "--allow-all-get"}},
		{name: "get-bucket-policy", given: append(one, bucketPolicy("one", publicDocument)), args: []string{"get-bucket-policy", "one"}},
		{name: "get-bucket-policy of none", given: one, args: []string{"get-bucket-policy", "one"}},
		{name: "get-bucket-policy of a missing bucket", args: []string{"get-bucket-policy", "missing"}},

		{name: "get-public-access-block", given: blocked, args: []string{"get-public-access-block", "one"}},
		{name: "get-public-access-block of none", given: one, args: []string{"get-public-access-block", "one"}},
		{name: "set-public-access-block with all", given: one, args: []string{"set-public-access-block", "one", "--block-public-acls", "true", "--ignore-public-acls", "yes", "--block-public-policy", "0", "--restrict-public-buckets", "off"}},
		{name: "set-public-access-block --allow-public-access", given: blocked, args: []string{"set-public-access-block", "one", "--allow-public-access"}},
		{name: "set-public-access-block with none", given: one, args: []string{"set-public-access-block", "one"}},
		{name: "set-public-access-block of no truth", given: one, args: []string{"set-public-access-block", "one", "--block-public-acls", "perhaps"}},
		{name: "set-public-access-block with one", differs: "pab-partial", given: blocked, args: []string{"set-public-access-block", "one", "--block-public-acls", "false"}, check: func(t *testing.T, python, ours outcome) {
			wantExits(t, python, ours, 0, 0)
			block := func(o outcome) map[string]any { return bucketState(o, "one")["public access block"].(map[string]any) }
			if is := block(ours); is["BlockPublicAcls"] != false || is["BlockPublicPolicy"] != true || is["IgnorePublicAcls"] != true || is["RestrictPublicBuckets"] != true {
				t.Errorf("this tool leaves %v", is)
			}
			if block(python)["BlockPublicPolicy"] == true {
				t.Error("the Python tool keeps the others too")
			}
		}},

		{name: "debug-bucket", given: blocked, args: []string{"debug-bucket", "one"}},
	}
}
