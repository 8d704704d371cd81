//go:build systems

package seaweedfs

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// Each action that the dialect rejects makes the server refuse a policy, and the others do not.
func TestRejectedActionsAreRejected(t *testing.T) {
	d := open(t, systems.SeaweedFS(t), nil)
	user := newUser(t, d, "actions")
	put := func(action string) error {
		return d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: user, Name: "p", Document: allowing(action, "arn:aws:s3:::one/*")})
	}
	for _, action := range dialect().RejectedActions {
		if err := put(action); !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%s: %v", action, err)
		}
	}
	for _, action := range []string{"s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:GetObject*", "s3:*", "s3:Get*"} {
		err := put(action)
		if refused := action == "s3:GetObject*"; (err != nil) != refused {
			t.Errorf("%s: %v", action, err)
		}
	}
}

func allowing(action, resource string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["` + action + `"],"Resource":["` + resource + `"]}]}`
}

// The action "s3:*" on all buckets makes an administrator of the server, which is what the backend refuses; on one bucket it does not.
func TestEverythingEverywhereAdministers(t *testing.T) {
	s := systems.SeaweedFS(t)
	d := open(t, s, nil)
	user := newUser(t, d, "everywhere")
	key, err := d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: user.Name})
	must(t, err)
	own := open(t, s, &driver.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: key.SecretAccessKey})
	for _, c := range []struct {
		resource    string
		administers bool
	}{{"*", true}, {"arn:aws:s3:::*", true}, {"arn:aws:s3:::*/*", false}, {"arn:aws:s3:::one", false}, {"arn:aws:s3:::one/*", false}} {
		_, err := client(s).PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{
			UserName: &user.Name, PolicyName: aws.String("p"), PolicyDocument: aws.String(allowing("s3:*", c.resource)),
		})
		must(t, err)
		_, err = own.CreateUser(t.Context(), driver.CreateUserRequest{Name: "made-by-a-key"})
		if err == nil {
			must(t, d.DeleteUser(context.WithoutCancel(t.Context()), driver.DeleteUserRequest{Name: "made-by-a-key"}))
		}
		if administers := err == nil; administers != c.administers {
			t.Errorf("s3:* on %s makes an administrator: %v, %v", c.resource, administers, err)
		}
		err = d.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: user, Name: "p", Document: allowing("s3:*", c.resource)})
		if refused := errors.Is(err, fault.InvalidArgument); refused != c.administers {
			t.Errorf("s3:* on %s: %v", c.resource, err)
		}
	}
}
