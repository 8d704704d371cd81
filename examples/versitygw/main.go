// Command s3-credentials-backend-versitygw is a plugin of s3-credentials for VersityGW servers with their own accounts
// (--iam-dir and the like): each user has one key and no policies, and a bucket's policy names its users. It is an example
// of a backend outside of the project that uses only public packages.
package main

import "github.com/s3-credentials/s3-credentials/plugins/serve"

func main() { serve.Serve(Open) }
