package wire

import (
	"encoding/json"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
	pb "github.com/s3-credentials/s3-credentials/internal/wire/backendv1"
)

func toConfig(c driver.Config) *pb.OpenRequest {
	out := &pb.OpenRequest{
		EndpointUrl: c.EndpointURL, Region: c.Region, Profile: c.Profile, TimeoutNanoseconds: c.Timeout.Nanoseconds(),
		CaBundle: c.CABundle, Insecure: c.Insecure,
	}
	if c.Credentials != nil {
		out.Credentials = &pb.Credentials{
			AccessKeyId:     c.Credentials.AccessKeyID,
			SecretAccessKey: c.Credentials.SecretAccessKey,
			SessionToken:    c.Credentials.SessionToken,
		}
	}
	return out
}

func fromConfig(in *pb.OpenRequest) driver.Config {
	c := driver.Config{
		EndpointURL: in.GetEndpointUrl(), Region: in.GetRegion(), Profile: in.GetProfile(), Timeout: time.Duration(in.GetTimeoutNanoseconds()),
		CABundle: in.GetCaBundle(), Insecure: in.GetInsecure(),
	}
	if k := in.GetCredentials(); k != nil {
		c.Credentials = &driver.Credentials{
			AccessKeyID: k.GetAccessKeyId(), SecretAccessKey: k.GetSecretAccessKey(), SessionToken: k.GetSessionToken(),
		}
	}
	return c
}

func toDescription(d driver.Description) (*pb.Description, error) {
	dialect, err := toDialect(d.Dialect)
	if err != nil {
		return nil, err
	}
	return &pb.Description{
		Name:         d.Name,
		Version:      d.Version,
		Capabilities: mapSlice(d.Capabilities, func(c driver.Capability) string { return string(c) }),
		Partition:    d.Partition,
		Region:       d.Region,
		EndpointUrl:  d.EndpointURL,
		WebsiteUrl:   d.WebsiteURL,
		Dialect:      dialect,
		Names: &pb.Names{
			User: toNameRule(d.Names.User), Policy: toNameRule(d.Names.Policy),
			Session: toNameRule(d.Names.Session), Role: toNameRule(d.Names.Role), Separator: d.Names.Separator,
		},
		Limits:      toLimits(d.Limits),
		Boundaries:  &pb.Boundaries{ReadOnly: d.Boundaries.ReadOnly, ReadWrite: d.Boundaries.ReadWrite},
		SessionRole: toSessionRole(d.SessionRole),
		Principal:   d.Principal,
		Settings:    d.Settings,
	}, nil
}

func fromDescription(in *pb.Description) (driver.Description, error) {
	dialect, err := fromDialect(in.GetDialect())
	if err != nil {
		return driver.Description{}, err
	}
	names := in.GetNames()
	return driver.Description{
		Name:         in.GetName(),
		Version:      in.GetVersion(),
		Capabilities: knownCapabilities(in.GetCapabilities()),
		Partition:    in.GetPartition(),
		Region:       in.GetRegion(),
		EndpointURL:  in.GetEndpointUrl(),
		WebsiteURL:   in.GetWebsiteUrl(),
		Dialect:      dialect,
		Names: driver.Names{
			User: fromNameRule(names.GetUser()), Policy: fromNameRule(names.GetPolicy()),
			Session: fromNameRule(names.GetSession()), Role: fromNameRule(names.GetRole()), Separator: names.GetSeparator(),
		},
		Limits:      fromLimits(in.GetLimits()),
		Boundaries:  driver.Boundaries{ReadOnly: in.GetBoundaries().GetReadOnly(), ReadWrite: in.GetBoundaries().GetReadWrite()},
		SessionRole: fromSessionRole(in.GetSessionRole()),
		Principal:   in.GetPrincipal(),
		Settings:    in.GetSettings(),
	}, nil
}

// knownCapabilities drops capabilities of a newer plugin that this host does not know.
func knownCapabilities(in []string) []driver.Capability {
	declared := map[driver.Capability]bool{}
	for _, name := range in {
		declared[driver.Capability(name)] = true
	}
	var known []driver.Capability
	for _, c := range driver.AllCapabilities() {
		if declared[c] {
			known = append(known, c)
		}
	}
	return known
}

func toDialect(d policy.Dialect) (*pb.Dialect, error) {
	out := &pb.Dialect{RejectedActions: d.RejectedActions, AnonymousBucketPolicies: d.AnonymousBucketPolicies, PlainUserPolicies: d.PlainUserPolicies, IgnoresCase: d.IgnoresCase}
	for _, statement := range d.MandatoryStatements {
		text, err := toStatement(statement)
		if err != nil {
			return nil, err
		}
		out.Guards = append(out.Guards, text)
	}
	for _, i := range d.Implications {
		implication := &pb.Implication{Action: i.Action, By: i.By}
		if i.Deny != nil {
			var err error
			if implication.Deny, err = toStatement(*i.Deny); err != nil {
				return nil, err
			}
		}
		out.Implications = append(out.Implications, implication)
	}
	return out, nil
}

func fromDialect(in *pb.Dialect) (policy.Dialect, error) {
	out := policy.Dialect{
		RejectedActions: in.GetRejectedActions(), AnonymousBucketPolicies: in.GetAnonymousBucketPolicies(), PlainUserPolicies: in.GetPlainUserPolicies(), IgnoresCase: in.GetIgnoresCase(),
	}
	for _, text := range in.GetGuards() {
		statement, err := fromStatement(text)
		if err != nil {
			return policy.Dialect{}, err
		}
		out.MandatoryStatements = append(out.MandatoryStatements, statement)
	}
	for _, i := range in.GetImplications() {
		implication := policy.Implication{Action: i.GetAction(), By: i.GetBy()}
		if i.GetDeny() != "" {
			statement, err := fromStatement(i.GetDeny())
			if err != nil {
				return policy.Dialect{}, err
			}
			implication.Deny = &statement
		}
		out.Implications = append(out.Implications, implication)
	}
	return out, nil
}

func toStatement(s policy.Statement) (string, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "a mandatory statement of the policy dialect cannot be written as JSON")
	}
	return string(text), nil
}

// fromStatement reads a statement that keeps a key from more access than it was given, so that it must not be left out.
func fromStatement(text string) (policy.Statement, error) {
	var s policy.Statement
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return s, fault.Wrap(fault.Internal, err, "the plugin demands a policy statement that this program cannot read; update s3-credentials")
	}
	return s, nil
}

func toNameRule(r driver.NameRule) *pb.NameRule {
	return &pb.NameRule{Min: toInt32(r.Min), Max: toInt32(r.Max), Pattern: r.Pattern}
}

func fromNameRule(in *pb.NameRule) driver.NameRule {
	return driver.NameRule{Min: int(in.GetMin()), Max: int(in.GetMax()), Pattern: in.GetPattern()}
}

func toLimits(l driver.Limits) *pb.Limits {
	return &pb.Limits{
		InlinePolicyBytes:      toInt32(l.InlinePolicyBytes),
		InlinePolicyTotalBytes: toInt32(l.InlinePolicyTotalBytes),
		SessionPolicyBytes:     toInt32(l.SessionPolicyBytes),
		BucketPolicyBytes:      toInt32(l.BucketPolicyBytes),
		IgnoreWhitespace:       l.IgnoreWhitespace,
		AccessKeysPerUser:      toInt32(l.AccessKeysPerUser),
		MinSessionSeconds:      toInt32(l.MinSessionSeconds),
		MaxSessionSeconds:      toInt32(l.MaxSessionSeconds),
		LagSeconds:             toInt32(l.LagSeconds),
		MinKeySeconds:          toInt32(l.MinKeySeconds),
		MaxKeySeconds:          toInt32(l.MaxKeySeconds),
	}
}

func fromLimits(in *pb.Limits) driver.Limits {
	return driver.Limits{
		InlinePolicyBytes:      int(in.GetInlinePolicyBytes()),
		InlinePolicyTotalBytes: int(in.GetInlinePolicyTotalBytes()),
		SessionPolicyBytes:     int(in.GetSessionPolicyBytes()),
		BucketPolicyBytes:      int(in.GetBucketPolicyBytes()),
		IgnoreWhitespace:       in.GetIgnoreWhitespace(),
		AccessKeysPerUser:      int(in.GetAccessKeysPerUser()),
		MinSessionSeconds:      int(in.GetMinSessionSeconds()),
		MaxSessionSeconds:      int(in.GetMaxSessionSeconds()),
		LagSeconds:             int(in.GetLagSeconds()),
		MinKeySeconds:          int(in.GetMinKeySeconds()),
		MaxKeySeconds:          int(in.GetMaxKeySeconds()),
	}
}

func toSessionRole(r *driver.SessionRole) *pb.SessionRole {
	if r == nil {
		return nil
	}
	return &pb.SessionRole{
		Name: r.Name, PolicyArn: r.PolicyARN, TrustPrincipal: r.TrustPrincipal, MaxSessionSeconds: toInt32(r.MaxSessionSeconds),
		Policy: r.Policy,
	}
}

func fromSessionRole(in *pb.SessionRole) *driver.SessionRole {
	if in == nil {
		return nil
	}
	return &driver.SessionRole{
		Name: in.GetName(), PolicyARN: in.GetPolicyArn(), TrustPrincipal: in.GetTrustPrincipal(),
		MaxSessionSeconds: int(in.GetMaxSessionSeconds()), Policy: in.GetPolicy(),
	}
}
