package main

import (
	"net/netip"
	"regexp"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// bucketArg is the argument of a command for one bucket.
var bucketArg = cli.Arg{Name: "BUCKET", Required: true, Complete: cli.CompleteBucket, Check: checkBucket}

// Rules of S3's user guide. Buckets with the older names were made in us-east-1 until 2018, and by other systems since.
var (
	bucketName    = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	oldBucketName = regexp.MustCompile(`^[A-Za-z0-9._-]{3,255}$`)
)

// reserved are the beginnings and the ends of names that S3 keeps for itself.
var reserved = struct{ before, after []string }{
	[]string{"xn--", "sthree-", "amzn-s3-demo-"}, []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"},
}

// checkBucket refuses what cannot be the name of any bucket, before a request is sent. The ARN of an access point may stand for a bucket.
func checkBucket(name string) error {
	if oldBucketName.MatchString(name) || strings.HasPrefix(name, "arn:") {
		return nil
	}
	return fault.New(fault.InvalidArgument, "'%s' cannot be the name of a bucket: it has 3 to 63 letters, digits, dots and hyphens", name)
}

// checkNewBucket refuses what cannot be the name of a bucket that is to be made.
func checkNewBucket(name string) error {
	if err := checkBucket(name); err != nil {
		return err
	}
	rule := ""
	_, notAddress := netip.ParseAddr(name)
	switch {
	case len(name) > 63:
		rule = "it has at most 63 characters"
	case strings.ToLower(name) != name:
		rule = "it has no capital letters"
	case strings.Contains(name, "_"):
		rule = "it has no underscores"
	case !bucketName.MatchString(name):
		rule = "it begins and ends with a letter or a digit"
	case strings.Contains(name, ".."):
		rule = "it has no two dots side by side"
	case notAddress == nil:
		rule = "it is not an IP address"
	}
	for _, before := range reserved.before {
		if strings.HasPrefix(name, before) {
			rule = "it does not begin with " + before
		}
	}
	for _, after := range reserved.after {
		if strings.HasSuffix(name, after) {
			rule = "it does not end with " + after
		}
	}
	if rule == "" {
		return nil
	}
	return fault.New(fault.InvalidArgument, "'%s' cannot be the name of a new bucket: %s", name, rule)
}
