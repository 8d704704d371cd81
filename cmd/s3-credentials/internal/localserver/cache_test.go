package localserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/s3-credentials/s3-credentials/core/driver"
	"github.com/s3-credentials/s3-credentials/core/fault"
)

// source opens numbered sessions, slowly, and fails while it is told to.
type source struct {
	lifetime time.Duration
	takes    time.Duration
	opened   atomic.Int32
	failing  atomic.Pointer[error]
}

func (s *source) open(ctx context.Context) (driver.Session, error) {
	n := s.opened.Add(1)
	select {
	case <-ctx.Done():
		return driver.Session{}, ctx.Err()
	case <-time.After(s.takes):
	}
	if err := s.failing.Load(); err != nil {
		return driver.Session{}, *err
	}
	return driver.Session{
		AccessKeyID: fmt.Sprintf("ASIA%d", n), SecretAccessKey: fmt.Sprintf("secret-%d", n), SessionToken: fmt.Sprintf("token-%d", n),
		Expiration: time.Now().Add(s.lifetime),
	}, nil
}

func (s *source) fail(err error) { s.failing.Store(&err) }
func (s *source) mend()          { s.failing.Store(nil) }

func get(t *testing.T, c *Cache) string {
	t.Helper()
	session, err := c.Get(t.Context())
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	if !time.Now().Before(session.Expiration) {
		t.Fatalf("Get handed out %s, which expired at %s; it is %s", session.AccessKeyID, session.Expiration, time.Now())
	}
	return session.AccessKeyID
}

func wantKey(t *testing.T, c *Cache, want string) {
	t.Helper()
	if got := get(t, c); got != want {
		t.Fatalf("Get handed out %s, want %s", got, want)
	}
}

func TestManyAskersShareOneRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{lifetime: time.Hour, takes: time.Second}
		c := NewCache(t.Context(), s.open, nil)
		for round := 1; round <= 3; round++ {
			var clients sync.WaitGroup
			for range 200 {
				clients.Go(func() { get(t, c) })
			}
			clients.Wait()
			synctest.Wait()
			if got := s.opened.Load(); got != int32(round) {
				t.Fatalf("round %d: %d sessions were opened", round, got)
			}
			time.Sleep(2 * time.Hour) // the bubble's clock: no real time passes
		}
	})
}

func TestRefreshBeforeTheEndDoesNotMakeAskersWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{lifetime: time.Hour, takes: 10 * time.Second}
		c := NewCache(t.Context(), s.open, nil)
		wantKey(t, c, "ASIA1")
		time.Sleep(55*time.Minute - time.Second)
		wantKey(t, c, "ASIA1")
		synctest.Wait()
		if got := s.opened.Load(); got != 1 {
			t.Fatalf("more than 5 minutes before the end, %d sessions were opened", got)
		}
		time.Sleep(time.Second)
		before := time.Now()
		for range 20 {
			wantKey(t, c, "ASIA1")
		}
		if waited := time.Since(before); waited != 0 {
			t.Fatalf("a client waited %s although there was a valid session", waited)
		}
		time.Sleep(11 * time.Second)
		wantKey(t, c, "ASIA2")
		if got := s.opened.Load(); got != 2 {
			t.Fatalf("%d sessions were opened", got)
		}
	})
}

func TestShortSessionsAreRefreshedInTheirLastQuarter(t *testing.T) {
	for lifetime, want := range map[time.Duration]time.Duration{
		12 * time.Minute: 3 * time.Minute, 15 * time.Minute: 225 * time.Second, 20 * time.Minute: maxRefreshMargin, 12 * time.Hour: maxRefreshMargin,
	} {
		if got := refreshMargin(lifetime); got != want {
			t.Errorf("a session of %s is replaced %s before its end, want %s", lifetime, got, want)
		}
	}
}

func TestLastGoodAnswerIsKeptWhileValid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{lifetime: 20 * time.Minute}
		var reports []string
		c := NewCache(t.Context(), s.open, func(m string) { reports = append(reports, m) })
		wantKey(t, c, "ASIA1")
		s.fail(fault.New(fault.Unavailable, "the system does not answer"))
		for range 5*60 - 1 {
			time.Sleep(time.Second)
			wantKey(t, c, "ASIA1")
			time.Sleep(3 * time.Second)
			wantKey(t, c, "ASIA1")
		}
		synctest.Wait()
		failed := s.opened.Load() - 1
		if failed < 5 || failed > 15 {
			t.Errorf("in 5 minutes of failure the system was asked %d times; pauses from 1 s doubling to 30 s make about 13", failed)
		}
		if len(reports) != int(failed) || !strings.Contains(reports[0], "keeping those valid until") {
			t.Errorf("%d failures were reported as %q", failed, reports)
		}
		time.Sleep(time.Minute)
		if _, err := c.Get(t.Context()); !errors.Is(err, fault.Unavailable) {
			t.Fatalf("after the end of the last session, Get returned %v", err)
		}
		s.mend()
		time.Sleep(longestRetryDelay)
		if get(t, c) == "ASIA1" {
			t.Error("the expired session was handed out")
		}
		if last := reports[len(reports)-1]; !strings.HasPrefix(last, "Refreshed credentials") {
			t.Errorf("the recovery was reported as %q", last)
		}
	})
}

func TestAskersDuringAPauseGetTheErrorAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{lifetime: time.Hour, takes: time.Second}
		s.fail(fault.New(fault.PermissionDenied, "not allowed"))
		c := NewCache(t.Context(), s.open, func(m string) { t.Errorf("reported %q, which the first client reports itself", m) })
		var clients sync.WaitGroup
		for range 50 {
			clients.Go(func() {
				if _, err := c.Get(t.Context()); !errors.Is(err, fault.PermissionDenied) {
					t.Errorf("Get returned %v", err)
				}
			})
		}
		clients.Wait()
		before := time.Now()
		if _, err := c.Get(t.Context()); !errors.Is(err, fault.PermissionDenied) || time.Since(before) != 0 {
			t.Errorf("during the pause, Get returned %v after %s", err, time.Since(before))
		}
		if got := s.opened.Load(); got != 1 {
			t.Errorf("%d sessions were asked for", got)
		}
		time.Sleep(firstRetryDelay)
		s.mend()
		wantKey(t, c, "ASIA2")
	})
}

func TestAnAskerThatGoesDoesNotEndTheRefreshForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{lifetime: time.Hour, takes: 10 * time.Second}
		c := NewCache(t.Context(), s.open, nil)
		impatient, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		var clients sync.WaitGroup
		clients.Go(func() {
			if _, err := c.Get(impatient); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the impatient client got %v", err)
			}
		})
		clients.Go(func() { wantKey(t, c, "ASIA1") })
		clients.Wait()
	})
}

func TestARefreshThatHangsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{lifetime: time.Hour, takes: 24 * time.Hour}
		c := NewCache(t.Context(), s.open, nil)
		before := time.Now()
		if _, err := c.Get(t.Context()); !errors.Is(err, context.DeadlineExceeded) || time.Since(before) != refreshTimeout {
			t.Errorf("Get returned %v after %s", err, time.Since(before))
		}
	})
}

func TestTheEndOfTheServerEndsARefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &source{lifetime: time.Hour, takes: time.Hour}
		ctx, end := context.WithCancel(t.Context())
		c := NewCache(ctx, s.open, nil)
		time.AfterFunc(time.Second, end)
		if _, err := c.Get(t.Context()); !errors.Is(err, context.Canceled) {
			t.Errorf("Get returned %v", err)
		}
	})
}

// TestTheEndWaitsForWhatARefreshRollsBack has a refresh that cleans up after its end, and then says what it left.
func TestTheEndWaitsForWhatARefreshRollsBack(t *testing.T) {
	for name, c := range map[string]struct {
		takes time.Duration
		want  error
	}{"in time": {time.Second, fault.DataLoss}, "never": {time.Hour, context.Canceled}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, err := Listen(t.Context(), Options{Host: "127.0.0.1", Token: &Token{}, Stderr: io.Discard, Open: func(ctx context.Context) (driver.Session, error) {
					<-ctx.Done()
					time.Sleep(c.takes) // in the bubble's time
					return driver.Session{}, fault.New(fault.DataLoss, "a role is left")
				}})
				if err != nil {
					t.Fatal(err)
				}
				ctx, end := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, end)
				before := time.Now()
				if err := server.Serve(ctx); !errors.Is(err, c.want) {
					t.Errorf("Serve returned %v", err)
				}
				if took := time.Since(before); took > 3*time.Second {
					t.Errorf("it ended after %s", took-time.Second)
				}
				time.Sleep(c.takes) // until the refresh has ended
			})
		})
	}
}

func TestASessionThatCannotBeHandedOutIsAFailure(t *testing.T) {
	for name, c := range map[string]struct {
		expiration time.Time
		code       fault.Code
	}{
		"no expiration":   {time.Time{}, fault.Internal},
		"expired already": {time.Now().Add(-time.Second), fault.FailedPrecondition},
	} {
		cache := NewCache(t.Context(), func(context.Context) (driver.Session, error) {
			return driver.Session{AccessKeyID: "A", SecretAccessKey: "hidden-secret", Expiration: c.expiration}, nil
		}, nil)
		session, err := cache.Get(t.Context())
		if !errors.Is(err, c.code) || session.AccessKeyID != "" || strings.Contains(err.Error(), "hidden-secret") {
			t.Errorf("%s: Get returned %v, %v", name, session, err)
		}
	}
}

func TestPauses(t *testing.T) {
	for failures, want := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 6: longestRetryDelay, 1000: longestRetryDelay} {
		if got := retryDelay(failures); got != want {
			t.Errorf("after %d failures the pause is %s, want %s", failures, got, want)
		}
	}
}
