package core

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/core/policy"
)

// NoBoundary as CreateOptions.PermissionsBoundary makes users without a permissions boundary.
const NoBoundary = "none"

// CreateOptions say which access to hand out.
type CreateOptions struct {
	// Grants say which access to hand out, one or more; a bucket may be in several. Where all buckets have one access under one
	// prefix, Buckets, Access and Prefix say the same.
	Grants []policy.Grant
	// Buckets are the buckets to give access to. A repeated one counts once.
	Buckets []string
	// CreateBuckets creates those that do not exist. Without it a missing bucket is an error.
	CreateBuckets bool
	// BucketRegion is where to create buckets; empty for the backend's own region.
	BucketRegion string
	// Public lets anybody read the buckets' objects. Website serves them as websites, which makes them public too.
	Public, Website bool

	// Access is what is allowed; 0 means read-write.
	Access policy.Access
	// Prefix restricts access to keys that start with it; empty or "*" for all.
	Prefix string
	// Policy is a whole policy document, as JSON, to use in place of accesses and prefixes. Each bucket gets a copy
	// in which $!BUCKET_NAME!$ is its name.
	Policy string
	// Statements are added to the document of each bucket.
	Statements []policy.Statement

	// UserName is the user to create, or to give a further key; empty for a name derived from access and buckets.
	UserName string
	// ReplacePolicy permits a plan to change what an existing user may do, and so what the user's keys may do. Without it, such
	// a plan is refused.
	ReplacePolicy bool
	// PermissionsBoundary bounds a user that is created: an ARN, [NoBoundary], or empty for the backend's default.
	PermissionsBoundary string

	// Expires is when the access ends by itself; zero for access without an end. The key ends where the system lets keys end, and what
	// the policies allow elsewhere.
	Expires time.Time

	// DurationSeconds, if not 0, asks for a session of that length in place of a user.
	DurationSeconds int
}

// allGrants are the grants that the options say, in one way or the other. An access that is not said is read-write.
func (o CreateOptions) allGrants() []policy.Grant {
	all := slices.Concat(o.Grants, policy.Grants(o.Access, o.Prefix, unique(o.Buckets)...))
	for i, g := range all {
		all[i].Access = cmp.Or(g.Access, policy.ReadWrite)
	}
	return all
}

// BucketNames are those of all grants, each once.
func (o CreateOptions) BucketNames() []string {
	var names []string
	for _, g := range o.allGrants() {
		names = append(names, g.Bucket)
	}
	return unique(names)
}

// accessName is the name of the access, as it stands in derived names: that of all buckets, or of one.
func (o CreateOptions) accessName(bucket string) string {
	if o.Policy != "" || len(o.Statements) > 0 {
		return policy.Custom
	}
	return AccessName(slices.DeleteFunc(o.allGrants(), func(g policy.Grant) bool { return bucket != "" && g.Bucket != bucket }))
}

// AccessName is the name of what grants allow: that of their access, or policy.Custom where they have several.
func AccessName(grants []policy.Grant) string {
	name := ""
	for _, g := range grants {
		if access := g.Access.String(); name == "" {
			name = access
		} else if name != access {
			return policy.Custom
		}
	}
	return name
}

// PlanCreate makes the plan to hand out access. It checks every name, size and capability that it can check by itself,
// then reads the system's state, each thing once, and changes nothing. It fails with InvalidArgument for options that cannot be
// right, NotFound for a bucket that does not exist and is not to be created, PermissionDenied for one that may not be
// looked at, ResourceExhausted for a document over the system's limits, AlreadyExists for a user that cannot get a
// further key, FailedPrecondition for one whose access would change without CreateOptions.ReplacePolicy (another policy in
// place of one that the user has, or any further one if the user has keys), and Unsupported for what the backend cannot do.
func (e *Engine) PlanCreate(ctx context.Context, options CreateOptions) (*Plan, error) {
	options = e.asEndingUser(options)
	if err := e.checkCreate(options); err != nil {
		return nil, err
	}
	plan := &Plan{}
	grants, err := e.grantsFor(plan, options)
	if err != nil {
		return nil, err
	}
	if options.DurationSeconds > 0 {
		return plan, e.planSession(ctx, plan, options, grants)
	}
	return plan, e.planUser(ctx, plan, options, grants)
}

// checkCreate refuses what is wrong or impossible whatever the documents and the state of the system are.
func (e *Engine) checkCreate(options CreateOptions) error {
	switch {
	case len(options.BucketNames()) == 0:
		return fault.New(fault.InvalidArgument, "name at least one bucket")
	case !options.Expires.IsZero() && options.DurationSeconds > 0:
		return fault.New(fault.InvalidArgument, "temporary credentials end by themselves; ask for a duration or for an end, not for both")
	case options.Policy != "" && (len(options.Statements) > 0 || slices.ContainsFunc(slices.Concat(options.Grants, policy.Grants(options.Access, options.Prefix, "")), saysMore)):
		return fault.New(fault.InvalidArgument, "a policy of your own cannot be combined with an access, a prefix or statements; put everything into the policy")
	}
	var needed []driver.Capability
	if options.Public || options.Website {
		needed = append(needed, driver.CapBucketPolicy)
	}
	if options.Website {
		needed = append(needed, driver.CapBucketWebsite)
	}
	if options.DurationSeconds > 0 {
		needed = append(needed, driver.CapSessions)
		needed = append(needed, e.description.SessionRole.Needs()...)
	} else {
		needed = append(needed, driver.CapUsers)
		if b := options.PermissionsBoundary; b != "" && b != NoBoundary {
			needed = append(needed, driver.CapPolicyBoundary)
		}
	}
	if err := e.require(needed...); err != nil {
		return err
	}
	if options.DurationSeconds > 0 {
		return e.checkDuration(options.DurationSeconds)
	}
	if err := e.checkExpires(options.Expires); err != nil {
		return err
	}
	_, err := e.granter()
	return err
}

// saysMore reports whether a grant says more than its bucket.
func saysMore(g policy.Grant) bool { return g.Access != 0 || g.Prefix != "" && g.Prefix != "*" }

// checkDuration refuses a session length outside the system's limits.
func (e *Engine) checkDuration(seconds int) error {
	limits := e.description.Limits
	if seconds < limits.MinSessionSeconds || (limits.MaxSessionSeconds > 0 && seconds > limits.MaxSessionSeconds) {
		return fault.New(fault.InvalidArgument, "a duration of %d seconds is outside what the %s backend allows: from %d to %d seconds",
			seconds, e.description.Name, limits.MinSessionSeconds, limits.MaxSessionSeconds)
	}
	return nil
}

// grant is what a user may do in one bucket.
type grant struct {
	bucket string
	// access is the name of the access.
	access   string
	document policy.Document
}

func bucketsOf(grants []grant) []string {
	buckets := make([]string, len(grants))
	for i, g := range grants {
		buckets[i] = g.bucket
	}
	return buckets
}

// grantsFor makes the policy document of each bucket, as the system understands it.
func (e *Engine) grantsFor(plan *Plan, options CreateOptions) ([]grant, error) {
	var grants []grant
	omitted := map[string]bool{}
	buckets := options.BucketNames()
	all, written := make([]policy.Asked, len(buckets)), make([]policy.Document, len(buckets))
	for i, bucket := range buckets {
		if bucket == "" {
			return nil, fault.New(fault.InvalidArgument, "a bucket name is empty")
		}
		var err error
		if all[i], err = e.askedFor(bucket, options); err != nil {
			return nil, err
		}
		if written[i], _, err = writtenFor(all[i]); err != nil {
			return nil, err
		}
	}
	for i, bucket := range buckets {
		document, removed, err := e.documentFor(all[i], written)
		if err != nil {
			return nil, err
		}
		for _, action := range removed {
			if !omitted[action] {
				omitted[action] = true
				plan.note(NoteActionOmitted, Resource{}, action)
			}
		}
		e.noteCase(plan, all[i].Grants)
		grants = append(grants, grant{bucket: bucket, access: options.accessName(bucket), document: document})
	}
	return grants, nil
}

// noteCase notes prefixes that the system takes for more than they say.
func (e *Engine) noteCase(plan *Plan, grants []policy.Grant) {
	for _, g := range grants {
		said := slices.Contains(plan.Notes, Note{Code: NoteCaseIgnored, Detail: g.Prefix})
		if e.description.Dialect.IgnoresCase && strings.ToLower(g.Prefix) != strings.ToUpper(g.Prefix) && !said {
			plan.note(NoteCaseIgnored, Resource{}, g.Prefix)
		}
	}
}

// askedFor is what is asked for in one bucket.
func (e *Engine) askedFor(bucket string, options CreateOptions) (policy.Asked, error) {
	asked := policy.Asked{Extra: options.Statements, Partition: e.description.Partition, Dialect: e.description.Dialect}
	if !e.description.Has(driver.CapKeyExpiry) {
		asked.Until = options.Expires.Truncate(time.Second) // as a policy has it
	}
	if options.Policy == "" {
		asked.Grants = slices.DeleteFunc(options.allGrants(), func(g policy.Grant) bool { return g.Bucket != bucket })
		return asked, nil
	}
	var err error
	asked.Own, err = policy.Parse([]byte(policy.SubstituteBucket(options.Policy, bucket)))
	return asked, err
}

// writtenFor is the document before it is compiled, of which so many statements are generated.
func writtenFor(asked policy.Asked) (document policy.Document, generated int, err error) {
	if len(asked.Grants) == 0 {
		return asked.Own, 0, nil
	}
	document, err = policy.Build(asked.Grants, policy.Options{Extra: asked.Extra, Partition: asked.Partition})
	return document, len(document.Statement) - len(asked.Extra), err
}

// documentFor makes the document that gives what is asked for, in the dialect of the system, and holds it against that: a mistake
// in the making of documents must not become access. Statements of the caller's own may be too complex for it; then what is generated is held against the grants
// without them. What the others allow, which the same user gets, it does not deny.
func (e *Engine) documentFor(asked policy.Asked, others []policy.Document) (policy.Document, []string, error) {
	document, generated, err := writtenFor(asked)
	if err != nil {
		return document, nil, err
	}
	document, removed, err := policy.Compile(document, asked.Dialect, policy.CompileOptions{Generated: generated, Others: others})
	if err != nil {
		return document, nil, err
	}
	for _, r := range removed {
		asked.Omitted = append(asked.Omitted, r.Action)
	}
	if !asked.Until.IsZero() {
		if document, err = policy.Until(document, asked.Until); err != nil {
			return document, nil, err
		}
	}
	err = policy.Prove(document, asked)
	if errors.Is(err, fault.ResourceExhausted) {
		err = nil // it is the caller's own statements or policy that make so many combinations
		if asked.Extra != nil && asked.Grants != nil {
			asked.Extra, asked.Omitted = nil, nil
			_, asked.Omitted, err = e.documentFor(asked, others)
		}
	}
	return document, asked.Omitted, err
}

// isMissing reports whether a look-up found that there is no such thing.
func isMissing(err error) bool { return errors.Is(err, fault.NotFound) }
