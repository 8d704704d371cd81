package garage

import (
	"strings"

	"github.com/s3-credentials/s3-credentials/core/fault"
)

// adminCodes are the codes of the admin API that S3 does not have.
var adminCodes = map[string]fault.Code{"NoSuchAccessKey": fault.NotFound}

// meanings are what Garage says in words alone of credentials, where its code is AccessDenied.
var meanings = []struct{ begins, ends, why string }{
	{"Forbidden: No such key: ", "", "the system has no such access key"},
	{"Forbidden: Invalid signature", "", "the system does not accept the secret key"},
	{"Forbidden: Access key ", " has expired", "the credentials have expired; get new ones"},
}

// meaning is what an answer says of credentials; no code for any other.
func meaning(answer *fault.Service) (code fault.Code, why string) {
	for _, m := range meanings {
		if answer.Code == "AccessDenied" && strings.HasPrefix(answer.Message, m.begins) && strings.HasSuffix(answer.Message, m.ends) {
			return fault.Unauthenticated, m.why
		}
	}
	return "", ""
}
