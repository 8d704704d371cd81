package main

import (
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

func newGetPublicAccessBlock() *cli.Command {
	return &cli.Command{
		Name:    "get-public-access-block",
		Summary: "Get the public access settings for an S3 bucket",
		Needs:   []driver.Capability{driver.CapBucketPublicAccessBlock},
		Examples: []cli.Example{
			{Purpose: "Example usage", Line: "s3-credentials get-public-access-block my-bucket"},
		},
		Args: []cli.Arg{bucketArg},
		Run:  printSetting(driver.SettingPublicAccessBlock),
	}
}
