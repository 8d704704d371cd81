package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/s3-credentials/s3-credentials/core"
	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
	"github.com/s3-credentials/s3-credentials/internal/cli"
	"github.com/s3-credentials/s3-credentials/internal/memory"
)

// watched is a system whose deletions of users a test watches.
type watched struct {
	driver.Driver
	deleting func(ctx context.Context, name string) error
}

func (w *watched) DeleteUser(ctx context.Context, req driver.DeleteUserRequest) error {
	if err := w.deleting(ctx, req.Name); err != nil {
		return err
	}
	return w.Driver.DeleteUser(ctx, req)
}

// deletions makes n users, and what deletes them.
func deletions(t *testing.T, n int, deleting func(ctx context.Context, name string) error) (users []*deletion, run func(context.Context) (string, error)) {
	t.Helper()
	system := memory.New(memory.Options{})
	root := system.Root()
	d, err := system.Open(t.Context(), driver.Config{Credentials: &root})
	if err != nil {
		t.Fatal(err)
	}
	engine, err := core.New(t.Context(), &watched{d, deleting})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("user-%02d", i))
		if _, err := d.CreateUser(t.Context(), driver.CreateUserRequest{Name: names[i]}); err != nil {
			t.Fatal(err)
		}
	}
	if users, err = planDeletions(t.Context(), engine, append(names, names[0])); err != nil {
		t.Fatal(err)
	}
	return users, func(ctx context.Context) (string, error) {
		var out bytes.Buffer
		err := applyDeletions(ctx, &cli.Env{Stdout: &out}, &execution{engine: engine}, users, int64(n))
		return out.String(), err
	}
}

// deletedUsers is what is printed for that many users.
func deletedUsers(n int) string {
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, "User: user-%02d\n  Deleted user\n", i)
	}
	return all.String()
}

// TestUsersAreDeletedInParallel lets no deletion go on before as many have begun as may, and lets them end in the opposite order.
func TestUsersAreDeletedInParallel(t *testing.T) {
	const n = 3 * usersAtOnce
	var running, most atomic.Int32
	all := make(chan struct{})
	_, run := deletions(t, n, func(ctx context.Context, _ string) error {
		now := running.Add(1)
		defer running.Add(-1)
		if now > most.Load() {
			most.Store(now)
		}
		if now == usersAtOnce && most.Load() == usersAtOnce {
			select {
			case <-all:
			default:
				close(all)
			}
		}
		select {
		case <-all:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	out, err := run(t.Context())
	if err != nil || out != deletedUsers(n) {
		t.Errorf("%v\n%s", err, out)
	}
	if most.Load() > usersAtOnce {
		t.Errorf("%d at once", most.Load())
	}
}

func TestAnErrorAboutOneUserStopsNoOther(t *testing.T) {
	users, run := deletions(t, 20, func(_ context.Context, name string) error {
		switch name {
		case "user-03":
			return fault.New(fault.InvalidArgument, "not this one")
		case "user-05":
			return fault.New(fault.InvalidArgument, "nor this one")
		}
		return nil
	})
	out, err := run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "not this one; ") || !strings.Contains(err.Error(), "nor this one") {
		t.Error(err)
	}
	if strings.Count(out, "Deleted user\n") != 18 || !strings.Contains(out, "User: user-03\nUser: user-04\n") {
		t.Error(out)
	}
	if users[3].deleted || !users[4].deleted {
		t.Error("another one is deleted")
	}
}

// TestAnErrorThatAllWouldHaveStopsTheRest lets the system refuse every user: those that have begun end, and no further one begins.
func TestAnErrorThatAllWouldHaveStopsTheRest(t *testing.T) {
	begun := atomic.Int32{}
	_, run := deletions(t, 100, func(context.Context, string) error {
		begun.Add(1)
		return fault.New(fault.Unauthenticated, "the key is gone")
	})
	out, err := run(t.Context())
	if n := begun.Load(); !errors.Is(err, fault.Unauthenticated) || n > usersAtOnce || strings.Count(out, "User: ") != int(n) || strings.Contains(out, "Deleted") {
		t.Errorf("%v, %d have begun:\n%s", err, n, out)
	}
}

func TestAnInterruptSaysHowManyAreDeleted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	var begun atomic.Int32
	users, run := deletions(t, 30, func(context.Context, string) error {
		if begun.Add(1) == 10 {
			interrupt()
		}
		return nil
	})
	out, err := run(ctx)
	deleted := strings.Count(out, "Deleted user\n")
	if want := fmt.Sprintf("interrupted; %d of 30 users deleted", deleted); err == nil || !strings.HasPrefix(err.Error(), want) || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %s", err, want)
	}
	heads := strings.FieldsFunc(strings.ReplaceAll(out, "  Deleted user", ""), func(r rune) bool { return r == '\n' })
	if deleted == 30 || users[29].deleted || !slices.IsSorted(heads) {
		t.Errorf("%s", out)
	}
}
