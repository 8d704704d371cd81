package aws

import (
	"context"
	"errors"
	"io"
	"net/http"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// bucketRegionHeader names the bucket's region in every answer about a bucket, including refusals.
const bucketRegionHeader = "X-Amz-Bucket-Region"

// inBucket makes an S3 call on a bucket, and repeats it while S3 does not know the bucket because it is new.
func inBucket[I, O any](ctx context.Context, b *backend, bucket string,
	call func(context.Context, *I, ...func(*s3.Options)) (*O, error), in *I, opts ...func(*s3.Options)) (*O, error) {
	for {
		out, err := inItsRegion(ctx, b, bucket, call, in, opts...)
		if !saysNoBucket(in, err) || !rewind(in) || !b.recent.again(ctx, bucketPath(bucket)) {
			return out, err
		}
	}
}

// saysNoBucket reports whether S3 knows no such bucket. The answer to a HEAD request has no code.
func saysNoBucket(in any, err error) bool {
	_, head := in.(*s3.HeadBucketInput)
	return serviceCodeOf(err) == "NoSuchBucket" || head && statusOf(err) == http.StatusNotFound
}

// inItsRegion makes an S3 call in the bucket's region. S3 refuses a request to the wrong region, in one of several ways,
// and names the right one, which is cached and tried once.
func inItsRegion[I, O any](ctx context.Context, b *backend, bucket string,
	call func(context.Context, *I, ...func(*s3.Options)) (*O, error), in *I, opts ...func(*s3.Options)) (*O, error) {
	used := b.regionOf(bucket)
	out, err := call(ctx, in, append(opts, inRegion(used))...)
	moved := answeredRegion(err)
	if err == nil || moved == "" || moved == used || !rewind(in) {
		return out, err
	}
	b.regions.Store(bucket, moved)
	return call(ctx, in, append(opts, inRegion(moved))...)
}

// regionOf returns the bucket's cached region, or the default.
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

// answeredRegion returns the bucket's region from a refusal; empty if there is none.
func answeredRegion(err error) string {
	var answer *awshttp.ResponseError
	if !errors.As(err, &answer) || answer.Response == nil || answer.Response.Response == nil {
		return ""
	}
	return answer.Response.Header.Get(bucketRegionHeader)
}

// rewind prepares a request for a retry; it returns false if its body cannot be rewound.
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
