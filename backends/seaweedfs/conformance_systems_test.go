//go:build systems

package seaweedfs

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/s3-credentials/s3-credentials/conformance"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

func configOf(s *systems.System) driver.Config {
	return driver.Config{EndpointURL: s.EndpointURL, Region: s.Region, Credentials: &driver.Credentials{
		AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey,
	}}
}

func TestConformance(t *testing.T) {
	s := systems.SeaweedFS(t)
	t.Logf("runs on %s", s.RunsOn)
	h := conformance.PresetSeaweedFS.Harness()
	h.Open, h.Config, h.CheckTimeout = Open, configOf(s), 10*time.Minute // for machines that are busy
	h.Group, h.GroupMember = "conformance", "conformance-member"
	h.ManagedPolicy = makeGroup(t, s, h.Group, h.GroupMember)
	conformance.Run(t, h)
}

// client returns IAM's own client.
func client(s *systems.System) *iam.Client {
	return iam.New(iam.Options{
		Region: s.Region, BaseEndpoint: aws.String(s.EndpointURL), Credentials: aws.CredentialsProviderFunc(credentialsOf(s)),
	})
}

// makeGroup makes a group with a member and two policies, and returns the ARN of the one that is attached.
func makeGroup(t *testing.T, s *systems.System, group, member string) string {
	t.Helper()
	c, document := client(s), aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::none/*"]}]}`)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := c.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &member})
	must(err)
	_, err = c.CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: &group})
	must(err)
	_, err = c.AddUserToGroup(t.Context(), &iam.AddUserToGroupInput{GroupName: &group, UserName: &member})
	must(err)
	_, err = c.PutGroupPolicy(t.Context(), &iam.PutGroupPolicyInput{GroupName: &group, PolicyName: aws.String("inline"), PolicyDocument: document})
	must(err)
	_, err = c.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: aws.String("managed"), PolicyDocument: document})
	must(err)
	arn := "arn:aws:iam:::policy/managed"
	_, err = c.AttachGroupPolicy(t.Context(), &iam.AttachGroupPolicyInput{GroupName: &group, PolicyArn: &arn})
	must(err)
	return arn
}
