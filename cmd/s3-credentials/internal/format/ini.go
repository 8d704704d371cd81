package format

import (
	"strings"
	"unicode"
)

func init() {
	register("ini", iniSection)
	register("rclone", rcloneRemote)
	register("s3cmd", s3cmdConfig)
}

// iniSection is the Python tool's format and the credentials file of AWS's tools. It has neither quotes nor escapes.
func iniSection(c Credentials) (string, error) {
	values := []pair{{"aws_access_key_id", c.AccessKeyID}, {"aws_secret_access_key", c.SecretAccessKey}}
	if c.SessionToken != "" {
		values = append(values, pair{"aws_session_token", c.SessionToken})
	}
	if c.WithEndpoint && c.EndpointURL != "" {
		values = append(values, pair{"endpoint_url", c.EndpointURL}, pair{"region", c.signingRegion()})
	}
	for _, v := range values {
		// White space before # or ; begins a comment, and some readers strip quotes around a value.
		if strings.ContainsFunc(v.value, unicode.IsSpace) || hasControl(v.value) || strings.Trim(v.value, `'"`) != v.value {
			return "", inexpressible("ini", v.name)
		}
	}
	return section("default", "=", values), nil
}

// rcloneRemote is a remote for rclone's config file. It keeps rclone from creating buckets, which the key may not do.
func rcloneRemote(c Credentials) (string, error) {
	values := []pair{
		{"type", "s3"}, {"provider", rcloneProvider(c)}, {"env_auth", "false"},
		{"access_key_id", c.AccessKeyID}, {"secret_access_key", c.SecretAccessKey},
	}
	region := c.Region
	if c.EndpointURL != "" {
		region = c.signingRegion()
	}
	for _, optional := range []pair{{"session_token", c.SessionToken}, {"region", region}, {"endpoint", c.EndpointURL}} {
		if optional.value != "" {
			values = append(values, optional)
		}
	}
	values = append(values, pair{"no_check_bucket", "true"})
	if c.WriteOnly {
		// rclone looks at what it has uploaded, and at what is there before.
		values = append(values, pair{"no_head", "true"}, pair{"no_head_object", "true"})
	}
	if c.Backend == "seaweedfs" {
		// Before 1.61, rclone sends an ACL with each upload, "private" for none, and SeaweedFS asks for s3:PutObjectAcl then. Of a space, an empty
		// header is left, which SeaweedFS takes for none.
		values = append(values, pair{"acl", " "})
	}
	for i, v := range values {
		// rclone's reader replaces %(name)s everywhere.
		if hasControl(v.value) || strings.Contains(v.value, "%(") {
			return "", inexpressible("rclone", v.name)
		}
		// The reader ends the value at the line's last backquote, so the value may contain others.
		if hasEdgeSpace(v.value) || strings.HasPrefix(v.value, "`") || strings.HasPrefix(v.value, `"""`) {
			values[i].value = "`" + v.value + "`"
		}
	}
	return section(remoteName(c.Buckets), " = ", values), nil
}

// rcloneProvider is rclone's name for the system.
func rcloneProvider(c Credentials) string {
	switch {
	case c.EndpointURL == "":
		return "AWS"
	case c.Backend == "minio":
		return "Minio"
	}
	return "Other"
}

// remoteName names the remote after the first bucket, with characters that every version of rclone accepts.
func remoteName(buckets []string) string {
	if len(buckets) == 0 {
		return "s3-credentials"
	}
	return cleanName(strings.ToLower(buckets[0]), "s3-credentials")
}

// cleanName replaces all but lower-case letters and digits by dashes, and returns the fallback if nothing else remains.
func cleanName(name, fallback string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, name)
	if name = strings.Trim(name, "-"); name == "" {
		return fallback
	}
	return name
}

// s3cmdConfig is a config file for s3cmd.
func s3cmdConfig(c Credentials) (string, error) {
	values := []pair{{"access_key", c.AccessKeyID}, {"secret_key", c.SecretAccessKey}}
	if c.SessionToken != "" {
		values = append(values, pair{"access_token", c.SessionToken})
	}
	if c.EndpointURL != "" {
		endpoint, err := bareEndpoint("s3cmd", c.EndpointURL)
		if err != nil {
			return "", err
		}
		https := "False"
		if endpoint.Scheme == "https" {
			https = "True"
		}
		// Without %(bucket)s, s3cmd puts the bucket into the path, as most custom endpoints require.
		values = append(values, pair{"host_base", endpoint.Host}, pair{"host_bucket", endpoint.Host},
			pair{"use_https", https}, pair{"bucket_location", c.signingRegion()})
	} else if c.Region != "" {
		host := strings.TrimPrefix(awsEndpoint(c.Region), "https://")
		values = append(values, pair{"host_base", host}, pair{"host_bucket", "%(bucket)s." + host}, pair{"bucket_location", c.Region})
	}
	for i, v := range values {
		// s3cmd strips white space, and expands a value that begins with $ as a variable.
		if hasControl(v.value) || hasEdgeSpace(v.value) || strings.HasPrefix(v.value, "$") {
			return "", inexpressible("s3cmd", v.name)
		}
		if strings.HasPrefix(v.value, `"`) {
			values[i].value = `"` + v.value + `"`
		}
	}
	return section("default", " = ", values), nil
}

// section prints one section of an INI file.
func section(name, equals string, values []pair) string {
	var b strings.Builder
	b.WriteString("[" + name + "]\n")
	for _, v := range values {
		b.WriteString(v.name + equals + v.value + "\n")
	}
	return b.String()
}
