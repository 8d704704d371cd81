package main

import (
	"slices"

	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// commands returns every command, in groups with a heading, each sorted by name. The first has the Python tool's commands, so that they
// are found where they were.
func commands(stdin *cli.Input) []*cli.Command {
	return slices.Concat(
		[]*cli.Command{
			newCreate(stdin),
			newDebugBucket(),
			newDeleteObjects(),
			newDeleteUser(),
			newGetBucketPolicy(),
			newGetCORSPolicy(),
			newGetObject(),
			newGetObjects(),
			newGetPublicAccessBlock(),
			newListBucket(),
			newListBuckets(),
			newListRoles(),
			newListUserPolicies(),
			newListUsers(),
			newLocalserver(),
			newPolicy(stdin),
			newPutObject(),
			newPutObjects(),
			newSetBucketPolicy(stdin),
			newSetCORSPolicy(),
			newSetPublicAccessBlock(),
			newWhoami(),
		},
		under("Keys and what they may do",
			newCopyAccess(),
			newDeleteKey(),
			newListAccess(),
			newListKeys(),
			newPrune(),
			newRotate(),
			newSetKeyStatus(),
			newVerify(stdin),
		),
		under("Buckets",
			newDeleteBucket(),
			newDeleteBucketPolicy(),
			newDeleteCORSPolicy(),
		),
		under("The program itself",
			newCompletion(),
			newPlugins(),
			newComplete(stdin),
			newManual(),
		),
	)
}

// under puts commands under a heading.
func under(heading string, commands ...*cli.Command) []*cli.Command {
	for _, c := range commands {
		c.Group = heading
	}
	return commands
}
