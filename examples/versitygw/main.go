// Command s3-credentials-backend-versitygw is a plugin of s3-credentials for VersityGW servers that keep their accounts
// themselves (--iam-dir and the like): users have one key each and no policies, and a bucket's policy names those who
// may use it. It is an example of a backend that lives outside of the project and uses its public packages only.
package main

import "github.com/s3-credentials/s3-credentials/plugins/serve"

func main() { serve.Serve(Open) }
