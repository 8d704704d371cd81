package core_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// TestCopyOptions says the same access again, or why it cannot: what would be wider or narrower is refused.
func TestCopyOptions(t *testing.T) {
	const statement = `{"Version":"2012-10-17","Statement":[%s]}`
	read := func(more string) string {
		return `{"Effect":"Allow","Action":["s3:ListBucket","s3:GetBucketLocation"],"Resource":"arn:aws:s3:::one"` + more + `},` +
			`{"Effect":"Allow","Action":["s3:GetObject","s3:GetObjectAcl","s3:GetObjectLegalHold","s3:GetObjectRetention","s3:GetObjectTagging"],"Resource":"arn:aws:s3:::one/*"` + more + `}`
	}
	for name, c := range map[string]struct{ statements, want, says string }{
		"as create writes it":  {read(""), "one/* read-only", ""},
		"with one action more": {read("") + `,{"Effect":"Allow","Action":"s3:PutBucketCORS","Resource":"arn:aws:s3:::one"}`, "", "say more"},
		"in any bucket":        {`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`, "", "say more"},
		"with a Deny":          {read("") + `,{"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::one/secret/*"}`, "", "or less"},
		"from one address":     {read(`,"Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.1/32"}}`), "", "say more"},
		"until 2020":           {read(`,"Condition":{"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}`), "", "ended at 2020"},
		"of which a part ends": {read("") + `,{"Effect":"Allow","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::one/*","Condition":{"DateLessThan":{"aws:CurrentTime":"2099-01-01T00:00:00Z"}}}`, "", "say more"},
		"of nothing":           {`{"Effect":"Deny","Action":"s3:*","Resource":"*"}`, "", "do nothing"},
		"to get alone":         {`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::one/*"}`, "", "say more"},
	} {
		t.Run(name, func(t *testing.T) {
			e := engine(t, open(t, kinds["with policies of users"]))
			_, err := e.CreateUser(t.Context(), driver.CreateUserRequest{Name: "ann"})
			must(t, err)
			must(t, e.PutPolicy(t.Context(), driver.PutPolicyRequest{Principal: driver.UserPrincipal("ann"), Name: "p", Document: fmt.Sprintf(statement, c.statements)}))
			got, err := e.CopyOptions(t.Context(), "ann")
			if c.says != "" {
				wantCode(t, err, fault.FailedPrecondition)
				if err != nil && !strings.Contains(err.Error(), c.says) {
					t.Errorf("%q does not say %q", err, c.says)
				}
				return
			}
			must(t, err)
			var grants []string
			for _, g := range got.Grants {
				grants = append(grants, g.Bucket+"/"+g.Prefix+" "+g.Access.String())
			}
			if strings.Join(grants, ", ") != c.want || got.UserName != "ann" || !got.Expires.IsZero() {
				t.Errorf("got %v, %+v, want %s", grants, got, c.want)
			}
		})
	}
}

// TestCopyOptionsOfWhatCreateMade has the same access and the same end, and can be given again.
func TestCopyOptionsOfWhatCreateMade(t *testing.T) {
	e := engine(t, open(t, kinds["with policies of users"]))
	end := time.Now().Add(48 * time.Hour).Truncate(time.Second)
	made := core.CreateOptions{UserName: "ann", CreateBuckets: true, Expires: end, Grants: []policy.Grant{
		{Bucket: "one", Prefix: "logs/", Access: policy.ReadOnly}, {Bucket: "two", Access: policy.List | policy.Read | policy.Write}, {Bucket: "two", Prefix: "locks/", Access: policy.ReadWrite},
	}}
	create(t, e, made)
	got, err := e.CopyOptions(t.Context(), "ann")
	must(t, err)
	if !got.Expires.Equal(end) {
		t.Errorf("it ends at %s, want %s", got.Expires, end)
	}
	other := engine(t, open(t, kinds["with policies of users"]))
	create(t, other, got)
	again, err := other.CopyOptions(t.Context(), "ann")
	must(t, err)
	if fmt.Sprint(again) != fmt.Sprint(got) {
		t.Errorf("a copy of the copy is %+v, want %+v", again, got)
	}
}

// TestAnOwnerIsNotCopied has a user who may do all in a bucket of its own, which list-access shows, and one who is disabled.
func TestAnOwnerIsNotCopied(t *testing.T) {
	d := open(t, kinds["with policies of users"])
	create(t, engine(t, d), core.CreateOptions{UserName: "ann", CreateBuckets: true, Buckets: []string{"one"}})
	owner := engine(t, furnished{Driver: d, items: []driver.UserItem{{Kind: driver.ItemBucket, Name: "one", KeepsUser: true}, {Kind: driver.ItemRight, Name: "to create buckets"}}})
	_, err := owner.CopyOptions(t.Context(), "ann")
	if wantCode(t, err, fault.FailedPrecondition); !strings.Contains(err.Error(), "it has what the copy would not have: bucket of its own one, right to create buckets") {
		t.Error(err)
	}
	var through []string
	for row, err := range owner.ListAccess(t.Context(), core.AccessOptions{Users: []string{"ann"}}) {
		must(t, err)
		through = append(through, row.Through)
	}
	if !slices.Contains(through, "owner of the bucket") {
		t.Errorf("it may do something through %q", through)
	}
	_, err = owner.PlanDeleteUser(t.Context(), "ann")
	if wantCode(t, err, fault.FailedPrecondition); !strings.Contains(err.Error(), "while it has bucket of its own one") {
		t.Error(err)
	}
	hidden := engine(t, furnished{Driver: d, items: []driver.UserItem{{Kind: driver.ItemHiddenBuckets, Name: "(it takes a cap)"}}})
	_, err = hidden.CopyOptions(t.Context(), "ann")
	if wantCode(t, err, fault.FailedPrecondition); !strings.Contains(err.Error(), "is not known: buckets of its own, perhaps (it takes a cap)") {
		t.Error(err)
	}
	off := engine(t, disabled{d})
	_, copyErr := off.CopyOptions(t.Context(), "ann")
	_, makeErr := off.PlanCreate(t.Context(), core.CreateOptions{UserName: "ann", Buckets: []string{"one"}})
	for _, err := range []error{copyErr, makeErr} {
		if wantCode(t, err, fault.FailedPrecondition); !strings.Contains(err.Error(), "is disabled") {
			t.Error(err)
		}
	}
}

// disabled is a system whose users are.
type disabled struct{ driver.Driver }

func (d disabled) GetUser(ctx context.Context, req driver.GetUserRequest) (driver.User, error) {
	user, err := d.Driver.GetUser(ctx, req)
	user.Disabled = true
	return user, err
}

// TestAKeyThatMayLessIsNotCopied refuses a user of whose keys none works, or one may less than the user.
func TestAKeyThatMayLessIsNotCopied(t *testing.T) {
	d := open(t, kinds["with policies of users"])
	e := engine(t, d)
	create(t, e, core.CreateOptions{UserName: "ann", CreateBuckets: true, Buckets: []string{"one"}})
	_, err := engine(t, narrowed{d}).CopyOptions(t.Context(), "ann")
	if wantCode(t, err, fault.FailedPrecondition); !strings.Contains(err.Error(), "has a policy of its own") {
		t.Error(err)
	}
	must(t, d.SetAccessKeyStatus(t.Context(), driver.SetAccessKeyStatusRequest{UserName: "ann", AccessKeyID: firstKey(t, e, "ann"), Status: driver.KeyInactive}))
	_, err = e.CopyOptions(t.Context(), "ann")
	if wantCode(t, err, fault.FailedPrecondition); !strings.Contains(err.Error(), "none of its access keys works") {
		t.Error(err)
	}
}
