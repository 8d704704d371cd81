// Command s3-credentials-backend-acme is a plugin of s3-credentials for acme.
package main

import "github.com/s3-credentials/s3-credentials/plugins/serve"

func main() { serve.Serve(Open) }
