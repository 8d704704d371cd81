package aws

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// bucketsPerPage is the page size of the listing of buckets. Systems without pages send all buckets.
const bucketsPerPage = 1000

// ListBuckets yields the buckets, sorted by name. S3 sorts them across pages; other systems send one page, sorted here.
func (b *backend) ListBuckets(ctx context.Context) iter.Seq2[driver.BucketInfo, error] {
	pages := s3.NewListBucketsPaginator(b.s3(), &s3.ListBucketsInput{MaxBuckets: aws.Int32(bucketsPerPage)})
	return listing(ctx, pages, func(page *s3.ListBucketsOutput) []types.Bucket {
		slices.SortFunc(page.Buckets, func(x, y types.Bucket) int {
			return cmp.Compare(aws.ToString(x.Name), aws.ToString(y.Name))
		})
		return page.Buckets
	}, b.bucketOf, "list the buckets")
}

func (b *backend) bucketOf(bucket *types.Bucket) driver.BucketInfo {
	info := driver.BucketInfo{
		Name:    aws.ToString(bucket.Name),
		Created: aws.ToTime(bucket.CreationDate),
		Region:  aws.ToString(bucket.BucketRegion),
		ARN:     aws.ToString(bucket.BucketArn),
	}
	if info.Region != "" {
		b.regions.Store(info.Name, info.Region)
	}
	return info
}

// HeadBucket looks a bucket up.
func (b *backend) HeadBucket(ctx context.Context, req driver.HeadBucketRequest) (driver.BucketDetail, error) {
	if err := checkBucket(req.Bucket); err != nil {
		return driver.BucketDetail{}, err
	}
	out, err := inBucket(ctx, b, req.Bucket, b.s3().HeadBucket, &s3.HeadBucketInput{Bucket: &req.Bucket})
	if err != nil {
		return driver.BucketDetail{}, wrapError(ctx, b.explainHead(ctx, req.Bucket, err), "look up the bucket %q", req.Bucket)
	}
	return driver.BucketDetail{Region: aws.ToString(out.BucketRegion)}, nil
}

// explainHead replaces the error of a HEAD request by that of a GET. The answer to a HEAD has no body, and only a body
// distinguishes wrong credentials or a wrong region from missing permission.
func (b *backend) explainHead(ctx context.Context, bucket string, err error) error {
	status := statusOf(err)
	if status != http.StatusForbidden && status != http.StatusBadRequest {
		return err
	}
	_, explained := inBucket(ctx, b, bucket, b.s3().GetBucketLocation, &s3.GetBucketLocationInput{Bucket: &bucket})
	if isForAll(explained) {
		return explained
	}
	return err
}

// isForAll reports whether every request would meet the error, because it is about the credentials or the region.
func isForAll(err error) bool {
	answer := answerOf(err)
	return answer != nil && (system.Code(answer) == fault.Unauthenticated || answer.Code == "AuthorizationHeaderMalformed")
}

// CreateBucket creates a private bucket.
func (b *backend) CreateBucket(ctx context.Context, req driver.CreateBucketRequest) error {
	if err := checkBucket(req.Bucket); err != nil {
		return err
	}
	region := cmp.Or(req.Region, b.config.Region)
	in := &s3.CreateBucketInput{Bucket: &req.Bucket}
	switch {
	case region == defaultRegion && req.Again:
		if b.s3().Options().BaseEndpoint == nil {
			return nil // AWS itself: see below
		}
	case region == defaultRegion:
		// In us-east-1, creating a bucket that the caller already owns succeeds and resets its ACL.
		if _, err := b.HeadBucket(ctx, driver.HeadBucketRequest{Bucket: req.Bucket}); err == nil {
			return fault.New(fault.AlreadyExists, "cannot create the bucket %q: it exists already and is yours", req.Bucket)
		}
	default:
		in.CreateBucketConfiguration = &types.CreateBucketConfiguration{
			LocationConstraint: types.BucketLocationConstraint(region),
		}
	}
	err := b.createIn(ctx, in, region)
	if b.s3().Options().BaseEndpoint == nil && (err == nil || ambiguous(err)) {
		b.recent.note(bucketPath(req.Bucket), time.Now())
	}
	if err != nil {
		return wrapError(ctx, err, "create the bucket %q in %s", req.Bucket, region)
	}
	return nil
}

// createIn sends the request to the region's endpoint. A system with one endpoint for all regions may accept signatures
// for its own region only. Its refusal has no effect, so the request is sent again, signed for that region.
func (b *backend) createIn(ctx context.Context, in *s3.CreateBucketInput, region string) error {
	once := func(o *s3.Options) { o.Retryer = newCreationRetryer() }
	_, err := b.s3().CreateBucket(ctx, in, inRegion(region), once)
	if serviceCodeOf(err) == "AuthorizationHeaderMalformed" && region != b.config.Region {
		_, err = b.s3().CreateBucket(ctx, in, once)
	}
	return err
}

// DeleteBucket deletes an empty bucket.
func (b *backend) DeleteBucket(ctx context.Context, req driver.DeleteBucketRequest) error {
	if err := checkBucket(req.Bucket); err != nil {
		return err
	}
	_, err := inBucket(ctx, b, req.Bucket, b.s3().DeleteBucket, &s3.DeleteBucketInput{Bucket: &req.Bucket})
	if err == nil {
		b.regions.Delete(req.Bucket)
		b.recent.forget(bucketPath(req.Bucket))
	}
	return wrapError(ctx, err, "delete the bucket %q", req.Bucket)
}
