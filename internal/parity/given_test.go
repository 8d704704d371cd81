//go:build systems

package parity

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// given is one thing that the server has before a case.
type given func(t *testing.T, c client)

func bucket(name string) given {
	return func(t *testing.T, c client) {
		_, err := c.s3.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name})
		check(t, err)
	}
}

func bucketIn(name, region string) given {
	return func(t *testing.T, c client) {
		_, err := c.s3.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name, CreateBucketConfiguration: &types.CreateBucketConfiguration{
			LocationConstraint: types.BucketLocationConstraint(region),
		}})
		check(t, err)
	}
}

// object puts an object whose content is its key.
func object(bucket, key string) given {
	return func(t *testing.T, c client) {
		_, err := c.s3.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("content of " + key)})
		check(t, err)
	}
}

func objects(bucket string, keys ...string) given {
	return func(t *testing.T, c client) {
		for _, key := range keys {
			object(bucket, key)(t, c)
		}
	}
}

// marker puts an empty object, as consoles do for a folder.
func marker(bucket, key string) given {
	return func(t *testing.T, c client) {
		_, err := c.s3.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("")})
		check(t, err)
	}
}

func user(name string) given {
	return func(t *testing.T, c client) {
		_, err := c.iam.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name})
		check(t, err)
	}
}

func userPolicy(user, name, document string) given {
	return func(t *testing.T, c client) {
		_, err := c.iam.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: &user, PolicyName: &name, PolicyDocument: &document})
		check(t, err)
	}
}

func accessKey(user string) given {
	return func(t *testing.T, c client) {
		_, err := c.iam.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &user})
		check(t, err)
	}
}

func password(user string) given {
	return func(t *testing.T, c client) {
		_, err := c.iam.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{UserName: &user, Password: aws.String("a-long-Passw0rd!")})
		check(t, err)
	}
}

func attached(user, name string) given {
	return func(t *testing.T, c client) {
		made, err := c.iam.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: aws.String(someDocument)})
		check(t, err)
		_, err = c.iam.AttachUserPolicy(t.Context(), &iam.AttachUserPolicyInput{UserName: &user, PolicyArn: made.Policy.Arn})
		check(t, err)
	}
}

func role(name, trust string) given {
	return func(t *testing.T, c client) {
		_, err := c.iam.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trust, Description: aws.String("a role")})
		check(t, err)
	}
}

func rolePolicy(role, name, document string) given {
	return func(t *testing.T, c client) {
		_, err := c.iam.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &role, PolicyName: &name, PolicyDocument: &document})
		check(t, err)
	}
}

func roleAttached(role, name string) given {
	return func(t *testing.T, c client) {
		made, err := c.iam.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: aws.String(someDocument), Description: aws.String("managed")})
		check(t, err)
		_, err = c.iam.AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{RoleName: &role, PolicyArn: made.Policy.Arn})
		check(t, err)
	}
}

func bucketPolicy(bucket, document string) given {
	return func(t *testing.T, c client) {
		_, err := c.s3.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &document})
		check(t, err)
	}
}

func publicAccessBlock(bucket string, all bool) given {
	return func(t *testing.T, c client) {
		_, err := c.s3.PutPublicAccessBlock(t.Context(), &s3.PutPublicAccessBlockInput{Bucket: &bucket, PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
			BlockPublicAcls: &all, BlockPublicPolicy: &all, IgnorePublicAcls: &all, RestrictPublicBuckets: &all,
		}})
		check(t, err)
	}
}

func corsRule(bucket string) given {
	return func(t *testing.T, c client) {
		_, err := c.s3.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: &bucket, CORSConfiguration: &types.CORSConfiguration{
			CORSRules: []types.CORSRule{{AllowedMethods: []string{"GET", "PUT"}, AllowedOrigins: []string{"https://example.com"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: aws.Int32(60)}},
		}})
		check(t, err)
	}
}

func website(bucket string) given {
	return func(t *testing.T, c client) {
		_, err := c.s3.PutBucketWebsite(t.Context(), &s3.PutBucketWebsiteInput{Bucket: &bucket, WebsiteConfiguration: &types.WebsiteConfiguration{
			IndexDocument: &types.IndexDocument{Suffix: aws.String("index.html")}, ErrorDocument: &types.ErrorDocument{Key: aws.String("error.html")},
		}})
		check(t, err)
	}
}

const (
	someDocument   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::some/*"]}]}`
	otherDocument  = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}`
	publicDocument = `{"Version":"2012-10-17","Statement":[{"Sid":"Public","Effect":"Allow","Principal":"*","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::one/*"]}]}`
	accountTrust   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRole"}]}`
	worldTrust     = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`
)
