package iam

import "github.com/s3-credentials/s3-credentials/core/driver"

// iamName is IAM's pattern for names of users, roles, inline policies and sessions.
const iamName = `[\w+=,.@-]+`

// Names are IAM's rules.
func Names() driver.Names {
	return driver.Names{
		User:      driver.NameRule{Min: 1, Max: 64, Pattern: iamName},
		Policy:    driver.NameRule{Min: 1, Max: 128, Pattern: iamName},
		Role:      driver.NameRule{Min: 1, Max: 64, Pattern: iamName},
		Session:   driver.NameRule{Min: 2, Max: 64, Pattern: iamName},
		Separator: ",",
	}
}
