package iam

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/s3-credentials/s3-credentials/core/driver"
)

// IAM keeps tags with users and roles, and none with access keys.

// TagsOf are the tags of an answer.
func TagsOf(tags []types.Tag) []driver.Tag {
	var converted []driver.Tag
	for _, t := range tags {
		converted = append(converted, driver.Tag{Key: aws.ToString(t.Key), Value: aws.ToString(t.Value)})
	}
	return converted
}

// TagsFor are the tags of a request.
func TagsFor(tags []driver.Tag) []types.Tag {
	var converted []types.Tag
	for _, t := range tags {
		converted = append(converted, types.Tag{Key: aws.String(t.Key), Value: aws.String(t.Value)})
	}
	return converted
}
