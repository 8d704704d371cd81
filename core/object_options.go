package core

import (
	"regexp"
	"slices"
	"strings"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// maxMetadataBytes is how much the names and values of an object's metadata may be together: the limit of S3.
const maxMetadataBytes = 2048

// ObjectACLs are S3's canned ACLs for an object.
func ObjectACLs() []string {
	return []string{
		"private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read", "bucket-owner-read", "bucket-owner-full-control",
	}
}

var (
	// metadataName is a token of HTTP, as the name of a header is.
	metadataName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
	// headerValue is what a header can carry without an encoding that clients do not agree on. White space at its ends would be lost.
	headerValue  = regexp.MustCompile(`^([!-~]([ -~]*[!-~])?)?$`)
	storageClass = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)
)

// CheckObjectOptions refuses options of an upload that no system takes as they are meant.
func CheckObjectOptions(o driver.ObjectOptions) error {
	if !headerValue.MatchString(o.CacheControl) {
		return fault.New(fault.InvalidArgument, "the cache control %q is not printable ASCII without spaces at its ends", o.CacheControl)
	}
	if o.ACL != "" && !slices.Contains(ObjectACLs(), o.ACL) {
		return fault.New(fault.InvalidArgument, "%q is no canned ACL of S3: use one of %s", o.ACL, strings.Join(ObjectACLs(), ", "))
	}
	if o.StorageClass != "" && !storageClass.MatchString(o.StorageClass) {
		return fault.New(fault.InvalidArgument, "%q has not the form of a storage class, such as STANDARD_IA", o.StorageClass)
	}
	return checkMetadata(o.Metadata)
}

func checkMetadata(metadata map[string]string) error {
	size, seen := 0, map[string]bool{}
	for name, value := range metadata {
		lower := strings.ToLower(name)
		switch {
		case !metadataName.MatchString(name):
			return fault.New(fault.InvalidArgument, "the name %q of metadata is not that of a header: use letters, digits and hyphens", name)
		case !headerValue.MatchString(value):
			return fault.New(fault.InvalidArgument, "the value of the metadata %q is not printable ASCII without spaces at its ends", name)
		case seen[lower]:
			return fault.New(fault.InvalidArgument, "the metadata %q is given twice: case does not tell names apart", lower)
		}
		seen[lower] = true
		size += len(name) + len(value)
	}
	if size > maxMetadataBytes {
		return fault.New(fault.InvalidArgument, "the metadata is %d bytes long, names included: at most %d are allowed", size, maxMetadataBytes)
	}
	return nil
}

// lowered returns metadata as S3 keeps it: with names in lower case.
func lowered(metadata map[string]string) map[string]string {
	if metadata == nil {
		return nil
	}
	lower := make(map[string]string, len(metadata))
	for name, value := range metadata {
		lower[strings.ToLower(name)] = value
	}
	return lower
}
