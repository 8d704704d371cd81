package minio

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// MinIO has no tags. An access key has a description, which keeps the key's tags as a JSON object; users have nothing of the kind.

// taggedName is the name of a key with tags, for whoever looks at the keys in MinIO's console.
const taggedName = "s3-credentials"

// describeKey makes the description of a key.
func describeKey(tags []driver.Tag) (string, error) {
	if len(tags) == 0 {
		return "", nil
	}
	members := map[string]string{}
	for _, t := range tags {
		members[t.Key] = t.Value
	}
	text, err := json.Marshal(members)
	if err == nil && len(text) > maxDescription {
		err = fault.New(fault.ResourceExhausted, "the tags of an access key have %d bytes as JSON, but at most %d are allowed; use fewer or shorter ones", len(text), maxDescription)
	}
	return string(text), err
}

// tagsOf reads the description of a key. One that somebody else wrote has no tags.
func tagsOf(description string) []driver.Tag {
	var members map[string]string
	if json.Unmarshal([]byte(description), &members) != nil {
		return nil
	}
	var tags []driver.Tag
	for _, key := range slices.Sorted(maps.Keys(members)) {
		tags = append(tags, driver.Tag{Key: key, Value: members[key]})
	}
	return tags
}
