//go:build systems

package main

import (
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// endedPolicy ended long ago; %s is the bucket.
const endedPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/*",` +
	`"Condition":{"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}}]}`

// pruning is a system of which a test looks at the users with nothing of this program.
type pruning struct {
	*testing.T
	iam *iam.Client
	env []string
}

func (p pruning) check(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

func (p pruning) run(args ...string) string {
	p.Helper()
	cmd := exec.CommandContext(p.Context(), program(p), args...)
	cmd.Env = p.env
	output, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		p.Fatalf("%q: %s", args, exit.Stderr)
	}
	p.check(err)
	return string(output)
}

// foreign makes a user whose access has ended, as somebody else would.
func (p pruning) foreign(name string, tags ...types.Tag) {
	p.Helper()
	_, err := p.iam.CreateUser(p.Context(), &iam.CreateUserInput{UserName: &name, Tags: tags})
	p.check(err)
	_, err = p.iam.PutUserPolicy(p.Context(), &iam.PutUserPolicyInput{
		UserName: &name, PolicyName: aws.String("s3.custom.pruned"), PolicyDocument: aws.String(fmt.Sprintf(endedPolicy, "pruned")),
	})
	p.check(err)
}

// users are all users, each with its keys and policies.
func (p pruning) users() []string {
	p.Helper()
	var users []string
	listed := iam.NewListUsersPaginator(p.iam, &iam.ListUsersInput{})
	for listed.HasMorePages() {
		page, err := listed.NextPage(p.Context())
		p.check(err)
		for _, u := range page.Users {
			policies, err := p.iam.ListUserPolicies(p.Context(), &iam.ListUserPoliciesInput{UserName: u.UserName})
			p.check(err)
			keys, err := p.iam.ListAccessKeys(p.Context(), &iam.ListAccessKeysInput{UserName: u.UserName})
			p.check(err)
			users = append(users, fmt.Sprintf("%s %q %d", *u.UserName, policies.PolicyNames, len(keys.AccessKeyMetadata)))
		}
	}
	slices.Sort(users)
	return users
}

func pruningOn(t *testing.T, system *systems.System) pruning {
	t.Helper()
	return pruning{t, iam.New(iam.Options{
		Region: system.Region, BaseEndpoint: aws.String(system.EndpointURL),
		Credentials: credentials.NewStaticCredentialsProvider(system.AccessKeyID, system.SecretAccessKey, ""),
	}), append(system.Env(), "HOME="+t.TempDir(), "S3_CREDENTIALS_ENDPOINT_URL="+system.EndpointURL, "S3_CREDENTIALS_BACKEND=aws")}
}

func TestPruneLeavesLookAlikesOnSandbox(t *testing.T) {
	testPruneLeavesLookAlikes(t, systems.NewSandbox(t))
}
func TestPruneLeavesLookAlikesOnMoto(t *testing.T) { testPruneLeavesLookAlikes(t, systems.NewMoto(t)) }

// testPruneLeavesLookAlikes deletes the one user of this program whose access has ended, among 50 that look like it.
func testPruneLeavesLookAlikes(t *testing.T, system *systems.System) {
	p := pruningOn(t, system)
	end := []string{"--silent", "--expires", "30d", "--policy", fmt.Sprintf(endedPolicy, "$!BUCKET_NAME!$")}
	create := func(args ...string) { p.run(append(append([]string{"create", "pruned"}, args...), end...)...) }
	create("-c", "--username", "ours-first")
	got, err := p.iam.GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("ours-first")})
	p.check(err)
	marks := got.User.Tags
	renamed := func(from, to string) []types.Tag {
		var tags []types.Tag
		for _, tag := range marks {
			tags = append(tags, types.Tag{Key: aws.String(strings.Replace(*tag.Key, from, to, 1)), Value: tag.Value})
		}
		return tags
	}
	for i := range 10 {
		p.foreign(fmt.Sprintf("s3.custom.pruned-%d", i))                                       // a derived name
		p.foreign(fmt.Sprintf("ours-copied-%d", i), marks...)                                  // tags copied by hand
		p.foreign(fmt.Sprintf("ours-renamed-%d", i), renamed("s3-credentials", "s3_creds")...) // tags of another program
		p.foreign(fmt.Sprintf("ours-version-%d", i), renamed(":user", ":owner")...)            // not all tags
		name := fmt.Sprintf("foreign-%d", i)
		p.foreign(name, types.Tag{Key: aws.String("made-by"), Value: aws.String("s3-credentials")})
		create("--username", name) // a further key, and the policy, are from this program
	}
	before := p.users()

	if out := p.run("list-users", "--mine", "--nl"); strings.Count(out, "\n") != 1 || !strings.Contains(out, `"ours-first"`) {
		t.Errorf("ours are %s", out)
	}
	if out := p.run("prune", "--expired", "--dry-run"); strings.Count(out, "User: ") != 1 {
		t.Errorf("the plan is %s", out)
	}
	p.run("prune", "--expired", "--yes")
	left := slices.DeleteFunc(slices.Clone(before), func(u string) bool { return strings.HasPrefix(u, "ours-first ") })
	if after := p.users(); len(left) != len(before)-1 || !slices.Equal(after, left) {
		t.Errorf("the users were\n%s\nand are\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
	p.run("prune", "--expired", "--yes", "--by-name")
	left = slices.DeleteFunc(left, func(u string) bool { return strings.HasPrefix(u, "s3.custom.pruned-") })
	if after := p.users(); !slices.Equal(after, left) {
		t.Errorf("with --by-name, the users are\n%s", strings.Join(after, "\n"))
	}
	if out := p.run("list-buckets", "--nl"); !strings.Contains(out, `"pruned"`) {
		t.Errorf("the buckets are %s", out)
	}
}

// TestPruneLooksAgain gives a user a further key after the plan was made to delete it, and before it is carried out.
func TestPruneLooksAgain(t *testing.T) {
	direct := systems.NewSandbox(t)
	system, proxy := systems.Behind(t, direct)
	p, eyes := pruningOn(t, system), pruningOn(t, direct)
	p.run("create", "pruned", "-c", "--username", "ours", "--silent", "--expires", "30d", "--policy", fmt.Sprintf(endedPolicy, "$!BUCKET_NAME!$"))
	proxy.Reset(nil)
	p.run("prune", "--expired", "--dry-run")
	planned, sent := len(proxy.Seen()), 0
	var mu sync.Mutex
	proxy.Reset(func(int, systems.Request) systems.Action {
		mu.Lock()
		defer mu.Unlock()
		if sent++; sent == planned+1 {
			if _, err := eyes.iam.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("ours")}); err != nil {
				t.Error(err)
			}
		}
		return systems.Pass
	})
	cmd := exec.CommandContext(t.Context(), program(t), "prune", "--expired", "--yes")
	cmd.Env = p.env
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "user 'ours' was used or changed after the plan was made, and stays") {
		t.Errorf("%v: %s", err, out)
	}
	if users := eyes.users(); !slices.Contains(users, `ours ["s3.custom.pruned"] 2`) {
		t.Errorf("the users are %q", users)
	}
}
