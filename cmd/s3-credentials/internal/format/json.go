package format

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

func init() {
	register("json", pythonJSON)
	register("credential-process", credentialProcess)
	register("mc", mcAlias)
}

// pythonJSON is the Python tool's format: IAM's access key, with its end if it has one, or STS's credentials, with the members in their order.
func pythonJSON(c Credentials) (string, error) {
	var o orderedjson.Object
	if c.SessionToken != "" {
		o.Add("AccessKeyId", c.AccessKeyID)
		o.Add("SecretAccessKey", c.SecretAccessKey)
		o.Add("SessionToken", c.SessionToken)
		o.AddTime("Expiration", c.Expiration)
	} else {
		o.Add("UserName", c.UserName)
		o.Add("AccessKeyId", c.AccessKeyID)
		o.AddText("Status", c.Status)
		o.Add("SecretAccessKey", c.SecretAccessKey)
		o.AddTime("CreateDate", c.Created)
		o.AddTime("Expiration", c.Expiration)
	}
	return orderedjson.Indented(o, 4), nil
}

// credentialProcess is the output that AWS SDKs expect from the config file's credential_process. Without an expiration
// they keep the key for the life of the process.
func credentialProcess(c Credentials) (string, error) {
	o := orderedjson.Object{
		{Name: "Version", Value: 1},
		{Name: "AccessKeyId", Value: c.AccessKeyID},
		{Name: "SecretAccessKey", Value: c.SecretAccessKey},
	}
	o.AddText("SessionToken", c.SessionToken)
	if !c.Expiration.IsZero() {
		o.Add("Expiration", c.Expiration.UTC().Format(time.RFC3339))
	}
	return orderedjson.Indented(o, 4), nil
}

// mcAlias is the input of "mc alias import NAME". mc has no default endpoint, so AWS's endpoint is included too.
func mcAlias(c Credentials) (string, error) {
	endpoint := cmp.Or(c.EndpointURL, awsEndpoint(c.Region))
	if _, err := bareEndpoint("mc", endpoint); err != nil {
		return "", err
	}
	if len(c.AccessKeyID) < minMCAccessKey || len(c.SecretAccessKey) < minMCSecretKey {
		return "", fault.New(fault.InvalidArgument, "mc takes no access key under %d and no secret key under %d characters; use --format json", minMCAccessKey, minMCSecretKey)
	}
	o := orderedjson.Object{
		{Name: "url", Value: endpoint},
		{Name: "accessKey", Value: c.AccessKeyID},
		{Name: "secretKey", Value: c.SecretAccessKey},
	}
	o.AddText("sessionToken", c.SessionToken)
	o.Add("api", "s3v4")
	o.Add("path", "auto")
	return orderedjson.Indented(o, 4), nil
}

// mc's minimum lengths.
const minMCAccessKey, minMCSecretKey = 3, 8

// awsEndpoint is AWS's own endpoint for a region.
func awsEndpoint(region string) string {
	switch {
	case region == "":
		return "https://s3.amazonaws.com"
	case strings.HasPrefix(region, "cn-"):
		return "https://s3." + region + ".amazonaws.com.cn"
	}
	return "https://s3." + region + ".amazonaws.com"
}

// bareEndpoint parses an endpoint for a program that supports only hosts. It refuses an endpoint with a path.
func bareEndpoint(format, endpoint string) (*url.URL, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return nil, fault.New(fault.InvalidArgument, "the endpoint is not a URL that the format %s can express", format)
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return nil, fault.New(fault.InvalidArgument, "the format %s cannot express an endpoint with a path, such as %s; use --format json or rclone", format, u.Redacted())
	}
	return u, nil
}
