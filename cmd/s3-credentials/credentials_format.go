package main

import (
	"net/url"
	"strings"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/format"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
)

// credentialsFormat are the options that say how credentials are printed.
type credentialsFormat struct {
	name         string
	withEndpoint bool
}

func (f *credentialsFormat) options() []cli.Option {
	f.name = format.Default
	return []cli.Option{
		cli.Choice(&f.name, "format", "Output format for credentials", format.Names()...).WithShort("f").FromConfig(),
		cli.Flag(&f.withEndpoint, "with-endpoint", "With --format ini: add endpoint_url and region, unless the system is AWS"),
	}
}

func (f *credentialsFormat) check() error {
	if f.withEndpoint && f.name != "ini" {
		return cli.Usagef("--with-endpoint is for --format ini: json has what the Python tool prints, and the others have the endpoint.")
	}
	return nil
}

// fits refuses, before anything is created, a format that cannot express the endpoint or the buckets.
func (f *credentialsFormat) fits(place format.Credentials) error { return format.Check(f.name, place) }

// print prints the created credentials.
func (f *credentialsFormat) print(env *cli.Env, c format.Credentials, result core.Result) error {
	c.WithEndpoint = f.withEndpoint
	if k := result.AccessKey; k != nil && k.Caveat != "" {
		env.Step("Warning: %s", k.Caveat)
	}
	if s := result.Session; s != nil {
		c.AccessKeyID, c.SecretAccessKey, c.SessionToken, c.Expiration = s.AccessKeyID, s.SecretAccessKey, s.SessionToken, s.Expiration
	} else {
		k := result.AccessKey
		c.UserName, c.AccessKeyID, c.Status, c.SecretAccessKey, c.Created = k.UserName, k.AccessKeyID, k.Status, k.SecretAccessKey, k.Created
		c.Expiration = k.Expires
	}
	return format.Write(env.Stdout, f.name, c)
}

// placeOf returns what a program needs besides the key.
func placeOf(d driver.Description) format.Credentials {
	return format.Credentials{EndpointURL: ownEndpoint(d), Region: d.Region, Backend: d.Name}
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
