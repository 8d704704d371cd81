//go:build systems

package parity

import (
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// client looks at a server and sets it up, with nothing of either tool.
type client struct {
	iam *iam.Client
	s3  *s3.Client
}

func newClient(system *systems.System) client {
	keys := credentials.NewStaticCredentialsProvider(system.AccessKeyID, system.SecretAccessKey, "")
	return client{
		iam: iam.New(iam.Options{Region: system.Region, BaseEndpoint: aws.String(system.EndpointURL), Credentials: keys}),
		s3: s3.New(s3.Options{
			Region: system.Region, BaseEndpoint: aws.String(system.EndpointURL), Credentials: keys, UsePathStyle: true,
			RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
			ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
		}),
	}
}

// state is all that there is on the server, with what no two servers have in common masked.
func (c client) state(t *testing.T) map[string]any {
	return map[string]any{"users": c.users(t), "roles": c.roles(t), "buckets": c.buckets(t)}
}

// tagsOfUser are there with this tool alone (made-by in docs/differences.md).
const tagsOfUser = "tags"

// users asks for users alone, since nothing compares the policies that would come with them.
func (c client) users(t *testing.T) map[string]any {
	details, err := c.iam.GetAccountAuthorizationDetails(t.Context(), &iam.GetAccountAuthorizationDetailsInput{Filter: []types.EntityType{types.EntityTypeUser}})
	check(t, err)
	users := map[string]any{}
	if details == nil {
		return users
	}
	for _, u := range details.UserDetailList {
		user := map[string]any{"path": *u.Path}
		policies := map[string]any{}
		for _, p := range u.UserPolicyList {
			policies[*p.PolicyName] = document(t, *p.PolicyDocument)
		}
		for _, a := range u.AttachedManagedPolicies {
			policies[*a.PolicyArn] = "attached"
		}
		user["policies"] = policies
		got, err := c.iam.GetUser(t.Context(), &iam.GetUserInput{UserName: u.UserName})
		check(t, err)
		if err == nil && got.User.PermissionsBoundary != nil {
			user["boundary"] = *got.User.PermissionsBoundary.PermissionsBoundaryArn
		}
		if err == nil {
			tags := map[string]string{}
			for _, tag := range got.User.Tags {
				tags[*tag.Key] = *tag.Value
			}
			user[tagsOfUser] = tags
		}
		keys, err := c.iam.ListAccessKeys(t.Context(), &iam.ListAccessKeysInput{UserName: u.UserName})
		check(t, err)
		if err == nil {
			user["keys"] = len(keys.AccessKeyMetadata)
		}
		users[*u.UserName] = user
	}
	return users
}

func (c client) roles(t *testing.T) map[string]any {
	listed, err := c.iam.ListRoles(t.Context(), &iam.ListRolesInput{})
	check(t, err)
	roles := map[string]any{}
	if err != nil {
		return roles
	}
	for _, r := range listed.Roles {
		role := map[string]any{"trust": document(t, *r.AssumeRolePolicyDocument), "session": aws.ToInt32(r.MaxSessionDuration), "description": aws.ToString(r.Description)}
		attached, err := c.iam.ListAttachedRolePolicies(t.Context(), &iam.ListAttachedRolePoliciesInput{RoleName: r.RoleName})
		check(t, err)
		if err == nil {
			var arns []string
			for _, a := range attached.AttachedPolicies {
				arns = append(arns, *a.PolicyArn)
			}
			slices.Sort(arns)
			role["attached"] = arns
		}
		roles[*r.RoleName] = role
	}
	return roles
}

func (c client) buckets(t *testing.T) map[string]any {
	listed, err := c.s3.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	check(t, err)
	buckets := map[string]any{}
	if err != nil {
		return buckets
	}
	for _, b := range listed.Buckets {
		bucket := map[string]any{"objects": c.objects(t, b.Name)}
		location, err := c.s3.GetBucketLocation(t.Context(), &s3.GetBucketLocationInput{Bucket: b.Name})
		check(t, err)
		if err == nil {
			bucket["location"] = string(location.LocationConstraint)
		}
		if p, err := c.s3.GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: b.Name}); set(t, err) {
			bucket["policy"] = document(t, *p.Policy)
		}
		if w, err := c.s3.GetBucketWebsite(t.Context(), &s3.GetBucketWebsiteInput{Bucket: b.Name}); set(t, err) {
			bucket["website"] = []any{w.IndexDocument, w.ErrorDocument}
		}
		if v, err := c.s3.GetBucketCors(t.Context(), &s3.GetBucketCorsInput{Bucket: b.Name}); set(t, err) {
			bucket["cors"] = plain(t, v.CORSRules)
		}
		if v, err := c.s3.GetPublicAccessBlock(t.Context(), &s3.GetPublicAccessBlockInput{Bucket: b.Name}); set(t, err) {
			bucket["public access block"] = plain(t, v.PublicAccessBlockConfiguration)
		}
		buckets[*b.Name] = plain(t, bucket)
	}
	return buckets
}

func (c client) objects(t *testing.T, bucket *string) map[string]any {
	objects := map[string]any{}
	listed, err := c.s3.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: bucket})
	check(t, err)
	if err != nil {
		return objects
	}
	for _, o := range listed.Contents {
		got, err := c.s3.GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: o.Key})
		check(t, err)
		if err != nil {
			continue
		}
		content, err := io.ReadAll(got.Body)
		_ = got.Body.Close()
		check(t, err)
		objects[*o.Key] = map[string]any{"content": string(content), "type": aws.ToString(got.ContentType)}
	}
	return objects
}

// set reports whether a setting was there. That it was not is no error.
func set(t *testing.T, err error) bool {
	var api smithy.APIError
	if err != nil && !errors.As(err, &api) {
		check(t, err)
	}
	return err == nil
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("looking at the server: %v", err)
	}
}

// document is a policy document as plain JSON values.
func document(t *testing.T, text string) any {
	t.Helper()
	if decoded, err := url.QueryUnescape(text); err == nil && len(text) > 0 && text[0] == '%' {
		text = decoded
	}
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Errorf("a policy document is no JSON: %v", err)
	}
	return value
}

// plain is a value as plain JSON values, so that two of them compare by what they say.
func plain(t *testing.T, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	check(t, err)
	var out any
	check(t, json.Unmarshal(text, &out))
	return out
}
