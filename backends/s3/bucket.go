package s3

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// bucketsPerPage is the page size of the listing of buckets. Systems without pages send all buckets.
const bucketsPerPage = 1000

// ListBuckets yields the buckets, sorted by name. S3 sorts them across pages; other systems send one page, sorted here.
func (s *Store) ListBuckets(ctx context.Context) iter.Seq2[driver.BucketInfo, error] {
	pages := s3.NewListBucketsPaginator(s.Client(), &s3.ListBucketsInput{MaxBuckets: aws.Int32(bucketsPerPage)})
	return sdk.Listing(ctx, s.Config, pages, func(page *s3.ListBucketsOutput) []types.Bucket {
		slices.SortFunc(page.Buckets, func(x, y types.Bucket) int {
			return cmp.Compare(aws.ToString(x.Name), aws.ToString(y.Name))
		})
		return page.Buckets
	}, s.bucketOf, "list the buckets")
}

func (s *Store) bucketOf(bucket *types.Bucket) driver.BucketInfo {
	info := driver.BucketInfo{
		Name:    aws.ToString(bucket.Name),
		Created: aws.ToTime(bucket.CreationDate),
		Region:  aws.ToString(bucket.BucketRegion),
		ARN:     aws.ToString(bucket.BucketArn),
	}
	if info.Region != "" {
		s.regions.Store(info.Name, info.Region)
	}
	return info
}

// HeadBucket looks a bucket up.
func (s *Store) HeadBucket(ctx context.Context, req driver.HeadBucketRequest) (driver.BucketDetail, error) {
	if err := checkBucket(req.Bucket); err != nil {
		return driver.BucketDetail{}, err
	}
	out, err := inBucket(ctx, s, req.Bucket, s.Client().HeadBucket, &s3.HeadBucketInput{Bucket: &req.Bucket})
	if err != nil {
		return driver.BucketDetail{}, s.Wrap(ctx, s.explainHead(ctx, req.Bucket, err), "look up the bucket %q", req.Bucket)
	}
	return driver.BucketDetail{Region: aws.ToString(out.BucketRegion)}, nil
}

// explainHead replaces the error of a HEAD request by that of a GET. The answer to a HEAD has no body, and only a body
// distinguishes wrong credentials or a wrong region from missing permission.
func (s *Store) explainHead(ctx context.Context, bucket string, err error) error {
	status := sdk.Status(err)
	if status != http.StatusForbidden && status != http.StatusBadRequest {
		return err
	}
	_, explained := inBucket(ctx, s, bucket, s.Client().GetBucketLocation, &s3.GetBucketLocationInput{Bucket: &bucket})
	if s.IsForAll(explained) {
		return explained
	}
	return err
}

// CreateBucket creates a private bucket.
func (s *Store) CreateBucket(ctx context.Context, req driver.CreateBucketRequest) error {
	if err := checkBucket(req.Bucket); err != nil {
		return err
	}
	region := cmp.Or(req.Region, s.Region)
	in := &s3.CreateBucketInput{Bucket: &req.Bucket}
	switch {
	case region == sdk.DefaultRegion && req.Again:
		if s.onAWS() {
			return nil // AWS itself: see below
		}
	case region == sdk.DefaultRegion:
		// In us-east-1, creating a bucket that the caller already owns succeeds and resets its ACL.
		if _, err := s.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: req.Bucket}); err == nil {
			return fault.New(fault.AlreadyExists, "cannot create the bucket %q: it exists already and is yours", req.Bucket)
		}
	default:
		in.CreateBucketConfiguration = &types.CreateBucketConfiguration{
			LocationConstraint: types.BucketLocationConstraint(region),
		}
	}
	err := s.createIn(ctx, in, region)
	if s.Recent != nil && (err == nil || sdk.Ambiguous(err)) {
		s.Recent.BucketMade(req.Bucket)
	}
	if err != nil {
		return s.Wrap(ctx, err, "create the bucket %q in %s", req.Bucket, region)
	}
	return nil
}

// createIn sends the request to the region's endpoint. A system with one endpoint for all regions may accept signatures
// for its own region only. Its refusal has no effect, so the request is sent again, signed for that region.
func (s *Store) createIn(ctx context.Context, in *s3.CreateBucketInput, region string) error {
	once := func(o *s3.Options) { o.Retryer = sdk.NewCreationRetryer() }
	_, err := s.Client().CreateBucket(ctx, in, inRegion(region), once)
	if sdk.Code(err) == "AuthorizationHeaderMalformed" && region != s.Region {
		_, err = s.Client().CreateBucket(ctx, in, once)
	}
	return err
}

// DeleteBucket deletes an empty bucket.
func (s *Store) DeleteBucket(ctx context.Context, req driver.DeleteBucketRequest) error {
	if err := checkBucket(req.Bucket); err != nil {
		return err
	}
	_, err := inBucket(ctx, s, req.Bucket, s.Client().DeleteBucket, &s3.DeleteBucketInput{Bucket: &req.Bucket})
	if err == nil {
		s.regions.Delete(req.Bucket)
		if s.Recent != nil {
			s.Recent.BucketGone(req.Bucket)
		}
	}
	return s.Wrap(ctx, err, "delete the bucket %q", req.Bucket)
}
