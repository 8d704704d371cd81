package main

import (
	"fmt"
	"io"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/output"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
)

// printCredentials prints what create made, in the format that was asked for.
func printCredentials(env *cli.Env, format string, result core.CreateResult) error {
	if format == "ini" {
		return printINI(env.Stdout, keyOf(result))
	}
	if result.Session != nil {
		return env.PrintJSON(sessionRow(*result.Session))
	}
	return env.PrintJSON(accessKeyRow(*result.AccessKey))
}

// keyOf returns what a client works with, whichever way it was made.
func keyOf(result core.CreateResult) driver.Credentials {
	if s := result.Session; s != nil {
		return driver.Credentials{AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey, SessionToken: s.SessionToken}
	}
	return driver.Credentials{AccessKeyID: result.AccessKey.AccessKeyID, SecretAccessKey: result.AccessKey.SecretAccessKey}
}

// printINI prints a section as AWS's own tools read it.
func printINI(w io.Writer, key driver.Credentials) error {
	token := ""
	if key.SessionToken != "" {
		token = "\naws_session_token=" + key.SessionToken
	}
	_, err := fmt.Fprintf(w, "[default]\naws_access_key_id=%s\naws_secret_access_key=%s%s\n", key.AccessKeyID, key.SecretAccessKey, token)
	return err
}

// accessKeyRow has the members in the order in which IAM has them.
func accessKeyRow(k driver.AccessKey) output.Object {
	row := output.Object{
		{Name: "UserName", Value: k.UserName},
		{Name: "AccessKeyId", Value: k.AccessKeyID},
	}
	row.AddText("Status", k.Status)
	row.Add("SecretAccessKey", k.SecretAccessKey)
	row.AddTime("CreateDate", k.Created)
	return row
}

// sessionRow has the members in the order in which STS has them.
func sessionRow(s driver.Session) output.Object {
	row := output.Object{
		{Name: "AccessKeyId", Value: s.AccessKeyID},
		{Name: "SecretAccessKey", Value: s.SecretAccessKey},
		{Name: "SessionToken", Value: s.SessionToken},
	}
	row.AddTime("Expiration", s.Expiration)
	return row
}
