//go:build systems

package eventual

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"

	backend "github.com/s3-credentials/s3-credentials/backends/aws"
	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/policy"
	"github.com/s3-credentials/s3-credentials/internal/systems"
)

// longestLag is how long IAM may need until a change is known everywhere, in the simulation.
const longestLag = 15 * time.Second

// run is what one seed leads to: commands about one user and one bucket, each in a process of its own.
type run struct {
	*testing.T
	random       *rand.Rand
	truth        truth
	user, bucket string
	// role is the role of sessions; empty on a system that opens none.
	role string
	// told is all that the commands said so far, with the ids of the keys that they handed out.
	told string
	// asks is the policy that the present command asks for; empty for none.
	asks string
	// before is what there was before the present command.
	before account
}

// command is what a run may do. It returns what it says besides an error.
type command struct {
	name string
	do   func(context.Context, *run, *core.Engine) (said string, err error)
}

// play runs the seed in a bubble of its own, and returns what went wrong.
func play(t *testing.T, system *systems.System, seed uint64) (wrong []string) {
	began := time.Now()
	name := fmt.Sprintf("seed-%d-%d", seed, began.UnixNano()%1e9)
	synctest.Test(t, func(t *testing.T) {
		cryptotest.SetGlobalRandom(t, seed)
		time.Sleep(time.Until(began.Truncate(time.Second)))
		cloud.begin(system, newWorld(seed, longestLag))
		r := &run{T: t, random: rand.New(rand.NewPCG(seed, 1)), truth: newTruth(system), user: name, bucket: name}
		if system.Name != "sandbox" {
			r.role = "s3-credentials.AmazonS3FullAccess"
		}
		if err := r.truth.removeRole(t.Context(), r.role); err != nil {
			t.Fatal(err)
		}
		if err := r.play(t.Context()); err != nil {
			wrong = append(wrong, err.Error())
		}
	})
	return wrong
}

// play runs some commands, each of which may meet a fault, and at last one of each kind without a fault.
func (r *run) play(ctx context.Context) error {
	list := []command{
		{"create", createWith(policy.ReadWrite, false)}, {"create", createWith(policy.ReadOnly, false)},
		{"create", createWith(policy.ReadOnly, true)}, {"create", createWith(policy.ReadWrite, true)}, {"delete-user", deleteUser},
	}
	if r.role != "" {
		list = append(list, command{"session", openSession})
	}
	next := list[0]
	for range 2 + r.random.IntN(4) {
		cloud.breaks(r.fault())
		if err := r.command(ctx, next); err != nil {
			return err
		}
		time.Sleep(time.Duration(r.random.Int64N(int64(20 * time.Second))))
		next = list[r.random.IntN(len(list))]
	}
	cloud.breaks(nil)
	time.Sleep(2 * longestLag)
	for _, last := range slices.Backward(list) {
		if err := r.command(ctx, last); err != nil {
			return err
		}
	}
	return nil
}

// fault is what a command meets: nothing in one of two.
func (r *run) fault() *faults {
	if r.random.IntN(2) == 0 {
		return nil
	}
	return &faults{nth: 1 + r.random.IntN(6), fate: []fate{lose, fail, deny}[r.random.IntN(3)]}
}

// command runs one command, some of them only until they are interrupted, and checks what came of it.
func (r *run) command(ctx context.Context, c command) error {
	var err error
	if r.before, err = r.truth.look(ctx, r.user, r.bucket, r.role); err != nil {
		return err
	}
	running := ctx
	if r.random.IntN(6) == 0 {
		var cancel context.CancelFunc
		running, cancel = context.WithTimeout(ctx, time.Duration(r.random.Int64N(int64(longestLag))))
		defer cancel()
	}
	d, err := backend.Open(ctx, driver.Config{})
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // it closes idle connections
	engine, err := core.New(ctx, d)
	if err != nil {
		return err
	}
	r.asks = ""
	began := time.Now()
	said, failed := c.do(running, r, engine)
	if failed != nil {
		said += "error: " + failed.Error()
	}
	r.told += named(said) + "\n"
	cloud.say("==== %s, after %s: %s", c.name, time.Since(began).Truncate(time.Millisecond), said)
	after, err := r.truth.look(ctx, r.user, r.bucket, r.role)
	if err != nil {
		return err
	}
	return r.check(c.name, failed, after)
}

func apply(ctx context.Context, e *core.Engine, plan *core.Plan) (string, error) {
	applied, err := e.Apply(ctx, plan, nil)
	if err != nil {
		return "", err
	}
	result := applied.Result()
	if result.AccessKey != nil {
		return "access key " + result.AccessKey.AccessKeyID, nil
	}
	return "done", nil
}

func createWith(access policy.Access, replace bool) func(context.Context, *run, *core.Engine) (string, error) {
	return func(ctx context.Context, r *run, e *core.Engine) (string, error) {
		r.asks = "s3." + access.String() + "." + r.bucket
		// IAM lets nobody know what others changed moments ago, so who changes the access of a user waits, as the manual says.
		time.Sleep(longestLag)
		plan, err := e.PlanCreate(ctx, core.CreateOptions{
			Buckets: []string{r.bucket}, CreateBuckets: true, UserName: r.user, Access: access, ReplacePolicy: replace,
		})
		if err != nil {
			return "", err
		}
		return apply(ctx, e, plan)
	}
}

func openSession(ctx context.Context, r *run, e *core.Engine) (string, error) {
	plan, err := e.PlanCreate(ctx, core.CreateOptions{Buckets: []string{r.bucket}, CreateBuckets: true, DurationSeconds: 900})
	if err != nil {
		return "", err
	}
	return apply(ctx, e, plan)
}

func deleteUser(ctx context.Context, r *run, e *core.Engine) (string, error) {
	plan, err := e.PlanDeleteUser(ctx, r.user)
	if err != nil {
		return "", err
	}
	return apply(ctx, e, plan)
}
