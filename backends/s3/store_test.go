package s3

import (
	"testing"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

func TestBucketNamesThatAreNoBuckets(t *testing.T) {
	for _, name := range []string{"", ".", "..", "a/b", "a?policy", "a#b", "a%2Fb", "a\\b"} {
		if fault.CodeOf(checkBucket(name)) != fault.InvalidArgument {
			t.Errorf("%q passes", name)
		}
	}
	for _, name := range []string{"abc", "my.bucket", "UPPER_case"} {
		if err := checkBucket(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}
