package s3

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// settingCalls are the requests for one setting. For a read-only setting put and remove are nil.
type settingCalls struct {
	get    func(ctx context.Context, s *Store, bucket string) (driver.BucketSetting, error)
	put    func(ctx context.Context, s *Store, bucket string, value driver.BucketSetting) error
	remove func(ctx context.Context, s *Store, bucket string) error
	// notSet is S3's error code for a bucket without the setting.
	notSet string
	// readFirst reads the setting before it removes it. A system without the setting may ignore the query parameter that
	// names it, and the rest of the request means "delete the bucket". Such systems exist for these settings.
	readFirst bool
}

var settings = map[driver.Setting]settingCalls{
	driver.SettingPolicy: {get: getPolicy, put: putPolicy, notSet: "NoSuchBucketPolicy",
		remove: func(ctx context.Context, s *Store, bucket string) error {
			return sdk.ErrOf(inBucket(ctx, s, bucket, s.Client().DeleteBucketPolicy, &s3.DeleteBucketPolicyInput{Bucket: &bucket}))
		}},
	driver.SettingPolicyStatus: {get: getPolicyStatus},
	driver.SettingCORS: {get: getCORS, put: putCORS, notSet: "NoSuchCORSConfiguration",
		remove: func(ctx context.Context, s *Store, bucket string) error {
			return sdk.ErrOf(inBucket(ctx, s, bucket, s.Client().DeleteBucketCors, &s3.DeleteBucketCorsInput{Bucket: &bucket}))
		}},
	driver.SettingWebsite: {get: getWebsite, put: putWebsite, notSet: "NoSuchWebsiteConfiguration", readFirst: true,
		remove: func(ctx context.Context, s *Store, bucket string) error {
			return sdk.ErrOf(inBucket(ctx, s, bucket, s.Client().DeleteBucketWebsite, &s3.DeleteBucketWebsiteInput{Bucket: &bucket}))
		}},
	driver.SettingACL: {get: getACL},
	driver.SettingPublicAccessBlock: {get: getPublicAccessBlock, put: putPublicAccessBlock,
		notSet: "NoSuchPublicAccessBlockConfiguration", readFirst: true,
		remove: func(ctx context.Context, s *Store, bucket string) error {
			return sdk.ErrOf(inBucket(ctx, s, bucket, s.Client().DeletePublicAccessBlock, &s3.DeletePublicAccessBlockInput{Bucket: &bucket}))
		}},
}

// GetBucketSetting reads one setting.
func (s *Store) GetBucketSetting(ctx context.Context, req driver.GetBucketSettingRequest) (driver.BucketSetting, error) {
	if err := checkSetting(req.Bucket, req.Setting); err != nil {
		return driver.BucketSetting{}, err
	}
	value, err := settings[req.Setting].get(ctx, s, req.Bucket)
	if err != nil {
		return driver.BucketSetting{}, s.Wrap(ctx, err, "read the %s of the bucket %q", req.Setting, req.Bucket)
	}
	return value, nil
}

// PutBucketSetting replaces one setting.
func (s *Store) PutBucketSetting(ctx context.Context, req driver.PutBucketSettingRequest) error {
	setting := req.Value.Setting()
	if err := checkWritable(req.Bucket, setting); err != nil {
		return err
	}
	return s.Wrap(ctx, settings[setting].put(ctx, s, req.Bucket, req.Value), "set the %s of the bucket %q", setting, req.Bucket)
}

// DeleteBucketSetting removes one setting.
func (s *Store) DeleteBucketSetting(ctx context.Context, req driver.DeleteBucketSettingRequest) error {
	if err := checkWritable(req.Bucket, req.Setting); err != nil {
		return err
	}
	calls := settings[req.Setting]
	var err error
	if calls.readFirst {
		_, err = calls.get(ctx, s, req.Bucket)
	}
	if err == nil {
		err = calls.remove(ctx, s, req.Bucket)
	}
	if errors.Is(err, errNothingSet) || sdk.Code(err) == calls.notSet && err != nil {
		return nil
	}
	return s.Wrap(ctx, err, "remove the %s of the bucket %q", req.Setting, req.Bucket)
}

// checkSetting refuses an unknown setting.
func checkSetting(bucket string, setting driver.Setting) error {
	if setting.Capability() == "" {
		return fault.New(fault.InvalidArgument, "a bucket has no setting %q, or not exactly one value is given", setting)
	}
	return checkBucket(bucket)
}

// checkWritable refuses a setting that cannot be changed.
func checkWritable(bucket string, setting driver.Setting) error {
	if err := checkSetting(bucket, setting); err != nil {
		return err
	}
	if !setting.Writable() {
		return fault.New(fault.Unsupported, "the %s of a bucket can only be read", setting)
	}
	return nil
}

// errNothingSet is an answer without the setting.
var errNothingSet = errors.New("the answer holds no such setting")

func getPolicy(ctx context.Context, s *Store, bucket string) (v driver.BucketSetting, err error) {
	out, err := inBucket(ctx, s, bucket, s.Client().GetBucketPolicy, &s3.GetBucketPolicyInput{Bucket: &bucket})
	if err != nil {
		return v, err
	}
	v.Policy = &driver.BucketPolicy{Document: aws.ToString(out.Policy)}
	return v, nil
}

func putPolicy(ctx context.Context, s *Store, bucket string, v driver.BucketSetting) error {
	return sdk.ErrOf(inBucket(ctx, s, bucket, s.Client().PutBucketPolicy, &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &v.Policy.Document}))
}

func getPolicyStatus(ctx context.Context, s *Store, bucket string) (v driver.BucketSetting, err error) {
	out, err := inBucket(ctx, s, bucket, s.Client().GetBucketPolicyStatus, &s3.GetBucketPolicyStatusInput{Bucket: &bucket})
	if err != nil {
		return v, err
	}
	v.PolicyStatus = &driver.PolicyStatus{IsPublic: out.PolicyStatus != nil && aws.ToBool(out.PolicyStatus.IsPublic)}
	return v, nil
}

func getACL(ctx context.Context, s *Store, bucket string) (v driver.BucketSetting, err error) {
	out, err := inBucket(ctx, s, bucket, s.Client().GetBucketAcl, &s3.GetBucketAclInput{Bucket: &bucket})
	if err != nil {
		return v, err
	}
	v.ACL = &driver.ACL{}
	if owner := ownerOf(out.Owner); owner != nil {
		v.ACL.Owner = *owner
	}
	for _, g := range out.Grants {
		grant := driver.Grant{Permission: string(g.Permission)}
		if to := g.Grantee; to != nil {
			grant.GranteeType, grant.GranteeID = string(to.Type), aws.ToString(to.ID)
			grant.GranteeDisplayName, grant.GranteeURI = aws.ToString(to.DisplayName), aws.ToString(to.URI)
		}
		v.ACL.Grants = append(v.ACL.Grants, grant)
	}
	return v, nil
}

func getPublicAccessBlock(ctx context.Context, s *Store, bucket string) (v driver.BucketSetting, err error) {
	out, err := inBucket(ctx, s, bucket, s.Client().GetPublicAccessBlock, &s3.GetPublicAccessBlockInput{Bucket: &bucket})
	if err != nil {
		return v, err
	}
	c := out.PublicAccessBlockConfiguration
	// Some systems without the setting send another document, which decodes to nothing.
	if c == nil || c.BlockPublicAcls == nil && c.IgnorePublicAcls == nil && c.BlockPublicPolicy == nil && c.RestrictPublicBuckets == nil {
		return v, fault.Wrap(fault.NotFound, errNothingSet, "the bucket %q has no public-access-block", bucket)
	}
	v.PublicAccessBlock = &driver.PublicAccessBlock{
		BlockPublicACLs: aws.ToBool(c.BlockPublicAcls), IgnorePublicACLs: aws.ToBool(c.IgnorePublicAcls),
		BlockPublicPolicy: aws.ToBool(c.BlockPublicPolicy), RestrictPublicBuckets: aws.ToBool(c.RestrictPublicBuckets),
	}
	return v, nil
}

func putPublicAccessBlock(ctx context.Context, s *Store, bucket string, value driver.BucketSetting) error {
	v := value.PublicAccessBlock
	return sdk.ErrOf(inBucket(ctx, s, bucket, s.Client().PutPublicAccessBlock, &s3.PutPublicAccessBlockInput{
		Bucket: &bucket, PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
			BlockPublicAcls: &v.BlockPublicACLs, IgnorePublicAcls: &v.IgnorePublicACLs,
			BlockPublicPolicy: &v.BlockPublicPolicy, RestrictPublicBuckets: &v.RestrictPublicBuckets,
		},
	}))
}

// ownerOf converts an owner; nil where there is none.
func ownerOf(o *types.Owner) *driver.Owner {
	if o == nil {
		return nil
	}
	return &driver.Owner{DisplayName: aws.ToString(o.DisplayName), ID: aws.ToString(o.ID)}
}
