package host

import (
	"slices"
	"testing"
)

// TestEnvironment gives a backend its own settings, and no other's.
func TestEnvironment(t *testing.T) {
	all := []string{"S3_CREDENTIALS_GARAGE_ADMIN_URL=old", "S3_CREDENTIALS_CEPH_X=y", "S3_CREDENTIALS_SECRET_KEY=s", "OTHER=secret", "HOME=/home"}
	got := environment("garage", all, map[string]string{"admin-url": "new"})
	want := []string{"S3_CREDENTIALS_GARAGE_ADMIN_URL=old", "HOME=/home", "S3_CREDENTIALS_GARAGE_ADMIN_URL=new"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if got := inherited([]string{"AWS_ENDPOINT_URL=a", "AWS_REGION=r", "AWS_ENDPOINT_URL_S3=b"}, true); !slices.Equal(got, []string{"AWS_REGION=r"}) {
		t.Errorf("without endpoints, it gets %q", got)
	}
	if got := environment("two-words", []string{"S3_CREDENTIALS_TWO_WORDS_A=b"}, nil); len(got) != 1 {
		t.Errorf("got %q", got)
	}
}
