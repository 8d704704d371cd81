// Command s3-credentials-backend-minio is the plugin of s3-credentials for MinIO and, by its argument, for RustFS. It is under the AGPLv3, as it links
// MinIO's own client libraries.
package main

import (
	"github.com/s3-credentials/s3-credentials/backends/minio"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/plugins/serve"
)

func main() {
	serve.Serve(serve.OneOf("minio", map[string]driver.Opener{
		"minio":  minio.Open,
		"rustfs": minio.OpenRustFS,
	}))
}
