package main

import (
	"net/url"
	"strings"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/format"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// printCredentials prints the created credentials in the named format.
func printCredentials(env *cli.Env, name string, d driver.Description, buckets []string, result core.Result) error {
	if k := result.AccessKey; k != nil && k.Caveat != "" {
		env.Step("Warning: %s", k.Caveat)
	}
	c := placeOf(d, buckets)
	if s := result.Session; s != nil {
		c.AccessKeyID, c.SecretAccessKey, c.SessionToken, c.Expiration = s.AccessKeyID, s.SecretAccessKey, s.SessionToken, s.Expiration
	} else {
		k := result.AccessKey
		c.UserName, c.AccessKeyID, c.Status, c.SecretAccessKey, c.Created = k.UserName, k.AccessKeyID, k.Status, k.SecretAccessKey, k.Created
		c.Expiration = k.Expires
	}
	return format.Write(env.Stdout, name, c)
}

// checkFormat refuses, before anything is created, a format that cannot express the endpoint or the buckets.
func checkFormat(name string, d driver.Description, buckets []string) error {
	return format.Check(name, placeOf(d, buckets))
}

// placeOf returns what a program needs besides the key.
func placeOf(d driver.Description, buckets []string) format.Credentials {
	return format.Credentials{EndpointURL: ownEndpoint(d), Region: d.Region, Backend: d.Name, Buckets: buckets}
}

// ownEndpoint returns the endpoint in use; empty for AWS's default endpoint, which every program knows.
func ownEndpoint(d driver.Description) string {
	u, err := url.Parse(d.EndpointURL)
	if err != nil || u.Scheme != "https" {
		return d.EndpointURL
	}
	switch strings.TrimSuffix(u.Host, ".cn") {
	case "s3.amazonaws.com", "s3." + d.Region + ".amazonaws.com":
		return ""
	}
	return d.EndpointURL
}
