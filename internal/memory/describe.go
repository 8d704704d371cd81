package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// Describe describes the system as if it were AWS.
func (b *backend) Describe(context.Context) (driver.Description, error) {
	d := driver.Description{
		Name: "memory", Version: "1", Partition: "aws", Region: b.config.Region,
		EndpointURL: strings.TrimRight(b.config.EndpointURL, "/"),
		Dialect:     b.system.options.Dialect,
		Names:       nameRules(),
		Limits: driver.Limits{
			InlinePolicyBytes: 2048, InlinePolicyTotalBytes: 2048, SessionPolicyBytes: 2048, BucketPolicyBytes: 20480,
			IgnoreWhitespace: true, AccessKeysPerUser: 2, MinSessionSeconds: cmp.Or(b.system.options.MinSessionSeconds, 900), MaxSessionSeconds: 43200,
			LagSeconds: 20,
		},
	}
	if b.has(driver.CapKeyExpiry) {
		d.Limits.MinKeySeconds, d.Limits.MaxKeySeconds = b.system.minKeySeconds(), maxKeySeconds
	}
	for _, c := range driver.AllCapabilities() {
		if b.has(c) {
			d.Capabilities = append(d.Capabilities, c)
		}
	}
	slices.Sort(d.Capabilities)
	if b.has(driver.CapPolicyBoundary) {
		d.Boundaries = driver.Boundaries{ReadOnly: managedARN("AmazonS3ReadOnlyAccess"), ReadWrite: managedARN("AmazonS3FullAccess")}
	}
	if b.has(driver.CapPolicyPrincipal) {
		d.Principal = iamARN("user", "{user}")
	}
	if b.has(driver.CapBucketWebsite) {
		d.WebsiteURL = "http://{bucket}.website.{region}.invalid"
	}
	switch roles := b.has(driver.CapRoles) && b.has(driver.CapSessions); {
	case roles && !b.has(driver.CapPolicyManaged) && b.has(driver.CapPolicyInline):
		d.SessionRole = &driver.SessionRole{
			Name: "s3-credentials.{user}", Policy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`,
			TrustPrincipal: "{arn}", MaxSessionSeconds: 43200,
		}
	case roles && b.has(driver.CapPolicyManaged):
		d.SessionRole = &driver.SessionRole{
			Name: "s3-credentials.AmazonS3FullAccess", PolicyARN: managedARN("AmazonS3FullAccess"),
			TrustPrincipal: "arn:aws:iam::{account}:root", MaxSessionSeconds: 43200,
		}
	}
	return d, nil
}

func nameRules() driver.Names {
	const pattern = `[\w+=,.@-]+`
	return driver.Names{
		User:      driver.NameRule{Min: 1, Max: 64, Pattern: pattern},
		Policy:    driver.NameRule{Min: 1, Max: 128, Pattern: pattern},
		Session:   driver.NameRule{Min: 2, Max: 64, Pattern: pattern},
		Role:      driver.NameRule{Min: 1, Max: 64, Pattern: pattern},
		Separator: ",",
	}
}
