package ceph

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// No gateway of Ceph 19 or later can be had here. What this one answers is written after Ceph's source: the file that says so is named at each
// answer. Paths are below src/rgw there.

const (
	theAccount = "RGW33567154695143645"
	theRoot    = "root-of-the-account"
	// rgw_rest_iam.h: RGW_REST_IAM_XMLNS.
	iamNamespace = "https://iam.amazonaws.com/doc/2010-05-08/"
	madeAt       = "2024-02-07T00:15:45.162786Z" // ceph_time.h: real_time as JSON and XML have it
)

// recorded answers as a gateway does, to the root of an account.
type recorded struct {
	*testing.T
	sync.Mutex
	users map[string]*recordedUser
	// asked are the requests, by their actions or their paths.
	asked []string
	// denied is a caller in the account who may not manage it.
	denied bool
}

type recordedUser struct {
	keys, attached []string
	policies       map[string]string
}

func newRecorded(t *testing.T) (*recorded, driver.Driver) {
	t.Helper()
	g := &recorded{T: t, users: map[string]*recordedUser{}}
	return g, openAtAny(t, g.serve)
}

func (g *recorded) serve(w http.ResponseWriter, r *http.Request) {
	g.Lock()
	defer g.Unlock()
	if r.Method != http.MethodPost {
		g.asked = append(g.asked, r.URL.Path)
		g.other(w, r)
		return
	}
	if err := r.ParseForm(); err != nil {
		g.Error(err)
	}
	action := r.PostForm.Get("Action")
	g.asked = append(g.asked, action)
	if g.denied {
		// rgw_rest_iam_user.cc: verify_permission returns -EACCES. rgw_common.cc: EACCES is 403 AccessDenied.
		iamError(w, 403, "AccessDenied", "")
		return
	}
	name := r.PostForm.Get("UserName")
	switch found := g.users[name]; {
	case action == "GetUser" && name == "":
		// rgw_rest_iam_user.cc: GetUser without a name is the caller. rgw_rest_iam.cc: iam_user_arn.
		iamAnswer(w, action, iamUserOf("ROOT", theRoot, "arn:aws:iam::"+theAccount+":root"))
	case action == "ListUsers":
		g.listUsers(w, r.PostForm.Get("Marker"))
	case action == "CreateUser":
		g.createUser(w, name)
	case found == nil:
		// rgw_rest_iam_user.cc and rgw_rest_user_policy.cc: -ERR_NO_SUCH_ENTITY.
		iamError(w, 404, "NoSuchEntity", "No such UserName in the account")
	default:
		g.ofUser(w, action, name, found, r.PostForm)
	}
}

// other is what is not IAM.
func (g *recorded) other(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/admin/") {
		// rgw_rest.cc: abort_early, with the JSON formatter of the admin ops API; rgw_common.cc: check_cap fails with -EPERM.
		say(w, 403, `{"Code":"AccessDenied","Message":"","RequestId":"tx1","HostId":"1-default-default"}`)
		return
	}
	// rgw_rest_s3.cc: the owner of the buckets of who is in an account is the account (rgw_auth.cc: get_aclowner).
	say(w, 200, `<?xml version="1.0" encoding="UTF-8"?><ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>`+theAccount+
		`</ID><DisplayName>acct</DisplayName></Owner><Buckets></Buckets></ListAllMyBucketsResult>`)
}

// listUsers has one user on a page. rgw_rest_iam_user.cc: RGWListUsers_IAM; the root is left out.
func (g *recorded) listUsers(w http.ResponseWriter, marker string) {
	names := slices.Sorted(maps.Keys(g.users))
	at, _ := slices.BinarySearch(names, marker)
	members, more := "", "<IsTruncated>false</IsTruncated>"
	if at < len(names) {
		members = "<member>" + iamUser(names[at]) + "</member>"
	}
	if at+1 < len(names) {
		more = "<IsTruncated>true</IsTruncated><Marker>" + names[at+1] + "</Marker>"
	}
	say(w, 200, iamHead+`<ListUsersResponse xmlns="`+iamNamespace+`"><ListUsersResult><Users>`+members+"</Users>"+more+"</ListUsersResult></ListUsersResponse>")
}

func (g *recorded) createUser(w http.ResponseWriter, name string) {
	if g.users[name] != nil {
		// driver/rados/rgw_user.cc: another user of the account with the name is -EEXIST; rgw_common.cc: rgw_http_iam_errors.
		iamError(w, 409, "EntityAlreadyExists", "")
		return
	}
	g.users[name] = &recordedUser{policies: map[string]string{}}
	iamAnswer(w, "CreateUser", "<User>"+iamUser(name)+"</User>")
}

// ofUser are the actions on a user that is there.
func (g *recorded) ofUser(w http.ResponseWriter, action, name string, u *recordedUser, form url.Values) {
	policy := form.Get("PolicyName")
	document, hasPolicy := u.policies[policy]
	switch action {
	case "GetUser":
		iamAnswer(w, action, "<User>"+iamUser(name)+"</User>")
	case "DeleteUser":
		g.deleteUser(w, name, u)
	case "CreateAccessKey":
		g.createKey(w, name, u)
	case "ListAccessKeys": // rgw_rest_iam_user.cc: RGWListAccessKeys_IAM
		members := ""
		for _, k := range u.keys {
			members += "<member><UserName>" + name + "</UserName>" + iamKey(k) + "</member>"
		}
		iamAnswer(w, action, "<UserName>"+name+"</UserName><AccessKeyMetadata>"+members+"</AccessKeyMetadata><IsTruncated>false</IsTruncated>")
	case "DeleteAccessKey":
		at := slices.Index(u.keys, form.Get("AccessKeyId"))
		if at < 0 {
			iamError(w, 404, "NoSuchEntity", "No such AccessKeyId in the user")
			return
		}
		u.keys = slices.Delete(u.keys, at, at+1)
		iamAnswer(w, action, "")
	case "PutUserPolicy":
		u.policies[policy] = form.Get("PolicyDocument")
		iamAnswer(w, action, "")
	case "ListUserPolicies": // rgw_rest_user_policy.cc: also of a user who never had one
		members := ""
		for _, p := range slices.Sorted(maps.Keys(u.policies)) {
			members += "<member>" + p + "</member>"
		}
		iamAnswer(w, action, "<PolicyNames>"+members+"</PolicyNames><IsTruncated>false</IsTruncated>")
	case "GetUserPolicy", "DeleteUserPolicy":
		if !hasPolicy {
			iamError(w, 404, "NoSuchEntity", "No such PolicyName on the user")
			return
		}
		if action == "DeleteUserPolicy" {
			delete(u.policies, policy)
		}
		quoted := strings.ReplaceAll(document, `"`, "&quot;") // it is not encoded as AWS's is
		iamAnswer(w, action, "<PolicyName>"+policy+"</PolicyName><UserName>"+name+"</UserName><PolicyDocument>"+quoted+"</PolicyDocument>")
	case "ListAttachedUserPolicies": // rgw_rest_user_policy.cc: RGWListAttachedUserPolicies_IAM
		members := ""
		for _, arn := range u.attached {
			_, short, _ := strings.Cut(arn, "/")
			members += "<member><PolicyName>" + short + "</PolicyName><PolicyArn>" + arn + "</PolicyArn></member>"
		}
		iamAnswer(w, action, "<AttachedPolicies>"+members+"</AttachedPolicies><IsTruncated>false</IsTruncated>")
	case "ListGroupsForUser": // rgw_rest_iam_group.cc
		iamAnswer(w, action, "<Groups></Groups><IsTruncated>false</IsTruncated>")
	default:
		// rgw_rest.cc: no handler has the action; rgw_common.cc: ERR_METHOD_NOT_ALLOWED.
		iamError(w, 405, "MethodNotAllowed", "")
	}
}

// deleteUser refuses as check_empty of rgw_rest_iam_user.cc does.
func (g *recorded) deleteUser(w http.ResponseWriter, name string, u *recordedUser) {
	switch {
	case len(u.keys) > 0:
		iamError(w, 409, "DeleteConflict", "The user cannot be deleted until its AccessKeys are removed")
	case len(u.policies) > 0:
		iamError(w, 409, "DeleteConflict", "The user cannot be deleted until all user policies are removed")
	case len(u.attached) > 0:
		iamError(w, 409, "DeleteConflict", "The user cannot be deleted until all managed policies are detached")
	default:
		delete(g.users, name)
		iamAnswer(w, "DeleteUser", "")
	}
}

// mostKeys is the limit of an account by default: rgw_common.h, RGWAccountInfo.
const mostKeys = 4

func (g *recorded) createKey(w http.ResponseWriter, name string, u *recordedUser) {
	if len(u.keys) == mostKeys {
		iamError(w, 400, "LimitExceeded", fmt.Sprintf("Access key limit %d exceeded", mostKeys)) // rgw_common.cc: rgw_http_s3_errors
		return
	}
	id := fmt.Sprintf("JBNLYD5BDNRVV64J0%03d", len(u.keys))
	u.keys = append(u.keys, id)
	iamAnswer(w, "CreateAccessKey", "<AccessKey><UserName>"+name+"</UserName>"+iamKey(id)+"<SecretAccessKey>a-secret</SecretAccessKey></AccessKey>")
}

const iamHead = `<?xml version="1.0" encoding="UTF-8"?>`

// iamAnswer is an answer as rgw_rest_iam_user.cc writes one.
func iamAnswer(w http.ResponseWriter, action, result string) {
	say(w, 200, iamHead+"<"+action+`Response xmlns="`+iamNamespace+`"><`+action+"Result>"+result+"</"+action+
		"Result><ResponseMetadata><RequestId>tx1</RequestId></ResponseMetadata></"+action+"Response>")
}

// iamError is an error as rgw_common.cc, dump(req_state*), writes one for all dialects: not in an <ErrorResponse>.
func iamError(w http.ResponseWriter, status int, code, message string) {
	say(w, status, iamHead+"<Error><Code>"+code+"</Code><Message>"+message+"</Message><RequestId>tx1</RequestId><HostId>1-default-default</HostId></Error>")
}

// iamUser is dump_iam_user of rgw_rest_iam_user.cc for a user whose id the gateway has made up.
func iamUser(name string) string {
	return iamFields(name, "b580aa8e-14c7-4b6a-9dac-a30c640244b6", "arn:aws:iam::"+theAccount+":user/"+name)
}

func iamUserOf(name, id, arn string) string { return "<User>" + iamFields(name, id, arn) + "</User>" }

func iamFields(name, id, arn string) string {
	return "<Path>/</Path><UserName>" + name + "</UserName><UserId>" + id + "</UserId><Arn>" + arn + "</Arn><CreateDate>" + madeAt + "</CreateDate>"
}

// iamKey is dump_access_key of rgw_rest_iam_user.cc.
func iamKey(id string) string {
	return "<AccessKeyId>" + id + "</AccessKeyId><Status>Active</Status><CreateDate>" + madeAt + "</CreateDate>"
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestTheRootOfAnAccountWorksOverIAM makes a user with a key and a policy, and takes all back. Nothing is asked of the admin ops API, and once
// who calls.
func TestTheRootOfAnAccountWorksOverIAM(t *testing.T) {
	g, d := newRecorded(t)
	ctx, ann := t.Context(), driver.UserPrincipal("ann")
	made, err := d.CreateUser(ctx, driver.CreateUserRequest{Name: "ann"})
	noError(t, err)
	if made.User.ARN != "arn:aws:iam::"+theAccount+":user/ann" || made.User.Created.IsZero() {
		t.Errorf("made %+v", made.User)
	}
	if _, err := d.CreateUser(ctx, driver.CreateUserRequest{Name: "ann"}); !errors.Is(err, fault.AlreadyExists) {
		t.Errorf("once more: %v", err)
	}
	if names, err := collect(d.ListPolicies(ctx, driver.ListPoliciesRequest{Principal: ann})); err != nil || len(names) > 0 {
		t.Errorf("the policies of a user without any: %v, %v", names, err)
	}
	document := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::b/a+b c%41/*"]}]}`
	noError(t, d.PutPolicy(ctx, driver.PutPolicyRequest{Principal: ann, Name: "own", Document: document}))
	key, err := d.CreateAccessKey(ctx, driver.CreateAccessKeyRequest{UserName: "ann"})
	if err != nil || key.AccessKeyID == "" || key.SecretAccessKey != "a-secret" || key.Status != driver.KeyActive {
		t.Errorf("made %+v, %v", key, err)
	}
	found, err := d.GetPolicy(ctx, driver.GetPolicyRequest{Principal: ann, Name: "own"})
	if want := strings.NewReplacer(" ", `\u0020`, "+", `\u002b`, "%", `\u0025`).Replace(document); err != nil || found.Document != want {
		t.Errorf("the policy is %s, %v", found.Document, err)
	}
	if err := d.DeleteUser(ctx, driver.DeleteUserRequest{Name: "ann"}); !errors.Is(err, fault.FailedPrecondition) {
		t.Errorf("with a key: %v", err)
	}
	noError(t, d.DeleteAccessKey(ctx, driver.DeleteAccessKeyRequest{UserName: "ann", AccessKeyID: key.AccessKeyID}))
	if err := d.DeleteUser(ctx, driver.DeleteUserRequest{Name: "ann"}); !errors.Is(err, fault.FailedPrecondition) {
		t.Errorf("with a policy: %v", err)
	}
	noError(t, d.DeletePolicy(ctx, driver.DeletePolicyRequest{Principal: ann, Name: "own"}))
	noError(t, d.DeleteUser(ctx, driver.DeleteUserRequest{Name: "ann"}))
	if _, err := d.GetUser(ctx, driver.GetUserRequest{Name: "ann"}); !errors.Is(err, fault.NotFound) {
		t.Errorf("afterwards: %v", err)
	}
	if slices.Contains(g.asked, userPath) || g.asked[0] != "GetUser" || strings.Count(strings.Join(g.asked, " "), "GetUser ") != 1 {
		t.Errorf("asked %v", g.asked)
	}
}

// TestAnAccountHasPages is about users on several pages, and a limit of keys.
func TestAnAccountHasPages(t *testing.T) {
	g, d := newRecorded(t)
	for _, name := range []string{"ann", "bob", "cid"} {
		g.users[name] = &recordedUser{policies: map[string]string{}}
	}
	users, err := collect(d.ListUsers(t.Context()))
	if err != nil || len(users) != 3 || users[2].Name != "cid" {
		t.Errorf("got %v, %v", users, err)
	}
	for range mostKeys {
		_, err := d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "ann"})
		noError(t, err)
	}
	if _, err := d.CreateAccessKey(t.Context(), driver.CreateAccessKeyRequest{UserName: "ann"}); !errors.Is(err, fault.ResourceExhausted) {
		t.Errorf("one too many: %v", err)
	}
}

// TestAttachedPoliciesAreSeen although they cannot be read: a user who has one may do more than its own policies say, and is not deleted by halves.
func TestAttachedPoliciesAreSeen(t *testing.T) {
	g, d := newRecorded(t)
	g.users["ann"] = &recordedUser{attached: []string{"arn:aws:iam::aws:policy/AmazonS3FullAccess"}}
	items, err := collect(d.ListUserItems(t.Context(), driver.ListUserItemsRequest{UserName: "ann", Kind: driver.ItemGroup}))
	if err != nil || len(items) != 1 || items[0].Kind != driver.ItemPolicy || items[0].Name != "arn:aws:iam::aws:policy/AmazonS3FullAccess" || !items[0].KeepsUser {
		t.Errorf("got %v, %v", items, err)
	}
}

// TestTheRootIsTrustedAlone names the root so that a role for its sessions trusts nobody else in the account: rgw_auth.cc, is_identity, takes
// the ARN of an account for all of it, and the id of a user, with the tenant, for that user.
func TestTheRootIsTrustedAlone(t *testing.T) {
	_, d := newRecorded(t)
	who, err := d.WhoAmI(t.Context())
	noError(t, err)
	if role := sessionRole().For(who); who.Account != theAccount || role.TrustPrincipal != "arn:aws:iam:::user/"+theRoot || role.Name != "s3-credentials."+theRoot {
		t.Errorf("%+v trusts %+v", role, who)
	}
}

// TestWhoIsInAnAccountWithoutRights is asked over the admin ops API, as anybody is, and known by the account.
func TestWhoIsInAnAccountWithoutRights(t *testing.T) {
	g, d := newRecorded(t)
	g.denied = true
	if who, err := d.WhoAmI(t.Context()); err != nil || who != (driver.Caller{Account: theAccount}) {
		t.Errorf("got %+v, %v", who, err)
	}
	if _, err := d.GetUser(t.Context(), driver.GetUserRequest{Name: "ann"}); !errors.Is(err, fault.PermissionDenied) {
		t.Errorf("got %v", err)
	}
	if !slices.Contains(g.asked, userPath) {
		t.Errorf("asked %v", g.asked)
	}
}
