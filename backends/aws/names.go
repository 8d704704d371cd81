package aws

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/version"
)

// The limits of IAM, STS and S3 that this backend tells of.
const (
	maxUserPolicyBytes    = 2048
	maxSessionPolicyBytes = 2048
	maxBucketPolicyBytes  = 20480
	maxAccessKeys         = 2
	minSessionSeconds     = 15 * 60
	maxSessionSeconds     = 12 * 60 * 60
)

// sessionRoleName is the role that sessions are opened against; the name is part of this tool's contract with the
// accounts that have one already.
const sessionRoleName = "s3-credentials.AmazonS3FullAccess"

// iamName is what IAM accepts in names of users, roles, inline policies and sessions.
const iamName = `[\w+=,.@-]+`

// names are IAM's rules.
func names() driver.Names {
	return driver.Names{
		User:      driver.NameRule{Min: 1, Max: 64, Pattern: iamName},
		Policy:    driver.NameRule{Min: 1, Max: 128, Pattern: iamName},
		Role:      driver.NameRule{Min: 1, Max: 64, Pattern: iamName},
		Session:   driver.NameRule{Min: 2, Max: 64, Pattern: iamName},
		Separator: ",",
	}
}

// checkPresent refuses an empty name, which some services take for the caller's own.
func checkPresent(kind, name string) error {
	if name == "" {
		return fault.New(fault.InvalidArgument, "the name of the %s is empty", kind)
	}
	return nil
}

// checkBucket refuses what would not address a bucket, but something in it or beside it. The finer rules are the system's.
func checkBucket(bucket string) error {
	if bucket == "" || bucket == "." || bucket == ".." || strings.ContainsAny(bucket, "/\\?#%\x00") {
		return fault.New(fault.InvalidArgument, "%q cannot be the name of a bucket", bucket)
	}
	return nil
}

// describe says what the backend is, for the clients' region and endpoint.
func describe(ctx context.Context, options s3.Options) (driver.Description, error) {
	partition := partitionOf(options.Region)
	endpoint, err := objectEndpoint(ctx, options)
	if err != nil {
		return driver.Description{}, err
	}
	managed := "arn:" + partition.name + ":iam::aws:policy/"
	return driver.Description{
		Name:         Name,
		Version:      version.Number(),
		Capabilities: capabilities(),
		Partition:    partition.name,
		Region:       options.Region,
		EndpointURL:  endpoint,
		WebsiteURL:   "http://{bucket}.s3-website.{region}." + partition.domain,
		Names:        names(),
		Limits: driver.Limits{
			InlinePolicyBytes:      maxUserPolicyBytes,
			InlinePolicyTotalBytes: maxUserPolicyBytes,
			SessionPolicyBytes:     maxSessionPolicyBytes,
			BucketPolicyBytes:      maxBucketPolicyBytes,
			IgnoreWhitespace:       true,
			AccessKeysPerUser:      maxAccessKeys,
			MinSessionSeconds:      minSessionSeconds,
			MaxSessionSeconds:      maxSessionSeconds,
		},
		Boundaries: driver.Boundaries{
			ReadOnly:  managed + "AmazonS3ReadOnlyAccess",
			ReadWrite: managed + "AmazonS3FullAccess",
		},
		SessionRole: &driver.SessionRole{
			Name:              sessionRoleName,
			PolicyARN:         managed + "AmazonS3FullAccess",
			TrustPrincipal:    "arn:" + partition.name + ":iam::{account}:root",
			MaxSessionSeconds: maxSessionSeconds,
		},
	}, nil
}

// capabilities are all there are but policy.principal: a bucket policy can name a user, but only together with its
// account, which is not known without a request.
func capabilities() []driver.Capability {
	var declared []driver.Capability
	for _, c := range driver.AllCapabilities() {
		if c != driver.CapPolicyPrincipal {
			declared = append(declared, c)
		}
	}
	return declared
}

// objectEndpoint is the endpoint whose path-style URLs are those of the objects: the configured one, else the
// region's. That of us-east-1 has the short form s3.amazonaws.com, which serves no other region's buckets by path.
func objectEndpoint(ctx context.Context, options s3.Options) (string, error) {
	if options.BaseEndpoint != nil {
		return strings.TrimRight(*options.BaseEndpoint, "/"), nil
	}
	resolved, err := s3.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, s3.EndpointParameters{
		Region:            aws.String(options.Region),
		UseGlobalEndpoint: aws.Bool(options.Region == defaultRegion),
		UseFIPS:           aws.Bool(options.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled),
		UseDualStack:      aws.Bool(options.EndpointOptions.UseDualStackEndpoint == aws.DualStackEndpointStateEnabled),
	})
	if err != nil {
		return "", fault.Wrap(fault.InvalidArgument, err, "there is no S3 endpoint for the region %q", options.Region).
			WithHint(fault.HintRegion)
	}
	return strings.TrimRight(resolved.URI.String(), "/"), nil
}

// partition is one of AWS's separate worlds.
type partition struct{ name, domain string }

// partitions are told by how the names of their regions start.
var partitions = []struct {
	prefix string
	partition
}{
	{"cn-", partition{"aws-cn", "amazonaws.com.cn"}},
	{"us-gov-", partition{"aws-us-gov", "amazonaws.com"}},
	{"us-iso-", partition{"aws-iso", "c2s.ic.gov"}},
	{"us-isob-", partition{"aws-iso-b", "sc2s.sgov.gov"}},
	{"eu-isoe-", partition{"aws-iso-e", "cloud.adc-e.uk"}},
	{"us-isof-", partition{"aws-iso-f", "csp.hci.ic.gov"}},
	{"eusc-", partition{"aws-eusc", "amazonaws.eu"}},
}

func partitionOf(region string) partition {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.prefix) {
			return p.partition
		}
	}
	return partition{"aws", "amazonaws.com"}
}
