package aws

import (
	"context"
	"errors"
	"io"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// bucketRegionHeader is where S3 names a bucket's region in every answer about it, refusals included.
const bucketRegionHeader = "X-Amz-Bucket-Region"

// inBucket makes an S3 call about a bucket in the region where the bucket is. S3 refuses, in one of several ways, a
// request that comes to the wrong region, and names the right one; this learns it and asks once more.
func inBucket[I, O any](ctx context.Context, b *backend, bucket string,
	call func(context.Context, *I, ...func(*s3.Options)) (*O, error), in *I, opts ...func(*s3.Options)) (*O, error) {
	used := b.regionOf(bucket)
	out, err := call(ctx, in, append(opts, inRegion(used))...)
	moved := regionTold(err)
	if err == nil || moved == "" || moved == used || !rewind(in) {
		return out, err
	}
	b.regions.Store(bucket, moved)
	return call(ctx, in, append(opts, inRegion(moved))...)
}

// regionOf is where the bucket is, as far as is known.
func (b *backend) regionOf(bucket string) string {
	if region, ok := b.regions.Load(bucket); ok {
		return region.(string)
	}
	return b.config.Region
}

// inRegion makes one call in a region.
func inRegion(region string) func(*s3.Options) {
	return func(o *s3.Options) { o.Region = region }
}

// regionTold is the bucket's region as a refusal tells it, empty where it does not.
func regionTold(err error) string {
	var answer *awshttp.ResponseError
	if !errors.As(err, &answer) || answer.Response == nil || answer.Response.Response == nil {
		return ""
	}
	return answer.Response.Header.Get(bucketRegionHeader)
}

// rewind readies a request for being sent again; it reports false where the body cannot be.
func rewind(in any) bool {
	var body io.Reader
	switch in := in.(type) {
	case *s3.PutObjectInput:
		body = in.Body
	case *s3.UploadPartInput:
		body = in.Body
	}
	if body == nil {
		return true
	}
	seeker, ok := body.(io.Seeker)
	if !ok {
		return false
	}
	_, err := seeker.Seek(0, io.SeekStart)
	return err == nil
}
