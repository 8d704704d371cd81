// Command s3-credentials-backend-aws is the plugin of s3-credentials for AWS, and for other systems that are spoken to over AWS's
// SDK: its argument names the backend.
package main

import (
	"github.com/s3-credentials/s3-credentials/backends/aws"
	"github.com/s3-credentials/s3-credentials/backends/ceph"
	"github.com/s3-credentials/s3-credentials/backends/garage"
	"github.com/s3-credentials/s3-credentials/backends/seaweedfs"
	"github.com/s3-credentials/s3-credentials/backends/versitygw"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/plugins/serve"
)

func main() {
	serve.Serve(serve.OneOf("aws", map[string]driver.Opener{
		"aws":       aws.Open,
		"garage":    garage.Open,
		"seaweedfs": seaweedfs.Open,
		"ceph":      ceph.Open,
		"versitygw": versitygw.Open,
	}))
}
