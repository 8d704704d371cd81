package s3

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/driver/s3fault"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

func getCORS(ctx context.Context, s *Store, bucket string) (v driver.BucketSetting, err error) {
	out, err := inBucket(ctx, s, bucket, s.Client().GetBucketCors, &s3.GetBucketCorsInput{Bucket: &bucket})
	if err != nil {
		return v, err
	}
	v.CORS = &driver.CORS{}
	for _, r := range out.CORSRules {
		v.CORS.Rules = append(v.CORS.Rules, driver.CORSRule{
			ID:             aws.ToString(r.ID),
			AllowedHeaders: r.AllowedHeaders,
			AllowedMethods: r.AllowedMethods,
			AllowedOrigins: r.AllowedOrigins,
			ExposeHeaders:  r.ExposeHeaders,
			MaxAgeSeconds:  sdk.Int(r.MaxAgeSeconds),
		})
	}
	return v, nil
}

func putCORS(ctx context.Context, s *Store, bucket string, v driver.BucketSetting) error {
	return sdk.ErrOf(inBucket(ctx, s, bucket, s.Client().PutBucketCors, &s3.PutBucketCorsInput{
		Bucket: &bucket, CORSConfiguration: &types.CORSConfiguration{CORSRules: sdkRules(v.CORS.Rules)},
	}))
}

func sdkRules(rules []driver.CORSRule) []types.CORSRule {
	converted := make([]types.CORSRule, 0, len(rules))
	for _, r := range rules {
		rule := types.CORSRule{
			AllowedHeaders: r.AllowedHeaders,
			AllowedMethods: r.AllowedMethods,
			AllowedOrigins: r.AllowedOrigins,
			ExposeHeaders:  r.ExposeHeaders,
		}
		if r.ID != "" {
			rule.ID = aws.String(r.ID)
		}
		if r.MaxAgeSeconds != nil {
			rule.MaxAgeSeconds = aws.Int32(int32(*r.MaxAgeSeconds))
		}
		converted = append(converted, rule)
	}
	return converted
}

func getWebsite(ctx context.Context, s *Store, bucket string) (v driver.BucketSetting, err error) {
	out, err := inBucket(ctx, s, bucket, s.Client().GetBucketWebsite, &s3.GetBucketWebsiteInput{Bucket: &bucket})
	if err != nil {
		return v, err
	}
	site := &driver.Website{}
	if out.IndexDocument != nil {
		site.IndexDocument = aws.ToString(out.IndexDocument.Suffix)
	}
	if out.ErrorDocument != nil {
		site.ErrorDocument = aws.ToString(out.ErrorDocument.Key)
	}
	if to := out.RedirectAllRequestsTo; to != nil {
		site.RedirectHost, site.RedirectProtocol = aws.ToString(to.HostName), string(to.Protocol)
	}
	site.RoutingRules, err = rulesJSON(out.RoutingRules)
	return driver.BucketSetting{Website: site}, err
}

func putWebsite(ctx context.Context, s *Store, bucket string, v driver.BucketSetting) error {
	website, err := sdkWebsite(*v.Website)
	if err != nil {
		return err
	}
	return sdk.ErrOf(inBucket(ctx, s, bucket, s.Client().PutBucketWebsite, &s3.PutBucketWebsiteInput{Bucket: &bucket, WebsiteConfiguration: website}))
}

// routingRule is a website's routing rule in JSON, with S3's names. Unset members are omitted.
type routingRule struct {
	Condition *routingCondition `json:",omitempty"`
	Redirect  *routingRedirect  `json:",omitempty"`
}

type routingCondition struct {
	HTTPErrorCodeReturnedEquals *string `json:"HttpErrorCodeReturnedEquals,omitempty"`
	KeyPrefixEquals             *string `json:",omitempty"`
}

type routingRedirect struct {
	HostName             *string        `json:",omitempty"`
	HTTPRedirectCode     *string        `json:"HttpRedirectCode,omitempty"`
	Protocol             types.Protocol `json:",omitempty"`
	ReplaceKeyPrefixWith *string        `json:",omitempty"`
	ReplaceKeyWith       *string        `json:",omitempty"`
}

// rulesJSON encodes routing rules; empty if there are none.
func rulesJSON(rules []types.RoutingRule) (string, error) {
	if len(rules) == 0 {
		return "", nil
	}
	printed := make([]routingRule, len(rules))
	for i, r := range rules {
		if c := r.Condition; c != nil {
			printed[i].Condition = &routingCondition{c.HttpErrorCodeReturnedEquals, c.KeyPrefixEquals}
		}
		if to := r.Redirect; to != nil {
			printed[i].Redirect = &routingRedirect{to.HostName, to.HttpRedirectCode, to.Protocol, to.ReplaceKeyPrefixWith, to.ReplaceKeyWith}
		}
	}
	document, err := json.Marshal(printed)
	return string(document), err
}

func sdkRoutingRules(document string) ([]types.RoutingRule, error) {
	if document == "" {
		return nil, nil
	}
	var read []routingRule
	decoder := json.NewDecoder(strings.NewReader(document))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&read); err != nil {
		return nil, fault.Wrap(fault.InvalidArgument, err, "the routing rules of the website are not those of S3: %s", s3fault.OneLine(err))
	}
	rules := make([]types.RoutingRule, len(read))
	for i, r := range read {
		if c := r.Condition; c != nil {
			rules[i].Condition = &types.Condition{HttpErrorCodeReturnedEquals: c.HTTPErrorCodeReturnedEquals, KeyPrefixEquals: c.KeyPrefixEquals}
		}
		if to := r.Redirect; to != nil {
			rules[i].Redirect = &types.Redirect{
				HostName: to.HostName, HttpRedirectCode: to.HTTPRedirectCode, Protocol: to.Protocol,
				ReplaceKeyPrefixWith: to.ReplaceKeyPrefixWith, ReplaceKeyWith: to.ReplaceKeyWith,
			}
		}
	}
	return rules, nil
}

func sdkWebsite(site driver.Website) (*types.WebsiteConfiguration, error) {
	rules, err := sdkRoutingRules(site.RoutingRules)
	if err != nil {
		return nil, err
	}
	converted := &types.WebsiteConfiguration{RoutingRules: rules}
	if site.IndexDocument != "" {
		converted.IndexDocument = &types.IndexDocument{Suffix: aws.String(site.IndexDocument)}
	}
	if site.ErrorDocument != "" {
		converted.ErrorDocument = &types.ErrorDocument{Key: aws.String(site.ErrorDocument)}
	}
	if site.RedirectHost != "" {
		converted.RedirectAllRequestsTo = &types.RedirectAllRequestsTo{
			HostName: aws.String(site.RedirectHost), Protocol: types.Protocol(site.RedirectProtocol),
		}
	}
	return converted, nil
}
