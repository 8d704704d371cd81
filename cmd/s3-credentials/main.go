// Command s3-credentials creates least-privilege credentials for S3 buckets.
package main

import (
	"os"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

func main() { newApp(cli.NewInput(os.Stdin)).Exec() }

func newApp(stdin *cli.Input) *cli.App {
	return &cli.App{
		Program:     "s3-credentials",
		Summary:     "A tool for creating credentials for accessing S3 buckets",
		Description: "Works with AWS, with MinIO, and with any S3 system that there is a backend plugin for.",
		Commands:    commands(stdin),
		NewSession:  connect.NewSession,
		ConfigFile:  true,
		Settings: "An option's value comes from the command line, else from the environment " +
			"(S3_CREDENTIALS_ENDPOINT_URL for --endpoint-url), else from the config file: --config, S3_CREDENTIALS_CONFIG, or " +
			"s3-credentials/config in your configuration folder, with lines such as 'endpoint-url https://minio.example:9000'. " +
			"What can widen access or delete something is only ever taken from the command line. " +
			"The first of these places that names credentials is the only one they are taken from. " +
			"Lines 'plugin-pin NAME=SHA256' of the config file say which plugins may be started.",
		ExitCodes: [][2]string{
			{"0", "Done."},
			{"1", "Failed: one sentence on standard error says why."},
			{"2", "Wrong usage: nothing was done."},
			{"3", "The backend cannot do this: nothing was done, or what was done is undone."},
			{"4", "The key may do more or less than was asked (verify, and --verify of create and localserver)."},
			{"130", "Interrupted (Ctrl-C): what this run had made was undone, or is named."},
			{"143", "Terminated: the same."},
		},
		Hints: hintWords,
		Stdin: stdin,
	}
}
