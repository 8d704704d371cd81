//go:build systems

package eventual

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// truth looks at a system itself, past the proxy.
type truth struct {
	iam *iam.Client
	s3  *s3.Client
}

func newTruth(system *systems.System) truth {
	// An idle connection would keep the time of a bubble from going on.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	keys := credentials.NewStaticCredentialsProvider(system.AccessKeyID, system.SecretAccessKey, "")
	return truth{
		iam: iam.New(iam.Options{Region: system.Region, BaseEndpoint: &system.EndpointURL, Credentials: keys, HTTPClient: client}),
		s3:  s3.New(s3.Options{Region: system.Region, BaseEndpoint: &system.EndpointURL, Credentials: keys, HTTPClient: client, UsePathStyle: true}),
	}
}

// account is what there is of a user, a bucket and a role.
type account struct {
	user, bucket, role bool
	keys               []string
	// policies are the documents by name, attached the ARNs that the role has.
	policies map[string]string
	attached []string
}

// look reads the state.
func (s truth) look(ctx context.Context, userName, bucket, roleName string) (found account, err error) {
	_, err = s.s3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &bucket})
	if found.bucket, err = there(err); err != nil {
		return found, err
	}
	if err := s.lookAtUser(ctx, userName, &found); err != nil {
		return found, err
	}
	if roleName == "" {
		return found, nil
	}
	attached, err := s.iam.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: &roleName})
	if found.role, err = there(err); err != nil || !found.role {
		return found, err
	}
	for _, policy := range attached.AttachedPolicies {
		found.attached = append(found.attached, aws.ToString(policy.PolicyArn))
	}
	return found, nil
}

func (s truth) lookAtUser(ctx context.Context, name string, found *account) error {
	_, err := s.iam.GetUser(ctx, &iam.GetUserInput{UserName: &name})
	if found.user, err = there(err); err != nil || !found.user {
		return err
	}
	keys, err := s.iam.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: &name})
	if err != nil {
		return err
	}
	for _, key := range keys.AccessKeyMetadata {
		found.keys = append(found.keys, aws.ToString(key.AccessKeyId))
	}
	policies, err := s.iam.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: &name})
	if err != nil {
		return err
	}
	found.policies = map[string]string{}
	for _, policy := range policies.PolicyNames {
		got, err := s.iam.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: &name, PolicyName: &policy})
		if err != nil {
			return err
		}
		if found.policies[policy], err = url.PathUnescape(aws.ToString(got.PolicyDocument)); err != nil {
			return err
		}
	}
	return nil
}

// there says whether a look-up found something.
func there(err error) (bool, error) {
	var answer smithy.APIError
	if errors.As(err, &answer) && (strings.HasPrefix(answer.ErrorCode(), "NoSuch") || answer.ErrorCode() == "NotFound") {
		return false, nil
	}
	return err == nil, err
}

// removeRole removes the role of sessions, which a former seed may have left.
func (s truth) removeRole(ctx context.Context, name string) error {
	if name == "" {
		return nil
	}
	attached, err := s.iam.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: &name})
	if found, err := there(err); err != nil || !found {
		return err
	}
	for _, policy := range attached.AttachedPolicies {
		if _, err := s.iam.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: &name, PolicyArn: policy.PolicyArn}); err != nil {
			return err
		}
	}
	_, err = s.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &name})
	_, err = there(err) // the client repeats a request whose answer is lost, and then the role is gone
	return err
}
