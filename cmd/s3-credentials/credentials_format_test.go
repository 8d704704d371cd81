package main

import (
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

func TestOwnEndpoint(t *testing.T) {
	for _, c := range []struct{ endpoint, region, want string }{
		{"https://s3.eu-central-1.amazonaws.com", "eu-central-1", ""},
		{"https://s3.cn-north-1.amazonaws.com.cn", "cn-north-1", ""},
		{"https://s3.amazonaws.com", "us-east-1", ""},
		{"http://127.0.0.1:9000", "us-east-1", "http://127.0.0.1:9000"},
		{"https://vpce-1.s3.us-east-1.vpce.amazonaws.com", "us-east-1", "https://vpce-1.s3.us-east-1.vpce.amazonaws.com"},
		{"https://s3.eu-central-1.amazonaws.com", "us-east-1", "https://s3.eu-central-1.amazonaws.com"},
	} {
		if got := ownEndpoint(driver.Description{EndpointURL: c.endpoint, Region: c.region}); got != c.want {
			t.Errorf("in %s, %s is named as %q, want %q", c.region, c.endpoint, got, c.want)
		}
	}
}
