//go:build systems

package aws

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// makeGroup makes a group with policies, and a user in it. It goes past the proxy that checks requests: the backend makes no groups.
func makeGroup(t *testing.T) string {
	t.Helper()
	client := openOn(t, systems.Moto(t)).(*backend).IAM()
	group, member := aws.String("conformance"), aws.String("conformance-member")
	_, err := client.CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: group})
	must(t, err)
	for _, name := range []string{"b", "a"} {
		_, err = client.PutGroupPolicy(t.Context(), &iam.PutGroupPolicyInput{GroupName: group, PolicyName: aws.String(name), PolicyDocument: aws.String(readingPhotos)})
		must(t, err)
	}
	_, err = client.AttachGroupPolicy(t.Context(), &iam.AttachGroupPolicyInput{GroupName: group, PolicyArn: aws.String("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")})
	must(t, err)
	_, err = client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: member})
	must(t, err)
	_, err = client.AddUserToGroup(t.Context(), &iam.AddUserToGroupInput{GroupName: group, UserName: member})
	must(t, err)
	return *group
}

const readingPhotos = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*"}]}`

// Where only the groups are needed, nothing else is asked for.
func TestGroupsAreListedAlone(t *testing.T) {
	system, checked := checkedByModels(t, systems.NewMoto(t))
	d := openOn(t, system)
	_, err := d.CreateUser(t.Context(), driver.CreateUserRequest{Name: "ann"})
	must(t, err)
	for range 2 {
		for i, err := range d.ListUserItems(t.Context(), driver.ListUserItemsRequest{UserName: "ann", Kind: driver.ItemGroup}) {
			t.Errorf("a new user has %v, %v", i, err)
		}
	}
	for _, operation := range []string{"iam:ListMFADevices", "iam:GetLoginProfile", "iam:ListSSHPublicKeys"} {
		if checked.seen[operation] {
			t.Errorf("%s was sent", operation)
		}
	}
	if !checked.seen["iam:ListGroupsForUser"] {
		t.Errorf("sent were %v", checked.seen)
	}
}
