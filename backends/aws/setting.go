package aws

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// GetBucketSetting reads one setting.
func (b *backend) GetBucketSetting(ctx context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
	if err := checkSetting(req.Bucket, req.Setting); err != nil {
		return driver.BucketSetting{}, err
	}
	value, err := b.readSetting(ctx, req.Bucket, req.Setting)
	if err != nil {
		return driver.BucketSetting{}, wrapError(ctx, err, "read the %s of the bucket %q", req.Setting, req.Bucket)
	}
	return value, nil
}

func (b *backend) readSetting(ctx context.Context, bucket string, setting driver.Setting) (value driver.BucketSetting, err error) {
	switch setting {
	case driver.SettingPolicy:
		value.Policy, err = b.bucketPolicy(ctx, bucket)
	case driver.SettingPolicyStatus:
		value.PolicyStatus, err = b.policyStatus(ctx, bucket)
	case driver.SettingCORS:
		value.CORS, err = b.cors(ctx, bucket)
	case driver.SettingWebsite:
		value.Website, err = b.website(ctx, bucket)
	case driver.SettingACL:
		value.ACL, err = b.acl(ctx, bucket)
	case driver.SettingPublicAccessBlock:
		value.PublicAccessBlock, err = b.publicAccessBlock(ctx, bucket)
	}
	return value, err
}

// PutBucketSetting replaces one setting.
func (b *backend) PutBucketSetting(ctx context.Context, req driver.PutBucketSettingRequest) error {
	setting := req.Value.Setting()
	if err := checkWritable(req.Bucket, setting); err != nil {
		return err
	}
	return wrapError(ctx, b.writeSetting(ctx, req.Bucket, req.Value), "set the %s of the bucket %q", setting, req.Bucket)
}

func (b *backend) writeSetting(ctx context.Context, bucket string, value driver.BucketSetting) error {
	var err error
	switch {
	case value.Policy != nil:
		_, err = inBucket(ctx, b, bucket, b.s3().PutBucketPolicy, &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &value.Policy.Document})
	case value.CORS != nil:
		_, err = inBucket(ctx, b, bucket, b.s3().PutBucketCors, &s3.PutBucketCorsInput{
			Bucket: &bucket, CORSConfiguration: &types.CORSConfiguration{CORSRules: sdkRules(value.CORS.Rules)},
		})
	case value.Website != nil:
		var website *types.WebsiteConfiguration
		if website, err = sdkWebsite(*value.Website); err != nil {
			return err
		}
		_, err = inBucket(ctx, b, bucket, b.s3().PutBucketWebsite, &s3.PutBucketWebsiteInput{
			Bucket: &bucket, WebsiteConfiguration: website,
		})
	case value.PublicAccessBlock != nil:
		v := value.PublicAccessBlock
		_, err = inBucket(ctx, b, bucket, b.s3().PutPublicAccessBlock, &s3.PutPublicAccessBlockInput{
			Bucket: &bucket, PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
				BlockPublicAcls: &v.BlockPublicACLs, IgnorePublicAcls: &v.IgnorePublicACLs,
				BlockPublicPolicy: &v.BlockPublicPolicy, RestrictPublicBuckets: &v.RestrictPublicBuckets,
			},
		})
	}
	return err
}

// DeleteBucketSetting removes one setting.
func (b *backend) DeleteBucketSetting(ctx context.Context, req driver.DeleteBucketSettingRequest) error {
	if err := checkWritable(req.Bucket, req.Setting); err != nil {
		return err
	}
	err := b.removeSetting(ctx, req.Bucket, req.Setting)
	if isNotSet(err) {
		return nil
	}
	return wrapError(ctx, err, "remove the %s of the bucket %q", req.Setting, req.Bucket)
}

// removeSetting sends the request that removes a setting. A system that does not know the setting may overlook its
// name in the request, and what is left of that says "delete the bucket". So those settings that such systems are known
// to lack are read first, and only what is set is removed.
func (b *backend) removeSetting(ctx context.Context, bucket string, setting driver.Setting) error {
	var err error
	switch setting {
	case driver.SettingPolicy:
		_, err = inBucket(ctx, b, bucket, b.s3().DeleteBucketPolicy, &s3.DeleteBucketPolicyInput{Bucket: &bucket})
	case driver.SettingCORS:
		_, err = inBucket(ctx, b, bucket, b.s3().DeleteBucketCors, &s3.DeleteBucketCorsInput{Bucket: &bucket})
	case driver.SettingWebsite:
		if _, err = b.website(ctx, bucket); err == nil {
			_, err = inBucket(ctx, b, bucket, b.s3().DeleteBucketWebsite, &s3.DeleteBucketWebsiteInput{Bucket: &bucket})
		}
	case driver.SettingPublicAccessBlock:
		if _, err = b.publicAccessBlock(ctx, bucket); err == nil {
			_, err = inBucket(ctx, b, bucket, b.s3().DeletePublicAccessBlock, &s3.DeletePublicAccessBlockInput{Bucket: &bucket})
		}
	}
	return err
}

// checkSetting refuses what is no setting.
func checkSetting(bucket string, setting driver.Setting) error {
	if setting.Capability() == "" {
		return fault.New(fault.InvalidArgument, "a bucket has no setting %q, or not exactly one value is given", setting)
	}
	return checkBucket(bucket)
}

// checkWritable refuses what is no setting that can be changed.
func checkWritable(bucket string, setting driver.Setting) error {
	if err := checkSetting(bucket, setting); err != nil {
		return err
	}
	if !setting.Writable() {
		return fault.New(fault.Unsupported, "the %s of a bucket can only be read", setting)
	}
	return nil
}

// errNothingSet is an answer that holds no setting.
var errNothingSet = errors.New("the answer holds no such setting")

// isNotSet reports whether the service says that the setting, rather than the bucket, is missing.
func isNotSet(err error) bool {
	if errors.Is(err, errNothingSet) {
		return true
	}
	switch serviceCodeOf(err) {
	case "NoSuchBucketPolicy", "NoSuchCORSConfiguration", "NoSuchWebsiteConfiguration", "NoSuchPublicAccessBlockConfiguration":
		return true
	}
	return false
}

func (b *backend) bucketPolicy(ctx context.Context, bucket string) (*driver.BucketPolicy, error) {
	out, err := inBucket(ctx, b, bucket, b.s3().GetBucketPolicy, &s3.GetBucketPolicyInput{Bucket: &bucket})
	if err != nil {
		return nil, err
	}
	return &driver.BucketPolicy{Document: aws.ToString(out.Policy)}, nil
}

func (b *backend) policyStatus(ctx context.Context, bucket string) (*driver.PolicyStatus, error) {
	out, err := inBucket(ctx, b, bucket, b.s3().GetBucketPolicyStatus, &s3.GetBucketPolicyStatusInput{Bucket: &bucket})
	if err != nil {
		return nil, err
	}
	return &driver.PolicyStatus{IsPublic: out.PolicyStatus != nil && aws.ToBool(out.PolicyStatus.IsPublic)}, nil
}

func (b *backend) acl(ctx context.Context, bucket string) (*driver.ACL, error) {
	out, err := inBucket(ctx, b, bucket, b.s3().GetBucketAcl, &s3.GetBucketAclInput{Bucket: &bucket})
	if err != nil {
		return nil, err
	}
	list := &driver.ACL{}
	if owner := ownerOf(out.Owner); owner != nil {
		list.Owner = *owner
	}
	for _, g := range out.Grants {
		grant := driver.Grant{Permission: string(g.Permission)}
		if to := g.Grantee; to != nil {
			grant.GranteeType, grant.GranteeID = string(to.Type), aws.ToString(to.ID)
			grant.GranteeDisplayName, grant.GranteeURI = aws.ToString(to.DisplayName), aws.ToString(to.URI)
		}
		list.Grants = append(list.Grants, grant)
	}
	return list, nil
}

func (b *backend) publicAccessBlock(ctx context.Context, bucket string) (*driver.PublicAccessBlock, error) {
	out, err := inBucket(ctx, b, bucket, b.s3().GetPublicAccessBlock, &s3.GetPublicAccessBlockInput{Bucket: &bucket})
	if err != nil {
		return nil, err
	}
	c := out.PublicAccessBlockConfiguration
	// Systems without the setting are known to answer with something else, in which none of it is found.
	if c == nil || c.BlockPublicAcls == nil && c.IgnorePublicAcls == nil && c.BlockPublicPolicy == nil && c.RestrictPublicBuckets == nil {
		return nil, fault.Wrap(fault.NotFound, errNothingSet, "the bucket %q has no public-access-block", bucket)
	}
	return &driver.PublicAccessBlock{
		BlockPublicACLs: aws.ToBool(c.BlockPublicAcls), IgnorePublicACLs: aws.ToBool(c.IgnorePublicAcls),
		BlockPublicPolicy: aws.ToBool(c.BlockPublicPolicy), RestrictPublicBuckets: aws.ToBool(c.RestrictPublicBuckets),
	}, nil
}

// ownerOf converts an owner; nil where there is none.
func ownerOf(o *types.Owner) *driver.Owner {
	if o == nil {
		return nil
	}
	return &driver.Owner{DisplayName: aws.ToString(o.DisplayName), ID: aws.ToString(o.ID)}
}
