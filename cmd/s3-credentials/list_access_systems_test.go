//go:build systems

package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/minio/minio-go/v7/pkg/signer"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// accessLine is a row of list-access as it is printed.
type accessLine struct{ User, Bucket, Prefix, Access, Through, Unknown string }

// reach is a system whose access is listed.
type reach struct {
	*testing.T
	system  *systems.System
	backend string
	// keys are the files of the users' keys.
	keys map[string]string
}

// create makes a user and keeps its key.
func (r *reach) create(user string, args ...string) {
	r.Helper()
	r.keys[user] = filepath.Join(r.TempDir(), "key.json")
	key := r.run(append([]string{"create", "-c", "--silent", "--username", user}, args...)...)
	if err := os.WriteFile(r.keys[user], []byte(key), 0o600); err != nil {
		r.Fatal(err)
	}
}

func (r *reach) try(args ...string) (int, string) {
	r.Helper()
	cmd := exec.CommandContext(r.Context(), program(r.T), args...)
	cmd.Env = append(r.system.Env(), "HOME="+r.TempDir(), "S3_CREDENTIALS_ENDPOINT_URL="+r.system.EndpointURL, "S3_CREDENTIALS_BACKEND="+r.backend)
	out, _ := cmd.CombinedOutput()
	return cmd.ProcessState.ExitCode(), string(out)
}

func (r *reach) run(args ...string) string {
	r.Helper()
	code, out := r.try(args...)
	if code != cli.ExitDone {
		r.Fatalf("%q ends with %d: %s", args, code, out)
	}
	return out
}

func (r *reach) setPolicy(bucket, document string) {
	r.Helper()
	path := filepath.Join(r.TempDir(), "policy.json")
	if err := os.WriteFile(path, []byte(document), 0o600); err != nil {
		r.Fatal(err)
	}
	r.run("set-bucket-policy", bucket, "--policy-file", path)
}

func (r *reach) lines(args ...string) []accessLine {
	r.Helper()
	var all []accessLine
	for scanner := bufio.NewScanner(strings.NewReader(r.run(append([]string{"list-access", "--nl"}, args...)...))); scanner.Scan(); {
		var line accessLine
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			r.Fatalf("%v: %s", err, scanner.Text())
		}
		all = append(all, line)
	}
	return all
}

// has fails the test unless a row says so.
func (r *reach) has(lines []accessLine, want accessLine) {
	r.Helper()
	if !slices.Contains(lines, want) {
		r.Errorf("no row is %+v:\n%+v", want, lines)
	}
}

// verifyCells tries whether the key of each user may do what the rows say and nothing else; with what everybody may,
// where that is so for keys too.
func (r *reach) verifyCells(lines []accessLine, forEverybody bool, buckets ...string) {
	r.Helper()
	cells := map[string][]string{}
	reached := map[string]bool{}
	for _, l := range lines {
		if l.User != core.Everybody {
			cells[l.User] = append(cells[l.User], l.grant())
			reached[l.User+" "+l.Bucket] = true
		}
	}
	if len(cells) < 4 {
		r.Errorf("only %d users reach something", len(cells))
	}
	for user, grants := range cells {
		for _, l := range lines {
			if l.User == core.Everybody && forEverybody {
				grants = append(grants, l.grant())
				reached[user+" "+l.Bucket] = true
			}
		}
		if code, out := r.try(append([]string{"verify", "--auth", r.keys[user], "--csv"}, grants...)...); code != cli.ExitDone {
			r.Errorf("%s cannot do just %v (exit code %d):\n%s", user, grants, code, out)
		}
		for _, bucket := range buckets {
			if reached[user+" "+bucket] {
				continue
			}
			for _, verb := range []string{"list", "write", "delete"} { // of reading, who may not list finds nothing out
				if code, out := r.try("verify", bucket+":"+verb, "--auth", r.keys[user], "--csv"); code != cli.ExitDiffers || !strings.Contains(out, "narrower") {
					r.Errorf("%s has no row for %s, but can %s (exit code %d):\n%s", user, bucket, verb, code, out)
				}
			}
		}
	}
}

// grant is the row as an argument of verify.
func (l accessLine) grant() string {
	if l.Prefix == "*" {
		return l.Bucket + ":" + l.Access
	}
	return l.Bucket + "/" + l.Prefix + ":" + l.Access
}

func TestListedAccessIsWhatKeysMayDoOnSandbox(t *testing.T) {
	r := &reach{t, systems.NewSandbox(t), "aws", map[string]string{}}
	r.create("ann", "photos", "--read-only")
	r.create("bob", "photos/in/", "logs:ro")
	r.create("carl", "open", "--public", "--write-only")
	r.create("dora", "vault")
	// What a bucket's policy gives one, and takes from all.
	r.setPolicy("vault", `{"Version":"2012-10-17","Statement":[`+
		`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:user/ann"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::vault/*"},`+
		`{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::vault/*"}]}`)
	lines := r.lines()
	r.has(lines, accessLine{User: core.Everybody, Bucket: "open", Prefix: "*", Access: "read", Through: "bucket policy"})
	r.has(lines, accessLine{User: "ann", Bucket: "vault", Prefix: "*", Access: "read", Through: "bucket policy"})
	r.has(lines, accessLine{User: "dora", Bucket: "vault", Prefix: "*", Access: "list+read+write", Through: "s3.read-write.vault"})
	r.has(lines, accessLine{User: "bob", Bucket: "photos", Prefix: "in/*", Access: "read-write", Through: "s3.read-write.photos"})
	r.verifyCells(lines, true, "photos", "vault")
	if out := r.run("policy", "--user", "ann", "--explain", "--csv"); !strings.Contains(out, "vault,*,read,") || !strings.Contains(out, "open,*,read,") {
		t.Errorf("policy --explain does not look at the policies of buckets: %s", out)
	}
}

func TestListedAccessIsWhatKeysMayDoOnMinIO(t *testing.T) {
	r := &reach{t, systems.NewMinIO(t), "minio", map[string]string{}}
	r.create("ann", "photos", "--read-only")
	r.create("bob", "photos/in/", "logs:ro")
	r.create("carl", "open", "--public", "--write-only")
	r.create("eve", "vault", "--write-only")
	r.admin("update-group-members", `{"group":"staff","members":["eve"],"groupStatus":"enabled"}`)
	r.admin("set-user-or-group-policy?policyName=readonly&userOrGroup=staff&isGroup=true", "")
	lines := r.lines()
	r.has(lines, accessLine{User: core.Everybody, Bucket: "open", Prefix: "*", Access: "read", Through: "bucket policy"})
	r.has(lines, accessLine{User: "eve", Bucket: "vault", Prefix: "*", Access: "write-only", Through: "s3.write-only.vault"})
	r.has(lines, accessLine{User: "eve", Bucket: "photos", Prefix: "*", Access: "read", Through: "group staff: readonly"})
	// What is for everybody is for requests without a key alone.
	r.verifyCells(lines, false, "vault", "open")
	if out := r.run("policy", "--user", "eve", "--explain", "--csv"); !strings.Contains(out, "*,*,read,") || !strings.Contains(out, "vault,*,read+write,") {
		t.Errorf("policy --explain does not look at groups: %s", out)
	}
	r.admin("update-group-members", `{"group":"staff","members":["eve"],"isRemove":true}`)
	if left := r.lines("--user", "eve", "--bucket", "photos"); len(left) > 0 {
		t.Errorf("out of the group, the user still has %+v", left)
	}
}

// admin sends a request of MinIO's admin API as its root user.
func (r *reach) admin(path, body string) {
	r.Helper()
	request, err := http.NewRequestWithContext(r.Context(), http.MethodPut, r.system.EndpointURL+"/minio/admin/v3/"+path, strings.NewReader(body))
	if err != nil {
		r.Fatal(err)
	}
	sum := sha256.Sum256([]byte(body))
	request.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	answer, err := http.DefaultClient.Do(signer.SignV4(*request, r.system.AccessKeyID, r.system.SecretAccessKey, "", r.system.Region))
	if err != nil {
		r.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // the status says it
	if answer.StatusCode != http.StatusOK {
		r.Fatalf("%s: %s", path, answer.Status)
	}
}

// Moto holds no key to its policies, but has all of AWS's: groups, attached policies, boundaries, and blocks of public access.
func TestListedAccessOnMoto(t *testing.T) {
	system, proxy := systems.Behind(t, systems.NewMoto(t))
	r := &reach{t, system, "aws", map[string]string{}}
	client := iam.New(iam.Options{
		Region: system.Region, BaseEndpoint: aws.String(system.EndpointURL),
		Credentials: credentials.NewStaticCredentialsProvider(system.AccessKeyID, system.SecretAccessKey, ""),
	})
	for _, user := range []string{"ann", "bob", "carl"} {
		r.create(user, "photos", "--read-only")
	}
	r.create("dora", "open", "--public")
	group := aws.String("staff")
	document := aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:PutObject","s3:DeleteObject"],"Resource":"arn:aws:s3:::photos/*"}]}`)
	made, err := client.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: aws.String("cleaning"), PolicyDocument: document})
	r.must(err)
	_, err = client.CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: group})
	r.must(err)
	_, err = client.PutGroupPolicy(t.Context(), &iam.PutGroupPolicyInput{GroupName: group, PolicyName: aws.String("own"), PolicyDocument: document})
	r.must(err)
	_, err = client.AttachGroupPolicy(t.Context(), &iam.AttachGroupPolicyInput{GroupName: group, PolicyArn: made.Policy.Arn})
	r.must(err)
	for _, user := range []string{"ann", "bob"} {
		_, err = client.AddUserToGroup(t.Context(), &iam.AddUserToGroupInput{GroupName: group, UserName: aws.String(user)})
		r.must(err)
		_, err = client.AttachUserPolicy(t.Context(), &iam.AttachUserPolicyInput{UserName: aws.String(user), PolicyArn: made.Policy.Arn})
		r.must(err)
	}
	r.setPolicy("photos", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999999999999:role/reader"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::photos/*"}]}`)

	proxy.Reset(nil)
	lines := r.lines()
	arn := *made.Policy.Arn
	for _, want := range []accessLine{
		{User: core.Everybody, Bucket: "open", Prefix: "*", Access: "read", Through: "bucket policy"},
		{User: "arn:aws:iam::999999999999:role/reader", Bucket: "photos", Prefix: "*", Access: "read", Through: "bucket policy"},
		{User: "ann", Bucket: "photos", Prefix: "*", Access: "read-only", Through: "s3.read-only.photos"},
		{User: "ann", Bucket: "photos", Prefix: "*", Access: "write+delete", Through: arn},
		{User: "bob", Bucket: "photos", Prefix: "*", Access: "write+delete", Through: "group staff: own"},
		{User: "bob", Bucket: "photos", Prefix: "*", Access: "write+delete", Through: "group staff: " + arn},
		{User: "carl", Bucket: "photos", Prefix: "*", Access: "read-only", Through: "s3.read-only.photos"},
	} {
		r.has(lines, want)
	}
	// Each policy is read once, however many users and groups it is attached to.
	reads := map[string]int{}
	for _, request := range proxy.Seen() {
		reads[request.Operation]++
	}
	for operation, want := range map[string]int{"GetPolicyVersion": 1, "GetGroupPolicy": 1, "ListGroupPolicies": 1, "ListAttachedGroupPolicies": 1, "ListGroupsForUser": 4, "ListMFADevices": 0} {
		if reads[operation] != want {
			t.Errorf("%s was sent %d times, want %d: %v", operation, reads[operation], want, reads)
		}
	}

	r.run("set-public-access-block", "open", "--restrict-public-buckets", "true")
	for _, l := range r.lines("--bucket", "open") {
		if l.User == core.Everybody {
			t.Errorf("although it is blocked, everybody has %+v", l)
		}
	}
	if out := r.run("list-buckets", "open", "--details", "--table"); !strings.Contains(out, "RestrictPublicBuckets") || strings.Contains(out, "yes") || strings.Contains(out, "{") {
		t.Errorf("the details of a bucket that is blocked are %s", out)
	}
}

func (r *reach) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(fmt.Errorf("cannot prepare: %w", err))
	}
}
