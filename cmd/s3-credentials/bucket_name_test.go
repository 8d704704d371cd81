package main

import (
	"strings"
	"testing"
)

func TestBucketNames(t *testing.T) {
	for name, want := range map[string]struct{ existing, new string }{
		"my-bucket":                {},
		"my.bucket.1":              {},
		"abc":                      {},
		strings.Repeat("a", 63):    {},
		"My_Bucket":                {new: "no capital letters"},
		"my_bucket":                {new: "no underscores"},
		"-my-bucket":               {new: "begins and ends with a letter or a digit"},
		"my-bucket.":               {new: "begins and ends with a letter or a digit"},
		"my..bucket":               {new: "no two dots"},
		"127.0.0.1":                {new: "not an IP address"},
		"xn--bucket":               {new: "does not begin with xn--"},
		"bucket-s3alias":           {new: "does not end with -s3alias"},
		strings.Repeat("a", 64):    {new: "at most 63 characters"},
		"":                         {existing: "cannot be the name of a bucket"},
		"ab":                       {existing: "3 to 63 letters"},
		"my bucket":                {existing: "letters, digits, dots and hyphens"},
		"bucket/key":               {existing: "letters, digits, dots and hyphens"},
		"s3://bucket":              {existing: "letters, digits, dots and hyphens"},
		"b\u00fccket":              {existing: "letters, digits, dots and hyphens"},
		strings.Repeat("a", 256):   {existing: "3 to 63 letters"},
		"arn:aws:s3:::accesspoint": {new: "it begins and ends"},
	} {
		for kind, c := range map[string]struct {
			err  error
			want string
		}{"existing": {checkBucket(name), want.existing}, "new": {checkNewBucket(name), want.existing + want.new}} {
			if (c.err == nil) != (c.want == "") || c.err != nil && !strings.Contains(c.err.Error(), c.want) {
				t.Errorf("%s bucket %.70q: %v, want %q", kind, name, c.err, c.want)
			}
		}
	}
}
