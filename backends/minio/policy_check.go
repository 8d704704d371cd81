package minio

import (
	"context"
	_ "embed"
	"maps"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// CheckPolicy refuses a document that MinIO would take for more access than it reads, or could not show.
func (b *backend) CheckPolicy(_ context.Context, req driver.CheckPolicyRequest) error {
	if !req.Session {
		return checkDocument(req.Document)
	}
	parsed, err := policy.Parse([]byte(req.Document))
	if err != nil {
		return err
	}
	return checkWider(parsed)
}

func checkDocument(document string) error {
	if len(document) > maxPolicyBytes {
		return fault.New(fault.ResourceExhausted, "a policy has at most %d bytes, this one has %d", maxPolicyBytes, len(document))
	}
	parsed, err := policy.Parse([]byte(document))
	if err != nil {
		return err
	}
	for _, s := range parsed.Statement {
		if len(s.NotAction) > 0 {
			return fault.New(fault.InvalidArgument, "MinIO takes a policy with NotAction and cannot list its policies any more then; name the actions in Action")
		}
	}
	return checkWider(parsed)
}

// checkWider refuses what MinIO takes for more access than it reads. What it takes for less stays as it is.
func checkWider(document policy.Document) error {
	if document.Version == "" && strings.Contains(document.JSON(), "${") {
		return fault.New(fault.InvalidArgument, "MinIO replaces variables in a policy without a Version, too; give it the Version %q", policy.Version)
	}
	for _, s := range document.Statement {
		for _, check := range []func(policy.Statement) error{checkActions, checkBuckets, checkConditions} {
			if err := check(s); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkActions refuses the action "*", which MinIO takes for one of its STS, where resources do not count.
func checkActions(s policy.Statement) error {
	everywhere := slices.Contains(s.Resource, "*") || slices.Contains(s.Resource, anyBucket)
	if slices.Contains(s.Action, "*") && !everywhere {
		return fault.New(fault.InvalidArgument, `MinIO ignores the resources of a statement with the action "*"; write "s3:*"`)
	}
	return nil
}

const (
	resourceARN = "arn:aws:s3:::"
	anyBucket   = resourceARN + "*"
)

// bucketActions are the actions on buckets that MinIO has.
//
//go:embed names_bucket_actions.txt
var bucketActions string

// checkBuckets refuses patterns with which MinIO finds a bucket B otherwise than they read: it compares them with "B/".
func checkBuckets(s policy.Statement) error {
	if !onBuckets(s) {
		return nil
	}
	// Where a pattern takes access away, one that finds too little is wider; elsewhere one that finds too much is.
	takes := (s.Effect == policy.Deny) != (len(s.NotResource) > 0)
	patterns := slices.Concat(s.Resource, s.NotResource)
	for _, pattern := range patterns {
		bucket := strings.TrimRight(pattern, "*")
		slash := strings.Index(pattern, "/")
		switch {
		case !strings.HasPrefix(pattern, resourceARN):
		case takes && slash < 0 && bucket == pattern && strings.ContainsAny(pattern, "*?"):
			return fault.New(fault.InvalidArgument, "MinIO finds no bucket with the pattern %s; name the buckets, or end it with a star", pattern)
		case !takes && slash >= 0 && slash == len(bucket)-1 && !reaches(patterns, bucket[:slash]):
			return fault.New(fault.InvalidArgument, "MinIO takes %s for the bucket, too, and the statement has actions on buckets; leave them out, or have statements of their own for them", pattern)
		case !takes && slash < 0 && strings.HasSuffix(bucket, "?"):
			return fault.New(fault.InvalidArgument, "MinIO takes %s for buckets with shorter names, too; name the buckets", pattern)
		}
	}
	return nil
}

// onBuckets reports whether the statement has an action on buckets.
func onBuckets(s policy.Statement) bool {
	actions := policy.Document{Statement: []policy.Statement{{Effect: policy.Allow, Action: s.Action}}}
	return slices.ContainsFunc(strings.Fields(bucketActions), func(action string) bool {
		return policy.Evaluate([]policy.Document{actions}, policy.Request{Action: action}) == policy.Allowed
	})
}

// reaches reports whether one of the patterns is about the bucket.
func reaches(patterns []string, bucket string) bool {
	all := policy.Document{Statement: []policy.Statement{{Effect: policy.Allow, Action: []string{"*"}, Resource: patterns}}}
	return policy.Evaluate([]policy.Document{all}, policy.Request{Resource: bucket}) == policy.Allowed
}

// checkConditions refuses conditions that MinIO decides otherwise than they read, to the caller's advantage.
func checkConditions(s policy.Statement) error {
	for operator, keys := range s.Condition {
		negated := strings.Contains(operator, "Not")
		switch values := slices.Concat(slices.Collect(maps.Values(keys))...); {
		case strings.Contains(operator, "IpAddress"):
			if err := checkAddresses(values); err != nil {
				return err
			}
		case operator == "Bool" && slices.ContainsFunc(values, func(v string) bool { return v != "true" && v != "false" }):
			return fault.New(fault.InvalidArgument, "for MinIO the operator Bool never holds for True, FALSE and the like; write true or false")
		case operator == "NumericNotEquals" && s.Effect == policy.Deny:
			return fault.New(fault.InvalidArgument, "for MinIO the operator NumericNotEquals does not hold for a request without the key, which the Deny would miss; use NumericLessThan and NumericGreaterThan with Null")
		case negated && strings.HasPrefix(operator, "ForAnyValue:") && s.Effect == policy.Allow,
			negated && strings.HasPrefix(operator, "ForAllValues:") && s.Effect == policy.Deny:
			return fault.New(fault.InvalidArgument, "for MinIO the operator %s does not mean what it says; leave out what stands before the colon", operator)
		}
	}
	return nil
}

// checkAddresses refuses what MinIO takes for a network that is wider than it reads.
func checkAddresses(values []string) error {
	for _, value := range values {
		if strings.Contains(value, ":") && !strings.Contains(value, "/") {
			return fault.New(fault.InvalidArgument, "MinIO takes the address %s for the network %s/32; write %s/128", value, value, value)
		}
	}
	return nil
}
