package main

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

// objectOptions are what put-object and put-objects can say of what they upload.
type objectOptions struct {
	object   driver.ObjectOptions
	metadata []string
}

func (o *objectOptions) options() []cli.Option {
	metadata := cli.Texts(&o.metadata, "metadata", "Metadata to keep with it, such as author=ann; may be repeated").Needing(driver.CapObjectMetadata)
	metadata.Metavar = "KEY=VALUE"
	return []cli.Option{
		cli.Text(&o.object.CacheControl, "cache-control", "How long downloads may be cached, such as max-age=3600").Needing(driver.CapObjectMetadata),
		metadata,
		cli.Choice(&o.object.ACL, "acl", "Who may do what with it, as one of S3's canned ACLs. With public-read, anybody can download it; "+
			"with public-read-write, anybody can replace it too", core.ObjectACLs()...).Needing(driver.CapObjectACL),
		cli.Text(&o.object.StorageClass, "storage-class", "Storage class of it, such as STANDARD_IA; systems have their own").Needing(driver.CapObjectStorageClass),
	}
}

// checkObject reads what must be split, and refuses what no system takes.
func (o *objectOptions) checkObject() error {
	for _, pair := range o.metadata {
		name, value, ok := strings.Cut(pair, "=")
		name = strings.ToLower(name)
		if _, twice := o.object.Metadata[name]; !ok || twice {
			problem := map[bool]string{false: "'" + pair + "' is not of the form KEY=VALUE.", true: "'" + name + "' is given twice."}[ok]
			return cli.InvalidValue("--metadata", problem)
		}
		if o.object.Metadata == nil {
			o.object.Metadata = map[string]string{}
		}
		o.object.Metadata[name] = value
	}
	if err := core.CheckObjectOptions(o.object); err != nil {
		return errors.New(err.Error())
	}
	return nil
}

// objectText is what a dry run says of the options after the key; empty for none.
func objectText(o driver.ObjectOptions) string {
	var parts []string
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+" "+value)
		}
	}
	add("cache-control", o.CacheControl)
	for _, name := range slices.Sorted(maps.Keys(o.Metadata)) {
		parts = append(parts, "metadata "+name+"="+o.Metadata[name])
	}
	add("acl", o.ACL)
	add("storage-class", o.StorageClass)
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// addObject adds the options to what a plan or the audit log says of an object.
func addObject(to *orderedjson.Object, o driver.ObjectOptions) {
	to.AddText("cache_control", o.CacheControl)
	if len(o.Metadata) > 0 {
		metadata := orderedjson.Object{}
		for _, name := range slices.Sorted(maps.Keys(o.Metadata)) {
			metadata.Add(name, o.Metadata[name])
		}
		to.Add("metadata", metadata)
	}
	to.AddText("acl", o.ACL)
	to.AddText("storage_class", o.StorageClass)
}
