package aws

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/s3-credentials/s3-credentials/backends/iam"
	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/version"
)

// The limits of IAM, STS and S3 that this backend declares.
const (
	maxUserPolicyBytes    = 2048
	maxSessionPolicyBytes = 2048
	maxBucketPolicyBytes  = 20480
	maxAccessKeys         = 2
	minSessionSeconds     = 15 * 60
	maxSessionSeconds     = 12 * 60 * 60
)

// sessionRoleName is the role that sessions assume. The name must not change: accounts have the role already.
const sessionRoleName = "s3-credentials.AmazonS3FullAccess"

// describe describes the backend for the clients' region and endpoint.
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
		Names:        iam.Names(),
		Limits: driver.Limits{
			InlinePolicyBytes:      maxUserPolicyBytes,
			InlinePolicyTotalBytes: maxUserPolicyBytes,
			SessionPolicyBytes:     maxSessionPolicyBytes,
			BucketPolicyBytes:      maxBucketPolicyBytes,
			IgnoreWhitespace:       true,
			AccessKeysPerUser:      maxAccessKeys,
			MinSessionSeconds:      minSessionSeconds,
			MaxSessionSeconds:      maxSessionSeconds,
			LagSeconds:             int(spread / time.Second),
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

// lacking are the capabilities that this backend does not have. A bucket policy can name a user only together with its account, which is
// unknown without a request; IAM's access keys have no end and no tags.
var lacking = []driver.Capability{driver.CapPolicyGrant, driver.CapPolicyPrincipal, driver.CapKeyExpiry, driver.CapKeyTags}

func capabilities() []driver.Capability {
	return slices.DeleteFunc(driver.AllCapabilities(), func(c driver.Capability) bool { return slices.Contains(lacking, c) })
}

// objectEndpoint is the endpoint of the objects' path-style URLs: the configured one, else the region's. For us-east-1
// that is the short form s3.amazonaws.com, which serves no other region's buckets by path.
func objectEndpoint(ctx context.Context, options s3.Options) (string, error) {
	if options.BaseEndpoint != nil {
		return strings.TrimRight(*options.BaseEndpoint, "/"), nil
	}
	resolved, err := s3.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, s3.EndpointParameters{
		Region:            aws.String(options.Region),
		UseGlobalEndpoint: aws.Bool(options.Region == sdk.DefaultRegion),
		UseFIPS:           aws.Bool(options.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled),
		UseDualStack:      aws.Bool(options.EndpointOptions.UseDualStackEndpoint == aws.DualStackEndpointStateEnabled),
	})
	if err != nil {
		return "", fault.Wrap(fault.InvalidArgument, err, "there is no S3 endpoint for the region %q", options.Region).
			WithHint(fault.HintRegion)
	}
	return strings.TrimRight(resolved.URI.String(), "/"), nil
}

// partition is an AWS partition.
type partition struct{ name, domain string }

// partitions maps prefixes of region names to partitions.
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
