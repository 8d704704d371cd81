package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// helper may do all that create does, but for giving a user a policy.
const helper = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","iam:*"],"Resource":"*"},{"Effect":"Deny","Action":"iam:PutUserPolicy","Resource":"*"}]}`

func (d *demo) undo() []step {
	return []step{
		{"What would be done, and nothing is.", d.plan},
		{"A run that fails half way: this administrator may not give policies. What it made is gone again.", d.fail},
	}
}

func (d *demo) plan() error {
	said, err := d.must("", "", "create", bucket, "-c", "--write-only", "--prefix", "in/", "--dry-run", "--auth", "admin.json")
	if err != nil {
		return err
	}
	os.Stdout.WriteString(said) //nolint:errcheck // as of any print
	if buckets, err := d.quietly("list-buckets", "--auth", "admin.json"); err != nil || strings.Contains(buckets, bucket) {
		return errors.Join(errors.New("a dry run made a bucket"), err)
	}
	return nil
}

func (d *demo) fail() error {
	key, err := d.quietly("create", "helpers", "-c", "--username", "helper", "--policy", helper, "--auth", "admin.json")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(d.dir, "helper.json"), []byte(key), 0o600); err != nil {
		return err
	}
	if err := d.denied("", "create", bucket, "-c", "--write-only", "--prefix", "in/", "--auth", "helper.json"); err != nil {
		return err
	}
	said, err := d.quietly("list-users", "--nl", "--auth", "admin.json")
	if err != nil {
		return err
	}
	var user struct{ UserName string }
	if err := json.Unmarshal([]byte(said), &user); err != nil || user.UserName != "helper" {
		return errors.New("a user is left")
	}
	if buckets, err := d.quietly("list-buckets", "--auth", "admin.json"); err != nil || strings.Contains(buckets, bucket) {
		return errors.Join(errors.New("a bucket is left"), err)
	}
	return nil
}
