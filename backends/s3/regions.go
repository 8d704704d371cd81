package s3

import (
	"context"
	"errors"
	"io"
	"net/http"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
)

// inBucket makes an S3 call on a bucket, and repeats it while S3 does not know the bucket because it is new.
func inBucket[I, O any](ctx context.Context, s *Store, bucket string,
	call func(context.Context, *I, ...func(*s3.Options)) (*O, error), in *I, opts ...func(*s3.Options)) (*O, error) {
	for {
		out, err := inItsRegion(ctx, s, bucket, call, in, opts...)
		if !saysNoBucket(in, err) || !rewind(in) || !s.again(ctx, bucket) {
			return out, err
		}
	}
}

// again waits a moment and reports true, as long as a bucket is new.
func (s *Store) again(ctx context.Context, bucket string) bool {
	return s.Recent != nil && s.Recent.Again(ctx, bucket)
}

// saysNoBucket reports whether S3 knows no such bucket. The answer to a HEAD request has no code.
func saysNoBucket(in any, err error) bool {
	_, head := in.(*s3.HeadBucketInput)
	return sdk.Code(err) == "NoSuchBucket" || head && sdk.Status(err) == http.StatusNotFound
}

// inItsRegion makes an S3 call in the bucket's region. S3 refuses a request to the wrong region, in one of several ways,
// and names the right one, which is cached and tried once.
func inItsRegion[I, O any](ctx context.Context, s *Store, bucket string,
	call func(context.Context, *I, ...func(*s3.Options)) (*O, error), in *I, opts ...func(*s3.Options)) (*O, error) {
	used := s.regionOf(bucket)
	out, err := call(ctx, in, append(opts, inRegion(used))...)
	moved := answeredRegion(err)
	if err == nil || moved == "" || moved == used || !rewind(in) {
		return out, err
	}
	s.regions.Store(bucket, moved)
	return call(ctx, in, append(opts, inRegion(moved))...)
}

// regionOf returns the bucket's cached region, or the default.
func (s *Store) regionOf(bucket string) string {
	if region, ok := s.regions.Load(bucket); ok {
		return region.(string)
	}
	return s.Region
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
	return answer.Response.Header.Get(sdk.BucketRegionHeader)
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
