package core_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

func TestCheckObjectOptions(t *testing.T) {
	metadata := func(pairs ...string) driver.ObjectOptions {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return driver.ObjectOptions{Metadata: m}
	}
	for _, good := range []driver.ObjectOptions{
		{}, {CacheControl: "max-age=60, public"}, {ACL: "public-read"}, {StorageClass: "STANDARD_IA"}, {StorageClass: "cold.1"},
		metadata("author", "ann", "X-y_z", "a = b", "empty", ""), metadata("a", strings.Repeat("x", 2047)),
	} {
		if err := core.CheckObjectOptions(good); err != nil {
			t.Errorf("%v: %v", good, err)
		}
	}
	for want, bad := range map[string]driver.ObjectOptions{
		"the cache control":    {CacheControl: "a\r\nx-amz-acl: public-read"},
		"spaces at its ends":   {CacheControl: " a"},
		"is no canned ACL":     {ACL: "PUBLIC-READ"},
		"storage class":        {StorageClass: "A B"},
		"that of a header":     metadata("a b", "c"),
		"not that of a header": metadata("", "c"),
		"the value of":         metadata("a", "b\r\nc"),
		"printable ASCII":      metadata("a", "ü"),
		"given twice":          metadata("a", "b", "A", "c"),
		"2049 bytes":           metadata("a", strings.Repeat("x", 2048)),
	} {
		if err := core.CheckObjectOptions(bad); !errors.Is(err, fault.InvalidArgument) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", bad, err, want)
		}
	}
}
