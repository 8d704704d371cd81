//go:build systems

package aws

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// TestWhatKeepsAUser gives a user what IAM wants gone before it deletes a user, and has it listed.
func TestWhatKeepsAUser(t *testing.T) {
	d := openOn(t, systems.NewMoto(t))
	client := d.(*backend).IAM()
	name := aws.String("furnished")
	if _, err := d.CreateUser(t.Context(), driver.CreateUserRequest{Name: *name}); err != nil {
		t.Fatal(err)
	}
	if items := itemsOn(t, d, *name); len(items) > 0 {
		t.Errorf("a new user has %v", items)
	}
	_, err := client.CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: aws.String("crew")})
	must(t, err)
	_, err = client.AddUserToGroup(t.Context(), &iam.AddUserToGroupInput{GroupName: aws.String("crew"), UserName: name})
	must(t, err)
	_, err = client.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{UserName: name, Password: aws.String("a-long-Passw0rd!")})
	must(t, err)
	made, err := client.CreateVirtualMFADevice(t.Context(), &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: aws.String("phone")})
	must(t, err)
	serial := made.VirtualMFADevice.SerialNumber
	_, err = client.EnableMFADevice(t.Context(), &iam.EnableMFADeviceInput{
		UserName: name, SerialNumber: serial, AuthenticationCode1: aws.String("123456"), AuthenticationCode2: aws.String("654321"),
	})
	must(t, err)
	want := []driver.UserItem{
		{Kind: driver.ItemGroup, Name: "crew", KeepsUser: true},
		{Kind: driver.ItemPassword, KeepsUser: true},
		{Kind: "MFA device", Name: *serial, KeepsUser: true},
	}
	if items := itemsOn(t, d, *name); !slices.Equal(items, want) {
		t.Errorf("the user has %v, want %v", items, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func itemsOn(t *testing.T, d driver.Driver, user string) []driver.UserItem {
	t.Helper()
	var items []driver.UserItem
	for i, err := range d.ListUserItems(t.Context(), driver.ListUserItemsRequest{UserName: user}) {
		must(t, err)
		items = append(items, i)
	}
	return items
}
