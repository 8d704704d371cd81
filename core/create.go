package core

import (
	"context"
	"errors"
	"fmt"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// NoBoundary as CreateOptions.PermissionsBoundary makes users without a permissions boundary.
const NoBoundary = "none"

// CreateOptions say which access to hand out.
type CreateOptions struct {
	// Buckets are the buckets to give access to; at least one.
	Buckets []string
	// CreateBuckets creates those that do not exist. Without it a missing bucket is an error.
	CreateBuckets bool
	// BucketRegion is where to create buckets; empty for the backend's own region.
	BucketRegion string
	// Public lets anybody read the buckets' objects. Website serves them as websites, which makes them public too.
	Public, Website bool

	// Access is what is allowed; empty means read-write.
	Access policy.Access
	// Prefix restricts access to keys that start with it; empty or "*" for all.
	Prefix string
	// Policy is a whole policy document, as JSON, to use in place of Access and Prefix. Each bucket gets a copy
	// in which $!BUCKET_NAME!$ is its name.
	Policy string
	// Statements are added to the document of each bucket.
	Statements []policy.Statement

	// UserName is the user to create, or to give a further key; empty for a name derived from access and buckets.
	UserName string
	// PermissionsBoundary bounds a user that is created: an ARN, [NoBoundary], or empty for the backend's default.
	PermissionsBoundary string

	// DurationSeconds, if not 0, asks for a session of that length in place of a user.
	DurationSeconds int
}

// CreatePlan hands out access when it is applied.
type CreatePlan struct {
	Plan
	// Result is filled by Apply.
	Result CreateResult
}

// CreateResult is what was handed out: an access key of a user, or a session.
type CreateResult struct {
	AccessKey *driver.AccessKey
	Session   *driver.Session
	// UserKeys is how many access keys the user has now; 0 for a session.
	UserKeys int
}

// PlanCreate makes the plan to hand out access. It reads the system's state, checks every name, size and capability,
// and changes nothing. It fails with InvalidArgument for options that cannot be right, NotFound for a bucket that
// does not exist and is not to be created, PermissionDenied for one that may not be looked at, and Unsupported for
// what the backend cannot do.
func (e *Engine) PlanCreate(ctx context.Context, options CreateOptions) (*CreatePlan, error) {
	grants, notes, err := e.grantsFor(options)
	if err != nil {
		return nil, err
	}
	plan := &CreatePlan{Plan: Plan{Notes: notes}}
	if err := e.checkCreate(options); err != nil {
		return nil, err
	}
	if err := e.planBuckets(ctx, plan, options); err != nil {
		return nil, err
	}
	if options.DurationSeconds > 0 {
		return plan, e.planSession(ctx, plan, options, grants)
	}
	return plan, e.planUser(ctx, plan, options, grants)
}

// checkCreate refuses what is wrong or impossible whatever the state of the system is.
func (e *Engine) checkCreate(options CreateOptions) error {
	if options.DurationSeconds > 0 {
		if err := e.require(driver.CapSessions); err != nil {
			return err
		}
		return e.checkDuration(options.DurationSeconds)
	}
	if err := e.require(driver.CapUsers); err != nil {
		return err
	}
	if _, err := e.granter(); err != nil {
		return err
	}
	if b := options.PermissionsBoundary; b != "" && b != NoBoundary {
		return e.require(driver.CapPolicyBoundary)
	}
	return nil
}

// checkDuration refuses a session length outside the system's limits.
func (e *Engine) checkDuration(seconds int) error {
	limits := e.description.Limits
	if seconds < limits.MinSessionSeconds || (limits.MaxSessionSeconds > 0 && seconds > limits.MaxSessionSeconds) {
		return fault.New(fault.InvalidArgument, "a duration of %d seconds is outside what the %s backend allows: from %d to %d seconds",
			seconds, e.description.Name, limits.MinSessionSeconds, limits.MaxSessionSeconds)
	}
	return nil
}

// permission is the word for the access in derived names.
func (o CreateOptions) permission() string {
	switch {
	case o.Policy != "" || len(o.Statements) > 0:
		return "custom"
	case o.Access == "":
		return string(policy.ReadWrite)
	}
	return string(o.Access)
}

// grant is what a user may do in one bucket.
type grant struct {
	bucket   string
	document policy.Document
}

// grantsFor makes the policy document of each bucket, as the system understands it.
func (e *Engine) grantsFor(options CreateOptions) ([]grant, []string, error) {
	if len(options.Buckets) == 0 {
		return nil, nil, fault.New(fault.InvalidArgument, "name at least one bucket")
	}
	if options.Policy != "" && (options.Access != "" || len(options.Statements) > 0 || (options.Prefix != "" && options.Prefix != "*")) {
		return nil, nil, fault.New(fault.InvalidArgument, "a policy of your own cannot be combined with --read-only, --write-only, --prefix or --statement; put everything into the policy")
	}
	var grants []grant
	seen := map[string]bool{}
	for _, bucket := range options.Buckets {
		if bucket == "" {
			return nil, nil, fault.New(fault.InvalidArgument, "a bucket name is empty")
		}
		if seen[bucket] {
			continue
		}
		seen[bucket] = true
		document, err := e.documentFor(bucket, options)
		if err != nil {
			return nil, nil, err
		}
		grants = append(grants, grant{bucket: bucket, document: document})
	}
	compiled, notes, err := e.compile(grants, options)
	return compiled, notes, err
}

// documentFor makes the document of one bucket in AWS's own dialect.
func (e *Engine) documentFor(bucket string, options CreateOptions) (policy.Document, error) {
	if options.Policy != "" {
		return policy.Parse([]byte(policy.SubstituteBucket(options.Policy, bucket)))
	}
	access := options.Access
	if access == "" {
		access = policy.ReadWrite
	}
	return policy.Build(access, []string{bucket}, policy.Options{
		Prefix: options.Prefix, Extra: options.Statements, Partition: e.description.Partition,
	})
}

// compile makes the documents fit the system's dialect, and notes what had to be left out of the generated ones.
func (e *Engine) compile(grants []grant, options CreateOptions) ([]grant, []string, error) {
	own := len(options.Statements)
	var notes []string
	noted := map[string]bool{}
	for i, g := range grants {
		generated := len(g.document.Statement) - own
		if options.Policy != "" {
			generated = 0
		}
		document, removed, err := policy.Compile(g.document, e.description.Dialect, policy.CompileOptions{Generated: generated})
		if err != nil {
			return nil, nil, err
		}
		grants[i].document = document
		for _, r := range removed {
			if !noted[r.Action] {
				noted[r.Action] = true
				notes = append(notes, fmt.Sprintf("left out of the policy, because the %s backend does not know it: %s", e.description.Name, r.Action))
			}
		}
	}
	return grants, notes, nil
}

// isMissing reports whether a look-up found that there is no such thing.
func isMissing(err error) bool { return errors.Is(err, fault.NotFound) }
