package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/s3-credentials/s3-credentials/cmd/s3-credentials/internal/connect"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/orderedjson"
)

var probeColumns = []string{"Action", "Bucket", "Key", "Expected", "Found", "Verdict", "Reason", "Left", "Expires"}

// verifier is verify with its options.
type verifier struct {
	access   accessOptions
	ownRules string
	user     string
	public   bool
	list     listing
	// ends is when the user's access ends; zero where it does not, or nothing tells.
	ends time.Time
}

func newVerify(stdin *cli.Input) *cli.Command {
	v := &verifier{list: listing{shown: []string{"Action", "Bucket", "Key", "Expected", "Found", "Verdict", "Reason"}}}
	options := append(v.access.options(),
		cli.Parsed(&v.ownRules, "policy", "POLICY", "Path to a policy.json file, or literal JSON policy, that the key was made with", policyParser(stdin)).
			Completing(cli.CompleteFile),
		cli.Flag(&v.public, "public", "The buckets are public, so that the key may read their objects, as anybody may"),
		cli.Text(&v.user, "user", "Verify a user of this name, with a key that is made for it and deleted again").Showing("USERNAME").
			Completing(cli.CompleteUser).Needing(driver.CapAccessKeys))
	return &cli.Command{
		Name:    "verify",
		Summary: "Try whether a key may do what was asked for, and no more",
		Needs:   []driver.Capability{driver.CapPolicyProbe},
		Long: "Takes the buckets and the access options of the create that made the key. With the key itself (--auth), it tries what must work and what must " +
			"be denied: under each prefix, beside it, in another bucket, on the bucket's policy and versions, and on users. It prints what was " +
			"expected and what was found. Exit code 4: the key may do more, or less.\n\n" +
			"Nothing is changed, even where it is wrongly allowed: the requests name what does not exist, or have a wrong checksum. In a bucket with " +
			"versioning, the deletion of what does not exist leaves a delete marker, which is named. What the key may do under a prefix that is not " +
			"named here is not found: policy --explain --user says it. With --user, Expires is when all access of the user ends by itself; access that has ended " +
			"is not tried, exit code 4.\n\n" + grantForm,
		Examples: []cli.Example{
			{Purpose: "To see that a key is what was asked for", Line: "s3-credentials create my-bucket --read-only -d 15m > key.json && " +
				"s3-credentials verify my-bucket --read-only --auth key.json --table"},
			{Purpose: "To verify a user, whose keys are elsewhere", Line: "s3-credentials verify my-bucket --user username"},
		},
		Args:    []cli.Arg{{Name: "BUCKETS", Required: true, Repeated: true, Complete: cli.CompleteBucket}},
		Options: append(options, v.list.options()...),
		Check:   v.check,
		Run:     v.run,
	}
}

func (v *verifier) check(buckets []string) error {
	if err := v.list.check(nil); err != nil {
		return err
	}
	return checkOwnRules(v.ownRules, &v.access, buckets)
}

func (v *verifier) run(ctx context.Context, env *cli.Env, _ []string) error {
	engine, err := connect.Engine(env)
	if err != nil {
		return err
	}
	options := createOptions(v.ownRules, &v.access)
	options.Public = v.public
	if v.user == "" {
		found, err := engine.Verify(ctx, options, "")
		if err != nil {
			return err
		}
		return v.report(env, found)
	}
	return v.verifyUser(ctx, env, engine, options)
}

// keyRemovalTime is how long the removal of a key may take that was made for a moment.
const keyRemovalTime = 30 * time.Second

// verifyUser makes a key for the user, and deletes it whatever happens.
func (v *verifier) verifyUser(ctx context.Context, env *cli.Env, admin *core.Engine, options core.CreateOptions) error {
	if err := admin.CheckVerification(options); err != nil {
		return err
	}
	plan, err := admin.PlanCreateKey(ctx, v.user)
	if err != nil {
		return err
	}
	if v.ends, err = endOf(ctx, admin, v.user); err != nil {
		return err
	}
	if !v.ends.IsZero() && !v.ends.After(time.Now()) {
		// A key that is made now would work where only keys end, and tell nothing of the others.
		return cli.Difference(fmt.Sprintf("the access of user '%s' ended at %s: it is narrower than what was asked for", v.user, v.ends.UTC().Format(time.RFC3339)))
	}
	return recorded(ctx, env, admin, plan, func(ctx context.Context, e *execution) error {
		return v.withKey(ctx, env, e, plan, options)
	})
}

// endOf is when the access of a user ends; zero where nothing tells, or the caller may not look.
func endOf(ctx context.Context, admin *core.Engine, user string) (time.Time, error) {
	end, err := admin.AccessEnds(ctx, user)
	if errors.Is(err, fault.Unsupported) || errors.Is(err, fault.PermissionDenied) {
		return time.Time{}, nil
	}
	return end, err
}

func (v *verifier) withKey(ctx context.Context, env *cli.Env, e *execution, plan *core.Plan, options core.CreateOptions) (err error) {
	made, err := e.apply(ctx, plan, func(core.Step, core.Outcome) {})
	if err != nil {
		return err
	}
	key := made.Result().AccessKey
	env.Step("Made access key %s of user %s, for the verification", key.AccessKeyID, v.user)
	defer func() {
		removed := removeKey(ctx, env, e.engine, key)
		e.takeBack(removed)
		err = errors.Join(err, removed)
	}()
	found, err := verifyKey(ctx, env, e.engine, options, credentialsIn(made.Result()))
	if err != nil {
		return err
	}
	return v.report(env, found)
}

// removeKey deletes a key that was made for a moment, also after an interrupt.
func removeKey(ctx context.Context, env *cli.Env, admin *core.Engine, key *driver.AccessKey) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keyRemovalTime)
	defer cancel()
	// It is not looked for first: a listing may not know it yet.
	err := admin.DeleteAccessKey(ctx, driver.DeleteAccessKeyRequest{UserName: key.UserName, AccessKeyID: key.AccessKeyID})
	if err != nil && !errors.Is(err, fault.NotFound) {
		return fmt.Errorf("the access key %s of user '%s', made for the verification, is left: delete it (%w)", key.AccessKeyID, key.UserName, err)
	}
	env.Step("Deleted access key %s of user %s", key.AccessKeyID, key.UserName)
	return nil
}

// settleTime is how long a new key may take until it works everywhere: the time that the system is given, or a minute. On AWS it is some seconds.
func settleTime(env *cli.Env) time.Duration {
	return cmp.Or(connect.Of(env).Config().Timeout, time.Minute)
}

// verifyKey verifies a key that was just made, once it works. One that never works is not what was asked for.
func verifyKey(ctx context.Context, env *cli.Env, admin *core.Engine, options core.CreateOptions, key driver.Credentials) (core.Verification, error) {
	engine, end, err := connect.Of(env).As(ctx, env, key)
	if err != nil {
		return core.Verification{}, working(err)
	}
	defer end()
	found, err := engine.VerifyWithin(ctx, options, anotherBucket(ctx, admin, options.BucketNames()), settleTime(env))
	return found, working(err)
}

// working makes a difference of the error for a key that the system still does not know.
func working(err error) error {
	if errors.Is(err, fault.Unauthenticated) {
		return cli.Difference(fmt.Sprintf("the key does not work: %v", err))
	}
	return err
}

// verification names what cannot be finished with a key that does not do what was asked.
const verification = "the verification"

// proveKey verifies a key that was just made, once it works, and fails unless it does what was asked. The text says that it does.
func proveKey(ctx context.Context, env *cli.Env, admin *core.Engine, options core.CreateOptions, key driver.Credentials) (text string, err error) {
	found, err := verifyKey(ctx, env, admin, options, key)
	if err == nil {
		err = differs(env, found)
	}
	return fmt.Sprintf("Verified: the key does what was asked for, in %d tries", len(found.Probes)), err
}

// bucketsLookedAt is how many buckets are looked at for one that only their owners may use.
const bucketsLookedAt = 20

// anotherBucket is a bucket that the key should not be able to use; empty if there is none, or it may not be found. One with a policy
// may be everybody's.
func anotherBucket(ctx context.Context, admin *core.Engine, own []string) string {
	looked := 0
	for bucket, err := range admin.ListBuckets(ctx) {
		if looked++; err != nil || looked > bucketsLookedAt {
			return ""
		}
		if slices.Contains(own, bucket.Name) {
			continue
		}
		_, err := admin.GetBucketSetting(ctx, driver.GetBucketSettingRequest{Bucket: bucket.Name, Setting: driver.SettingPolicy})
		if errors.Is(err, fault.NotFound) || errors.Is(err, fault.Unsupported) {
			return bucket.Name
		}
	}
	return ""
}

// report prints the probes, and fails unless all are as asked.
func (v *verifier) report(env *cli.Env, found core.Verification) error {
	if !v.ends.IsZero() {
		env.Step("The access of user %s ends at %s", v.user, v.ends.UTC().Format(time.RFC3339))
	}
	for _, p := range found.Probes {
		if p.Caveat != "" {
			env.Step("Warning: %s", p.Caveat)
		}
	}
	if err := printRows(env, &v.list, probeColumns, yielded(found.Probes), asRow(v.probeRow)); err != nil {
		return err
	}
	return differs(env, found)
}

func (v *verifier) probeRow(p core.Probe) orderedjson.Object {
	words := map[bool]string{true: "allowed", false: "denied"}
	found := words[p.Allowed]
	if p.Verdict == core.Untold {
		found = "unknown"
	}
	var row orderedjson.Object
	row.Add("Action", p.Action)
	row.AddText("Bucket", p.Bucket)
	row.AddText("Key", p.Key)
	row.Add("Expected", words[p.Expected])
	row.Add("Found", found)
	row.Add("Verdict", string(p.Verdict))
	row.AddText("Reason", p.Reason)
	row.AddText("Left", p.Left)
	row.AddTime("Expires", v.ends)
	return row
}

// differs is the error for a key that does not do what was asked, and says what the probes left.
func differs(env *cli.Env, found core.Verification) error {
	for _, p := range found.Probes {
		if p.Left != "" {
			env.Step("Warning: the verification left %s", p.Left)
		}
	}
	untold := found.With(core.Untold)
	for _, p := range untold {
		if p.Expected {
			env.Step("Warning: it is not verified that the key may do %s in %s: %s", p.Action, probedAt(p), p.Reason)
		}
	}
	if n := len(untold); n > 0 {
		env.Step("Of %d tries the system said nothing in %d", len(found.Probes), n)
	}
	verdict := found.Verdict()
	switch verdict {
	case core.AsAsked:
		return nil
	case core.Untold:
		return cli.Failure("nothing was found out of what the key should be able to do, so it is not verified")
	}
	first := found.With(verdict)[0]
	words := map[core.Verdict]string{core.Wider: "may", core.Narrower: "may not"}[verdict]
	return cli.Difference(fmt.Sprintf("the key is %s than what was asked for: it %s do %s in %s (%d of %d tries differ)",
		verdict, words, first.Action, probedAt(first), len(found.With(core.Wider))+len(found.With(core.Narrower)), len(found.Probes)))
}

// probedAt is where a probe tried something.
func probedAt(p core.Probe) string {
	if p.Key == "" {
		return p.Bucket
	}
	return p.Bucket + "/" + p.Key
}
