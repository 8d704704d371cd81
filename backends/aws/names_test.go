package aws

import (
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/backends/iam"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

func TestPlacesByRegion(t *testing.T) {
	for _, c := range []struct{ region, partition, endpoint, website string }{
		{"us-east-1", "aws", "https://s3.amazonaws.com", "http://{bucket}.s3-website.{region}.amazonaws.com"},
		{"eu-west-1", "aws", "https://s3.eu-west-1.amazonaws.com", "http://{bucket}.s3-website.{region}.amazonaws.com"},
		{"cn-north-1", "aws-cn", "https://s3.cn-north-1.amazonaws.com.cn", "http://{bucket}.s3-website.{region}.amazonaws.com.cn"},
		{"us-gov-west-1", "aws-us-gov", "https://s3.us-gov-west-1.amazonaws.com", "http://{bucket}.s3-website.{region}.amazonaws.com"},
	} {
		t.Run(c.region, func(t *testing.T) {
			clearEnvironment(t)
			d, err := Open(t.Context(), driver.Config{Region: c.region})
			if err != nil {
				t.Fatal(err)
			}
			got, err := d.Describe(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got.Partition != c.partition || got.EndpointURL != c.endpoint || got.WebsiteURL != c.website {
				t.Errorf("got %s %s %s", got.Partition, got.EndpointURL, got.WebsiteURL)
			}
			for _, arn := range []string{
				got.Boundaries.ReadOnly, got.Boundaries.ReadWrite, got.SessionRole.PolicyARN, got.SessionRole.TrustPrincipal,
			} {
				if !strings.HasPrefix(arn, "arn:"+c.partition+":iam::") {
					t.Errorf("%s is of another partition", arn)
				}
			}
		})
	}
}

func TestNameRules(t *testing.T) {
	for _, c := range []struct {
		name string
		ok   bool
	}{
		{"a", true},
		{"s3.read-only.my-bucket,other_bucket+=@", true},
		{strings.Repeat("x", 64), true},
		{strings.Repeat("x", 65), false},
		{"", false},
		{"a b", false},
		{"a/b", false},
		{"ü", false},
		{"a\n", false},
	} {
		err := iam.Names().User.Check("user", c.name)
		if (err == nil) != c.ok {
			t.Errorf("%q: %v", c.name, err)
		}
		if err != nil && fault.CodeOf(err) != fault.InvalidArgument {
			t.Errorf("%q: %s", c.name, fault.CodeOf(err))
		}
	}
}

// clearEnvironment keeps a test from the settings of the person who runs it.
func clearEnvironment(t *testing.T) {
	t.Helper()
	for _, name := range []string{
		"AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
		"AWS_SESSION_TOKEN", "AWS_CA_BUNDLE", "AWS_REQUEST_CHECKSUM_CALCULATION",
		"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
	} {
		t.Setenv(name, "")
	}
	none := t.TempDir() + "/none"
	t.Setenv("AWS_CONFIG_FILE", none)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", none)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}
