package main

import "strings"

// partitionOf returns the ARN partition that a region belongs to, for policies that are made without asking a backend.
func partitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}
