package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

func TestMatrix(t *testing.T) {
	row := func(user, bucket, prefix string, access policy.Access, when policy.Block, actions ...string) core.AccessRow {
		return core.AccessRow{User: user, Row: policy.Row{Bucket: bucket, Prefix: prefix, Access: access, When: when, Actions: actions}, Through: "p"}
	}
	tls := policy.Block{"Bool": {"aws:SecureTransport": {"true"}}}
	rows := []core.AccessRow{
		{User: core.Everybody, Anyone: true, Row: policy.Row{Bucket: "c"}, Unknown: "the policy of bucket c, which may not be read"},
		row(core.Everybody, "a", "*", policy.ReadOnly, nil),
		row("ann", "a", "*", policy.ReadOnly, nil), row("ann", "a", "*", policy.Write, nil), row("ann", "a", "*", policy.Read, tls),
		row("ann", "b", "in/*", policy.ReadWrite, nil), row("ann", "c", "*", policy.ReadOnly, nil),
		row("bob", "a", "*", policy.ReadOnly, nil), row("bob", "a", "*", policy.Delete, tls), row("bob", "b", "*", 0, nil, "s3:GetBucketPolicy"),
		{User: "carl", Unknown: "groups, which may not be listed"}, row("carl", "a", "*", policy.WriteOnly, nil),
	}
	var got []string
	for line, err := range matrixOf(yielded(rows), []string{"a", "b", "c"}) {
		if err != nil {
			t.Fatal(err)
		}
		var cells []string
		for _, m := range line {
			cells = append(cells, fmt.Sprint(m.Value))
		}
		got = append(got, strings.Join(cells, " "))
	}
	want := []string{"everybody - - ?", "user everybody ro - ?", "ann list+read+write rw/ ro?", "bob list+read+delete* + ?", "carl wo? ? ?"}
	if !slices.Equal(got, want) {
		t.Errorf("the lines are %q, want %q", got, want)
	}
}

// TestAUserMayBeCalledEverybody has one, and every caller.
func TestAUserMayBeCalledEverybody(t *testing.T) {
	for _, c := range []struct {
		anyone, flat bool
		want         string
	}{
		{true, true, `{"User": "everybody", "Access": "unknown", "Unknown": "?"}`}, {true, false, `{"User": "everybody", "Access": "unknown", "Unknown": "?"}`},
		{false, true, `{"User": "user everybody", "Access": "unknown", "Unknown": "?"}`},
		{false, false, `{"User": "everybody", "NamedUser": true, "Access": "unknown", "Unknown": "?"}`},
	} {
		if got := orderedjson.Compact(accessRow(core.AccessRow{User: core.Everybody, Anyone: c.anyone, Unknown: "?"}, false, c.flat)); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
