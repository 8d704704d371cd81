//go:build systems

package bench

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// smallFiles makes a folder of small files.
func smallFiles(b *testing.B) string {
	b.Helper()
	folder := b.TempDir()
	for i := range smallCount {
		randomFile(b, filepath.Join(folder, fmt.Sprintf("file-%05d", i)), smallSize)
	}
	return folder
}

// sanitized is a benchmark's name as a bucket name can hold it.
func sanitized(name string) string {
	return strings.ToLower(strings.TrimPrefix(name, "Benchmark"))
}

// endpoint is the endpoint that an environment names.
func endpoint(env []string) string {
	found := ""
	for _, v := range env {
		if value, ok := strings.CutPrefix(v, "AWS_ENDPOINT_URL="); ok {
			found = value
		}
	}
	return found
}
