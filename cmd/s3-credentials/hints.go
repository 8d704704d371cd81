package main

import "github.com/s3-credentials/s3-credentials/core/fault"

// hintWords names the options and commands for each hint. The words follow the error's sentence.
var hintWords = map[fault.Hint]string{
	fault.HintCreateBucket:      " - try --create-bucket to create it", // the Python tool's words
	fault.HintObjectsToo:        "; --objects deletes all that is in it, too",
	fault.HintOtherUser:         ", or choose another --username",
	fault.HintHeldKey:           ", or leave out --user, and give one of them with --auth",
	fault.HintReplacePolicy:     "; use --username NAME for a user of its own, or --replace-policy to change the access of the keys there are",
	fault.HintReplaceOldest:     "; --replace-oldest deletes it",
	fault.HintExpires:           "; choose an end for the new key with --expires",
	fault.HintReplaceEnd:        "; give the user another end with create, --expires and --replace-policy",
	fault.HintFinish:            "; leave out --overlap, and once the new key is in use, end the older ones with --finish, or with delete-key where nothing tells which is the newest",
	fault.HintDeleteKey:         " with delete-key",
	fault.HintForce:             "; --force does it all the same",
	fault.HintTemporary:         "; use -d/--duration for temporary credentials, or another backend",
	fault.HintPermanent:         "; make a permanent key with create, without -d/--duration, and delete its user when it is no longer needed",
	fault.HintNoBoundary:        "; use --user-permissions-boundary none, or leave the option out",
	fault.HintNoRegion:          "; leave out --bucket-region",
	fault.HintNoWebsite:         "; leave out --website, and put a web server in front of the bucket",
	fault.HintBucketPolicy:      "; read its policy with get-bucket-policy instead",
	fault.HintWholeBucket:       "; give it a bucket of its own, to read and write, or with --read-only, without --prefix, --policy and --statement",
	fault.HintUserPolicies:      "; give users policies of their own with create instead",
	fault.HintOtherPrefix:       "; send them in two runs, with different --prefix",
	fault.HintPrefix:            "; if the key is for one prefix, name that: --prefix PREFIX, or for get-objects --pattern 'PREFIX*'",
	fault.HintSingleObject:      "; fetch it with get-object -o FILE",
	fault.HintCredentials:       "; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give --access-key and --secret-key, --auth or --profile",
	fault.HintCredentialsApart:  "; give credentials by --access-key and --secret-key, or --auth",
	fault.HintSetEndpoint:       "; name the server's with --endpoint-url",
	fault.HintEndpoint:          "; check --endpoint-url",
	fault.HintEndpointOrBackend: "; check --endpoint-url, or name the backend with --backend",
	fault.HintTimeout:           "; --timeout sets how long to wait",
	fault.HintAuthority:         ", or with --ca-bundle",
	fault.HintRegion:            "; check --region",
	fault.HintBackend:           "; name another backend with --backend",
	fault.HintPluginFolder:      "; install it, or name its folder with --plugin-dir",
	fault.HintByName:            "; users can be told by their names: --by-name",
	fault.HintPin:               "; if you changed it yourself, run s3-credentials plugins pin NAME",
}
