package main

import (
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

func newDeleteCORSPolicy() *cli.Command {
	return deletingSetting(driver.SettingCORS, "CORS policy", &cli.Command{
		Name:    "delete-cors-policy",
		Summary: "Delete the CORS policy of a bucket",
		Long:    "Web pages of other sites may not use the bucket any more. get-cors-policy shows the policy.",
		Examples: []cli.Example{
			{Purpose: "To delete a bucket's CORS policy", Line: "s3-credentials delete-cors-policy my-bucket"},
		},
	})
}
