package driver

import "github.com/s3-credentials/s3-credentials/core/policy"

// BucketGrant is what a user may in a whole bucket, on a system where nothing narrower can be said.
type BucketGrant struct {
	Bucket string
	// Read is to list and read objects, Write is to write and delete them, Owner is to change the bucket's settings and to delete it.
	Read, Write, Owner bool
}

// PutGrantRequest is the request of Policy.PutGrant.
type PutGrantRequest struct {
	UserName string
	Grant    BucketGrant
}

// ListGrantsRequest is the request of Policy.ListGrants.
type ListGrantsRequest struct{ UserName string }

// owning is what an owner may.
var owning = []string{
	"s3:DeleteBucket", "s3:GetBucketCORS", "s3:PutBucketCORS", "s3:GetBucketWebsite", "s3:PutBucketWebsite", "s3:DeleteBucketWebsite",
	"s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration",
}

// IsNone reports whether the grant gives nothing.
func (g BucketGrant) IsNone() bool { return !g.Read && !g.Write && !g.Owner }

// Access is what the grant gives on objects.
func (g BucketGrant) Access() policy.Access {
	var access policy.Access
	if g.Read {
		access |= policy.ReadOnly
	}
	if g.Write {
		access |= policy.Write | policy.Delete
	}
	return access
}

// AccessName is the name of what the grant gives.
func (g BucketGrant) AccessName() string {
	if g.Owner {
		return policy.Custom
	}
	return g.Access().String()
}

// Document says what the grant gives as a policy does. It fails with InvalidArgument for a bucket name that a policy would read as a pattern.
func (g BucketGrant) Document(partition string) (policy.Document, error) {
	options := policy.Options{Partition: partition}
	if g.Owner {
		options.Extra = []policy.Statement{{Effect: policy.Allow, Action: owning, Resource: []string{"arn:" + partition + ":s3:::" + g.Bucket}}}
	}
	var grants []policy.Grant
	if access := g.Access(); access != 0 {
		grants = policy.Grants(access, "", g.Bucket)
	}
	return policy.Build(grants, options)
}

// GrantOf is the grant that gives a user what a document allows in a bucket, and nothing else; false if there is none.
func GrantOf(bucket string, document policy.Document, partition string) (BucketGrant, bool) {
	for rights := range 7 {
		g := BucketGrant{Bucket: bucket, Read: (rights+1)&1 != 0, Write: (rights+1)&2 != 0, Owner: (rights+1)&4 != 0}
		if same, err := g.Document(partition); err == nil && policy.Equal(same, document) {
			return g, true
		}
	}
	return BucketGrant{}, false
}
