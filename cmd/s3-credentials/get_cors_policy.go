package main

import (
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

func newGetCORSPolicy() *cli.Command {
	return &cli.Command{
		Name:    "get-cors-policy",
		Summary: "Get CORS policy for a bucket",
		Needs:   []driver.Capability{driver.CapBucketCORS},
		Long:    "Returns the CORS policy for this bucket, if set, as JSON.",
		Examples: []cli.Example{
			{Purpose: "To see which other sites may use a bucket", Line: "s3-credentials get-cors-policy my-bucket"},
		},
		Args: []cli.Arg{bucketArg},
		Run:  printSetting(driver.SettingCORS),
	}
}
