//go:build systems

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// thin is what TestRealSystems runs: backends/aws and backends/minio run the whole suite on the same systems, and the suite
// on a system in memory goes over the wire. Where the plugin is another one's, what is left to show is that its preset is right.
const (
	thin   = "^(describe|users|keys|sessions|objects|transfer)/|^enforcement/a read-only "
	preset = "^(describe|users|sessions|roles)/"
)

// TestRealSystems runs a part of the suite with the plugins that users get.
func TestRealSystems(t *testing.T) {
	for _, c := range []struct {
		preset          conformance.Preset
		plugin, backend string
		run             string
		system          func(testing.TB) *systems.System
	}{
		{conformance.PresetMinIO, "minio", "minio", thin, systems.MinIO},
		{conformance.PresetSandbox, "aws", "aws", thin, systems.Sandbox},
		{conformance.PresetMoto, "aws", "aws", preset, systems.Moto},
		{conformance.PresetSeaweedFS, "aws", "seaweedfs", preset, systems.SeaweedFS},
		{conformance.PresetGarage, "aws", "garage", preset, systems.Garage},
		{conformance.PresetCeph, "aws", "ceph", preset, systems.Ceph},
		{conformance.PresetVersityGW, "aws", "versitygw", preset, systems.Sandbox},
	} {
		t.Run(string(c.preset), func(t *testing.T) {
			system, args := c.system(t), []string{"--preset", string(c.preset), "--backend", c.backend, "--run", c.run}
			if c.preset == conformance.PresetSeaweedFS {
				args = append(args, "--managed-policy", makePolicy(t, system)) // a server has none of its own
			}
			onSystem(t, system, c.plugin, args...)
		})
	}
}

// makePolicy makes a managed policy and returns its ARN.
func makePolicy(t *testing.T, s *systems.System) string {
	t.Helper()
	client := iam.New(iam.Options{
		Region: s.Region, BaseEndpoint: aws.String(s.EndpointURL),
		Credentials: credentials.NewStaticCredentialsProvider(s.AccessKeyID, s.SecretAccessKey, ""),
	})
	made, err := client.CreatePolicy(t.Context(), &iam.CreatePolicyInput{
		PolicyName:     aws.String("managed"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::none/*"]}]}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	return *made.Policy.Arn
}

func onSystem(t *testing.T, system *systems.System, plugin string, args ...string) {
	t.Helper()
	auth := filepath.Join(t.TempDir(), "auth.json")
	content, err := json.Marshal(map[string]string{"AccessKeyId": system.AccessKeyID, "SecretAccessKey": system.SecretAccessKey})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(auth, content, 0o600); err != nil {
		t.Fatal(err)
	}
	r := try(t, system.AdminEnv(), append([]string{
		"--plugin", systems.PluginBinary(t, plugin), "--endpoint-url", system.EndpointURL, "--region", system.Region,
		"--auth", auth, "--format", "json",
	}, args...)...)
	var result suiteResult
	if err := json.Unmarshal([]byte(r.stdout), &result); err != nil {
		t.Fatalf("%v\n%+v", err, r)
	}
	t.Logf("runs on %s: %v", system.RunsOn, result.Summary)
	if r.code != cli.ExitDone || result.Summary[passed] < 15 || len(result.Left) != 0 {
		t.Errorf("exit code %d, left %v\n%s\n%s", r.code, result.Left, messagesOf(result, failed), messagesOf(result, mismatch))
	}
	if !slices.Contains(result.Capabilities, driver.CapUsers) || result.EndpointURL != system.EndpointURL {
		t.Errorf("got %+v", result)
	}
	if strings.Contains(r.stdout+r.stderr, system.SecretAccessKey) {
		t.Error("the secret was printed")
	}
}
