package main

import (
	"os"
	"strings"
)

// partitionOf returns the ARN partition of the region in use, for policies that are made without asking a backend: of
// the one that is given, or else that the environment names for AWS's own tools.
func partitionOf(region string) string {
	region = firstOf(region, os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"))
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}
