//go:build systems

package main

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// With --by-name, derived names say which users are of this program.

// TestPruneByNameOnGarage ends keys by the admin API, which takes any end.
func TestPruneByNameOnGarage(t *testing.T) {
	a := &access{T: t, system: systems.Garage(t), backend: "garage", bucket: "pruned-by-name"}
	testPruneByName(a, func(user string) {
		key := a.create([]string{"create", a.bucket, "--silent", "--username", user, "--expires", "30d"})
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
			a.system.AdminURL+"/v2/UpdateKey?id="+url.QueryEscape(key.AccessKeyID), bytes.NewReader([]byte(`{"expiration": "2020-01-01T00:00:00Z"}`)))
		a.must(err)
		request.Header.Set("Authorization", "Bearer "+a.system.AdminToken)
		answer, err := http.DefaultClient.Do(request)
		a.must(err)
		defer answer.Body.Close() //nolint:errcheck // it was only read
		if said, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s", answer.Status, said)
		}
	})
}

// testPruneByName deletes the users with derived names whose access has ended, and no other. It runs beside other tests on one system.
func testPruneByName(a *access, ended func(user string)) {
	a.tool("create", a.bucket, "-c", "--silent", "--username", "s3.read-write."+a.bucket)
	a.tool("create", a.bucket, "--silent", "--username", "s3.read-write."+a.bucket+"-later", "--expires", "30d")
	gone := []string{"s3.custom." + a.bucket, "s3.read-only." + a.bucket + ",other"}
	for _, user := range append(slices.Clone(gone), "ended-"+a.bucket, "s3x.custom."+a.bucket) {
		ended(user)
	}
	before := a.ourUsers()
	if plan := a.tool("prune", "--expired", "--by-name", "--dry-run"); strings.Count(plan, a.bucket+", whose access ended at 2020-01-01")+
		strings.Count(plan, ",other, whose access ended at 2020-01-01") != len(gone) {
		a.Errorf("the plan is %s", plan)
	}
	if after := a.ourUsers(); !slices.Equal(after, before) {
		a.Errorf("a dry run leaves %q of %q", after, before)
	}
	a.tool("prune", "--expired", "--by-name", "--yes")
	left := slices.DeleteFunc(before, func(user string) bool { return slices.Contains(gone, user) })
	if after := a.ourUsers(); len(after) != 4 || !slices.Equal(after, left) {
		a.Errorf("the users are %q, want %q", after, left)
	}
}

// ourUsers are the users whose names have the bucket's in them.
func (a *access) ourUsers() []string {
	a.Helper()
	var users []string
	for line := range strings.Lines(a.tool("list-users", "--tsv")) {
		if name, _, _ := strings.Cut(line, "\t"); strings.Contains(name, a.bucket) {
			users = append(users, name)
		}
	}
	slices.Sort(users)
	return users
}
