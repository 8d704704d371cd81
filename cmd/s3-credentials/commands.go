package main

import "github.com/s3-credentials/s3-credentials/internal/cli"

// commands returns every command, sorted by name.
func commands(stdin *cli.Input) []*cli.Command {
	return []*cli.Command{
		newComplete(stdin),
		newCompletion(),
		newManual(),
		newCreate(stdin),
		newDebugBucket(),
		newDeleteKey(),
		newDeleteObjects(),
		newDeleteUser(),
		newGetBucketPolicy(),
		newGetCORSPolicy(),
		newGetObject(),
		newGetObjects(),
		newGetPublicAccessBlock(),
		newListBucket(),
		newListBuckets(),
		newListKeys(),
		newListRoles(),
		newListUserPolicies(),
		newListUsers(),
		newLocalserver(),
		newPlugins(),
		newPolicy(stdin),
		newPutObject(),
		newPutObjects(),
		newSetBucketPolicy(stdin),
		newSetCORSPolicy(),
		newSetKeyStatus(),
		newSetPublicAccessBlock(),
		newVerify(stdin),
		newWhoami(),
	}
}
