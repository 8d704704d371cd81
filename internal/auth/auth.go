// Package auth reads the file that --auth names: a key as JSON or INI, in the forms that create prints.
package auth

import (
	"encoding/json"
	"fmt"
	"strings"

	"gopkg.in/ini.v1"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// Parse reads a key from the whole content of a file; name is for errors, in which no part of the content appears.
// A file without a complete key is an error: falling back to other credentials would work as somebody else.
func Parse(content []byte, name string) (*driver.Credentials, error) {
	text := strings.TrimSpace(strings.TrimPrefix(string(content), "\ufeff"))
	var found *driver.Credentials
	var err error
	if strings.HasPrefix(text, "{") {
		found, err = parseJSON(text)
	} else {
		found, err = parseINI(text)
	}
	if err == nil {
		err = complete(found)
	}
	if err != nil {
		return nil, fault.New(fault.InvalidArgument, "the credentials file '%s' %v", name, err)
	}
	return found, nil
}

// complete refuses half a key.
func complete(c *driver.Credentials) error {
	switch {
	case c.AccessKeyID == "":
		return fmt.Errorf("has no access key: it needs AccessKeyId in JSON, or aws_access_key_id in a section of an INI file")
	case c.SecretAccessKey == "":
		return fmt.Errorf("has an access key but no secret key: it needs SecretAccessKey in JSON, or aws_secret_access_key in the same section of an INI file")
	}
	return nil
}

func parseJSON(text string) (*driver.Credentials, error) {
	var file struct {
		AccessKeyID     string `json:"AccessKeyId"`
		SecretAccessKey string
		SessionToken    string
	}
	if err := json.Unmarshal([]byte(text), &file); err != nil {
		return nil, fmt.Errorf("is not valid JSON, or has something other than text for its keys")
	}
	return &driver.Credentials{AccessKeyID: file.AccessKeyID, SecretAccessKey: file.SecretAccessKey, SessionToken: file.SessionToken}, nil
}

// parseINI takes the first section that has an access key.
func parseINI(text string) (*driver.Credentials, error) {
	file, err := ini.LoadSources(ini.LoadOptions{
		InsensitiveKeys: true, IgnoreInlineComment: true, PreserveSurroundedQuote: true, IgnoreContinuation: true,
	}, []byte(text))
	if err != nil {
		return nil, fmt.Errorf("is neither JSON nor INI with a line aws_access_key_id=KEY")
	}
	for _, s := range file.Sections() {
		if s.HasKey("aws_access_key_id") {
			return &driver.Credentials{
				AccessKeyID:     s.Key("aws_access_key_id").String(),
				SecretAccessKey: s.Key("aws_secret_access_key").String(),
				SessionToken:    s.Key("aws_session_token").String(),
			}, nil
		}
	}
	return &driver.Credentials{}, nil
}
