package aws

import (
	"context"
	"path"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go/middleware"
	smithytime "github.com/aws/smithy-go/time"

	"github.com/s3-credentials/s3-credentials/backends/sdk"
)

// AWS does not promise that a request finds what an earlier one made. IAM answers NoSuchEntity for new users, keys, policies
// and roles, and DeleteConflict for a user whose deleted keys linger; S3 answers NoSuchBucket for new buckets. Neither says
// for how long: "seconds" is what is seen.
const (
	// spread is how long a change counts as new. The waiters of the SDKs give a new user the same: 20 looks, a second apart.
	spread = 20 * time.Second
	// spreadPause is the time between two attempts.
	spreadPause = 750 * time.Millisecond
	// lagElsewhere is Limits.LagSeconds for systems that are not AWS. They know at once what they made, but one that is made of
	// several servers may need a moment to tell the others.
	lagElsewhere = 2
)

// recent is what is new, and until when: things that this process made or may have made, and those that IAM says are new.
// Things are paths: "user/U", "user/U/P" for a policy or key of the user, "bucket/B".
type recent struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// BucketMade notes a bucket that was made, or may have been.
func (r *recent) BucketMade(bucket string) { r.note(bucketPath(bucket), time.Now()) }

// BucketGone notes that a bucket was deleted.
func (r *recent) BucketGone(bucket string) { r.forget(bucketPath(bucket)) }

// Again waits a moment and reports true, as long as a bucket is new.
func (r *recent) Again(ctx context.Context, bucket string) bool {
	return r.again(ctx, bucketPath(bucket))
}

func bucketPath(bucket string) string { return "bucket/" + bucket }

// note notes that a thing is new from a time on, which is not in the future if clocks are right.
func (r *recent) note(thing string, from time.Time) {
	if now := time.Now(); from.After(now) {
		from = now
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.until == nil {
		r.until = map[string]time.Time{}
	}
	r.until[thing] = from.Add(spread)
}

// meet notes that this process knows an owner, which is not new as far as it has seen.
func (r *recent) meet(owner string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, met := r.until[owner+unlisted]; !met {
		r.until[owner+unlisted] = time.Time{}
	}
}

// unlistedFor is how long a listing may lack something that an owner has. Who lists the keys of a user without having met it
// rolls back what another process did, which has ended.
func (r *recent) unlistedFor(operation, owner string) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	until, met := r.until[owner+unlisted]
	if !met && operation == "ListAccessKeys" {
		until = r.until[started]
	}
	return time.Until(until)
}

// forget notes that a thing is gone.
func (r *recent) forget(thing string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.until, thing)
}

// left is how long a thing is still new; 0 or less for one that is not.
func (r *recent) left(thing string) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Until(r.until[thing])
}

// again waits a moment and reports true, as long as one of the things is new.
func (r *recent) again(ctx context.Context, things ...string) bool {
	for _, thing := range things {
		if r.left(thing) > 0 {
			return smithytime.SleepWithContext(ctx, spreadPause) == nil
		}
	}
	return false
}

// The marks stand beside a user or role in the paths of what is new.
const (
	// emptied: something of it was deleted, and may linger.
	emptied = "/emptied"
	// unlisted: it has keys or policies that listings may not have yet.
	unlisted = "/unlisted"
	// started is this process itself. While it is new, what it is asked to remove may be what another process made, whose
	// plan it rolls back.
	started = "started"
)

// settle is middleware for IAM. It repeats calls that IAM refuses because it does not know yet what is new, and holds a
// listing back that could lack something.
type settle struct{ recent *recent }

// settling adds the middleware to a client of AWS itself. Other systems know at once what they made.
func (r *recent) settling(stack *middleware.Stack) error {
	return stack.Initialize.Add(settle{r}, middleware.After)
}

func (settle) ID() string { return "settle" }

func (s settle) HandleInitialize(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
	out middleware.InitializeOutput, metadata middleware.Metadata, err error,
) {
	operation := awsmiddleware.GetOperationName(ctx)
	owner, part := subjectOf(in.Parameters)
	if strings.HasPrefix(operation, "List") && owner != "" {
		if err := smithytime.SleepWithContext(ctx, max(0, s.recent.unlistedFor(operation, owner))); err != nil {
			return out, metadata, err
		}
	}
	maybe := []string{owner, part}
	if startsWith(operation, "Delete", "Detach") {
		maybe = append(maybe, started)
	}
	began := time.Now()
	for {
		out, metadata, err = next.HandleInitialize(ctx, in)
		var again bool
		switch sdk.Code(err) {
		case "NoSuchEntity":
			// Most users have no password, which is no sign that one is not known yet.
			again = operation != "GetLoginProfile" && s.recent.again(ctx, maybe...)
		case "DeleteConflict":
			again = s.recent.again(ctx, owner+emptied)
		case "EntityTemporarilyUnmodifiable", "ConcurrentModification":
			again = time.Since(began) < spread && smithytime.SleepWithContext(ctx, spreadPause) == nil
		}
		if !again {
			s.note(operation, owner, part, out.Result, err)
			return out, metadata, err
		}
	}
}

// note remembers what a call has changed, may have changed, or shown to be new.
func (s settle) note(operation, owner, part string, result any, err error) {
	thing := part
	if thing == "" {
		thing = owner
	}
	mayHave := err == nil || sdk.Ambiguous(err)
	switch made := result.(type) {
	case *iam.CreateAccessKeyOutput:
		thing = owner + "/" + aws.ToString(made.AccessKey.AccessKeyId)
	case *iam.GetUserOutput:
		s.noteAge(owner, made.User.CreateDate)
		s.recent.meet(owner)
	case *iam.GetRoleOutput:
		s.noteAge(owner, made.Role.CreateDate)
	}
	switch {
	case operation == "CreateAccessKey" && err != nil && mayHave:
		s.recent.note(owner+unlisted, time.Now())
	case mayHave && startsWith(operation, "Create", "Put", "Attach"):
		s.recent.note(thing, time.Now())
		s.recent.meet(owner)
	case mayHave && startsWith(operation, "Delete", "Detach"):
		s.recent.note(owner+emptied, time.Now())
		if err == nil {
			s.recent.forget(thing)
		}
	}
}

// noteAge remembers a user or role that another process made moments ago.
func (s settle) noteAge(owner string, created *time.Time) {
	if created == nil || time.Since(*created) > spread || s.recent.left(owner) > 0 {
		return
	}
	s.recent.note(owner, *created)
	s.recent.note(owner+unlisted, *created)
}

// subjectOf returns the user or role that a request is about, and its key or policy; empty where there is none.
func subjectOf(in any) (owner, part string) {
	field := func(name string) string {
		value := reflect.Indirect(reflect.ValueOf(in)).FieldByName(name)
		if !value.IsValid() {
			return ""
		}
		text, _ := value.Interface().(*string)
		return aws.ToString(text)
	}
	switch {
	case field("UserName") != "":
		owner = "user/" + field("UserName")
	case field("RoleName") != "":
		owner = "role/" + field("RoleName")
	default:
		return "", ""
	}
	for _, name := range []string{"AccessKeyId", "PolicyName", "PolicyArn"} {
		if value := field(name); value != "" {
			part = owner + "/" + path.Base(value)
		}
	}
	return owner, part
}

func startsWith(s string, prefixes ...string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(s, prefix) {
			return true
		}
	}
	return false
}
