// Package s3 is the part of a backend that all S3 systems share: buckets and their settings, objects and their transfer, over AWS's SDK.
// A backend embeds a [Store] and adds what its system has of its own: identities, policies, a description.
//
//	type backend struct {
//		*s3.Store
//	}
//
//	func Open(ctx context.Context, cfg driver.Config) (driver.Driver, error) {
//		config, err := sdk.Load(ctx, cfg)
//		if err != nil {
//			return nil, err
//		}
//		store, err := s3.New(config)
//		return &backend{store}, err
//	}
package s3

import (
	"context"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Store implements driver.Bucket and driver.Object, and the part of Probe that is about them. All else is Unsupported.
type Store struct {
	driver.Unimplemented
	*sdk.Config

	// Recent is set for a system that does not know at once which buckets were made.
	Recent Recent

	// DeletesAlone says that the system denies the deletion of several objects as a whole, even to who may delete them: each is then
	// deleted by a request of its own.
	DeletesAlone bool
	// Unversioned is set for a system that has no versions, and does not list any.
	Unversioned bool

	// Client is made when it is first called.
	Client func() *s3.Client
	// regions caches the regions of buckets (bucket name to region name).
	regions sync.Map
}

// Recent is what a system that is eventually consistent may not know yet.
type Recent interface {
	// BucketMade notes a bucket that was made, or may have been.
	BucketMade(bucket string)
	// BucketGone notes that a bucket was deleted.
	BucketGone(bucket string)
	// Again waits a moment and reports true, as long as a bucket is new.
	Again(ctx context.Context, bucket string) bool
}

// New returns the Store of a configuration. It sends no request. It fails with InvalidArgument if the endpoint that the SDK's own
// configuration names is none.
func New(config *sdk.Config) (*Store, error) {
	s := &Store{Config: config}
	s.Client = sync.OnceValue(s.newClient)
	_, err := driver.ParseEndpoint(aws.ToString(s.Options().BaseEndpoint))
	return s, err
}

// Open returns the Store of a system that is not AWS: all its services are at the endpoint of its S3. Without one, Open does not fail, but
// every request does, with InvalidArgument.
func Open(ctx context.Context, cfg driver.Config, system string) (*Store, error) {
	config, err := sdk.Load(ctx, cfg)
	if err != nil {
		return nil, err
	}
	s, err := New(config)
	if err != nil {
		return nil, err
	}
	if config.Endpoint = s.Options().BaseEndpoint; config.Endpoint == nil {
		config.Refuse(fault.New(fault.InvalidArgument, "%s has no endpoint of its own", system).WithHint(fault.HintSetEndpoint))
		s.Client = sync.OnceValue(s.newClient)
	}
	return s, nil
}

// EndpointURL is the endpoint without a final slash; empty for AWS's own.
func (s *Store) EndpointURL() string {
	return strings.TrimRight(aws.ToString(s.Options().BaseEndpoint), "/")
}

// Options are the S3 client's: its region, and its endpoint if that is not AWS's own.
func (s *Store) Options() s3.Options { return s.Client().Options() }

// onAWS reports whether requests go to AWS itself.
func (s *Store) onAWS() bool { return s.Options().BaseEndpoint == nil }

func (s *Store) newClient() *s3.Client {
	return s3.NewFromConfig(s.Config.Config, func(o *s3.Options) {
		o.BaseEndpoint = s.EndpointOr(o.BaseEndpoint)
		// Ranges have no checksums; the SDK would log a line for each.
		o.DisableLogOutputChecksumValidationSkipped = true
		if o.BaseEndpoint == nil {
			return
		}
		// Custom endpoints rarely have a DNS name for each bucket.
		o.UsePathStyle = true
		// Systems older than S3's trailing checksums refuse uploads with them.
		if !checksumsConfigured(s.ConfigSources) {
			o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		}
	})
}

// checksumsConfigured reports whether the environment or the profile says when to send checksums.
func checksumsConfigured(sources []any) bool {
	for _, source := range sources {
		s, ok := source.(interface {
			GetRequestChecksumCalculation(context.Context) (aws.RequestChecksumCalculation, bool, error)
		})
		if !ok {
			continue
		}
		if _, found, err := s.GetRequestChecksumCalculation(context.Background()); found && err == nil {
			return true
		}
	}
	return false
}

// checkBucket refuses names that would address something other than a bucket. The system checks the other rules.
func checkBucket(bucket string) error {
	if bucket == "" || bucket == "." || bucket == ".." || strings.ContainsAny(bucket, "/\\?#%\x00") {
		return fault.New(fault.InvalidArgument, "%q cannot be the name of a bucket", bucket)
	}
	return nil
}
