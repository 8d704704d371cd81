package seaweedfs

import (
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// meanings are what answers mean whose code, AccessDenied, says too little. They are told by their messages.
var meanings = []struct {
	says string
	code fault.Code
	why  string
}{
	{
		"IAM write operations are disabled", fault.PermissionDenied,
		"this SeaweedFS server lets nobody change users, keys and policies over IAM; start it with -s3.iam.readOnly=false (weed s3: -iam.readOnly=false)",
	},
	// STS answers so to keys that S3 and IAM call unknown, ended or wrong.
	{"invalid AWS signature", fault.Unauthenticated, "the server does not accept the key, or its secret"},
}

func meaning(answer *fault.Service) (fault.Code, string) {
	for _, m := range meanings {
		if strings.Contains(answer.Message, m.says) {
			return m.code, m.why
		}
	}
	return "", ""
}
