package main

import (
	"cmp"
	"os"
	"strings"
)

// partitionOf returns the ARN partition of the region, for policies that are built without a backend. Without a region
// it takes the one that the environment names for AWS's tools.
func partitionOf(region string) string {
	region = cmp.Or(region, os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"))
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}
