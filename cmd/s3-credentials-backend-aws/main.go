// Command s3-credentials-backend-aws is the plugin of s3-credentials for AWS and systems with its APIs.
package main

import (
	"github.com/s3-credentials/s3-credentials/backends/aws"
	"github.com/s3-credentials/s3-credentials/plugins/serve"
)

func main() { serve.Serve(aws.Open) }
